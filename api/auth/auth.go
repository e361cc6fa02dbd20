// Package auth decides who sent a request: AWS Signature Version 4 in the
// Authorization header or in a presigned URL, with every form of signed body
// the AWS clients use, presigned URLs of Version 2 for s3 and, where it is
// configured, all else that old clients sign with Version 2. One function,
// Authenticate, serves every listener and every service (ec2, sts, iam, s3).
//
// It returns the caller together with a verified body. The body's reader ends
// with io.EOF only when every signature, hash, length and trailer the request
// promised was right; handlers read that and never http.Request.Body, so that
// nothing unverified can be acted on or stored.
//
// What the caller may do is not decided here. Every API front may import this
// package; it knows nothing of stores and roles.
package auth

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"ecc/cloud"
)

// KeyFinder finds an access key, active or not, with who uses it. The session
// token is what the request carries beside the key, "" for none. A key that does
// not exist is cloud.NotFound, a token that is not the key's cloud.Malformed, one
// that has expired cloud.Stale.
type KeyFinder interface {
	Credential(ctx context.Context, accessKeyID, sessionToken string) (cloud.Credential, error)
}

// Config is what an Authenticator needs to know of its site.
type Config struct {
	Region   string           // the only region a signature may be scoped to
	Domain   string           // s3 only: buckets are also found at <bucket>.<Domain>; "" for by path only
	Version2 bool             // take Signature Version 2 of old clients; s3 takes URLs presigned with it always
	Now      func() time.Time // nil for time.Now
}

// Authenticator checks signatures against the keys of a KeyFinder. It is safe
// for concurrent use.
type Authenticator struct {
	region  string
	domain  string
	old     bool // Version 2 too
	now     func() time.Time
	keys    KeyFinder
	signing signingKeys
}

// New returns an Authenticator for one region.
func New(cfg Config, keys KeyFinder) *Authenticator {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Authenticator{region: cfg.Region, domain: cfg.Domain, old: cfg.Version2, now: cfg.Now, keys: keys}
}

// Request is an authenticated request. Handlers use its fields and not those
// of the http.Request they were made from.
type Request struct {
	Caller    cloud.Caller
	Account   cloud.Account // the caller's
	Anonymous bool          // s3, and actions that need no signature: no credentials were sent, Caller is zero
	Presigned bool          // the signature came in the query

	Query  url.Values  // of the URL, decoded once, exactly as it was signed
	Header http.Header // the request's; a presigned URL's x-amz-* parameters are folded in
	Body   io.Reader   // verified, see the package comment
	Length int64       // of Body in bytes, after decoding; -1 if not declared

	trailer http.Header
}

// Trailer returns the headers that followed the body. It is complete, and
// verified, once Body has returned io.EOF.
func (r *Request) Trailer() http.Header { return r.trailer }

// Authenticate checks a request to one service ("ec2", "sts", "iam" or "s3").
//
// An s3 request without credentials is Anonymous; for the other services it is
// an error, unless its action needs none. For the others the body is read here, 1 MiB at most. Every refusal
// is a cloud.Error of kind BadCredentials whose ID is the code that service
// uses (see Status); any other error means the keys could not be looked up.
func (a *Authenticator) Authenticate(r *http.Request, service string) (*Request, error) {
	w := wording(service)
	query, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, w.refuse(badURI, "Could not parse the specified URI.")
	}
	req := &Request{Query: query, Header: r.Header, Length: declaredLength(r), trailer: http.Header{}}
	if w == s3 && isOld(r, query) {
		return a.authenticateOld(r, req)
	}
	if header, old := oldHeader(r, query); w == s3 && a.old && old {
		return a.authenticateOldHeader(r, req, header)
	}
	if w != s3 && a.old && isOldQuery(r, query) {
		return a.authenticateOldQuery(w, r, req)
	}
	c, err := w.claimOf(r, query)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return w.anonymous(r, req)
	}
	c.token = tokenOf(r, query, c.presigned)
	if err := w.checkTime(c, a.now()); err != nil {
		return nil, err
	}
	if err := w.checkSigned(c, r.Header); err != nil {
		return nil, err
	}
	p, err := w.payloadOf(r, c, query)
	if err != nil {
		return nil, err
	}
	key, err := a.identify(r.Context(), w, c, req)
	if err != nil {
		return nil, err
	}
	return a.verify(w, r, req, c, p, key)
}

// tokenOf is the session token beside a key.
func tokenOf(r *http.Request, query url.Values, presigned bool) string {
	if t := r.Header.Get("X-Amz-Security-Token"); t != "" || !presigned {
		return t
	}
	return query.Get("X-Amz-Security-Token")
}

// declaredLength is the length of a body as the client gave it, -1 if it did
// not. net/http takes an upload that says nothing for an empty one.
func declaredLength(r *http.Request) int64 {
	if r.Method == http.MethodPut && r.ContentLength == 0 && len(r.Header.Values("Content-Length")) == 0 {
		return -1
	}
	return r.ContentLength
}

// verify compares the signature and makes the body.
func (a *Authenticator) verify(w wording, r *http.Request, req *Request, c *claim, p *payload, key cloud.AccessKey) (*Request, error) {
	signing := a.signing.find(key.Secret, c, a.now())
	known := signing != nil
	if !known {
		signing = signingKey(key.Secret, c)
	}
	got, err := hex.DecodeString(c.signature)
	if err != nil || !matches(got, signing, r, req, c, p, w == s3) {
		return nil, w.mismatch(r, req, c, p)
	}
	if !known {
		a.signing.remember(key.Secret, c, signing)
	}
	if err := w.checkScope(c, a.region); err != nil {
		return nil, err
	}
	if c.presigned {
		req.Presigned, req.Header = true, foldQuery(r.Header, req.Query)
	}
	return req, w.attachBody(r, req, c, p, signing)
}

// matches compares a signature with those of the request. Signers agree on how
// a path is written down once it is encoded as AWS wants it, and not otherwise:
// some sign the path as they sent it.
func matches(got, signing []byte, r *http.Request, req *Request, c *claim, p *payload, isS3 bool) bool {
	for _, path := range canonicalPaths(r.URL, isS3) {
		want := sign(signing, stringToSign(c, canonicalRequest(r, path, req.Query, c, p.hash)))
		if hmac.Equal(want, got) {
			return true
		}
	}
	return false
}

// identify looks the key up and fills in the caller.
func (a *Authenticator) identify(ctx context.Context, w wording, c *claim, req *Request) (cloud.AccessKey, error) {
	found, err := a.keys.Credential(ctx, c.key, c.token)
	switch {
	case errors.Is(err, cloud.NotFound) || (err == nil && !found.Key.Active):
		return found.Key, explain(w.refuse(unknownKey, "The AWS access key ID you provided does not exist in our records."), "AWSAccessKeyId", c.key)
	case errors.Is(err, cloud.Malformed):
		return found.Key, w.refuse(sessionToken, "The provided token is malformed or otherwise invalid.")
	case errors.Is(err, cloud.Stale):
		return found.Key, w.refuse(expiredToken, "The provided token has expired.")
	case err != nil:
		return found.Key, fmt.Errorf("look up access key: %w", err)
	}
	req.Account, req.Caller = found.Account, found.Caller
	return found.Key, nil
}

// anonymous passes a request without credentials on, where that is allowed.
func (w wording) anonymous(r *http.Request, req *Request) (*Request, error) {
	if w == s3 {
		return w.unsigned(r, req, &payload{kind: unsignedBody})
	}
	if unsignedActions[w] == "" {
		return nil, w.refuse(missingToken, "Request is missing Authentication Token")
	}
	p, err := w.formPayload(r, "")
	if err != nil {
		return nil, err
	}
	return w.unsigned(r, req, p)
}

// unsigned is anonymous once the body of a Query request was read.
func (w wording) unsigned(r *http.Request, req *Request, p *payload) (*Request, error) {
	if w != s3 && !names(unsignedActions[w], req.Query, p.form) {
		return nil, w.refuse(missingToken, "Request is missing Authentication Token")
	}
	req.Anonymous = true
	return req, w.attachBody(r, req, nil, p, nil)
}

// unsignedActions are the actions of Query services whose requests carry a proof
// of their own and no signature.
var unsignedActions = map[wording]string{"sts": "AssumeRoleWithWebIdentity"}

// names reports whether a request names an action, and no other.
func names(action string, query url.Values, form []byte) bool {
	body, err := url.ParseQuery(string(form))
	if err != nil || action == "" {
		return false
	}
	named := slices.Concat(query["Action"], body["Action"])
	return len(named) == 1 && named[0] == action
}
