package auth

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what old clients sign with
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Requests of Query services signed with Version 2: all parameters, in the URL
// or in the body, are signed, with the method, the host and the path.

// oldHeader returns what follows the scheme in an Authorization header of Version
// 2, and whether there is one and nothing else that is a signature.
func oldHeader(r *http.Request, query url.Values) (string, bool) {
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 || query.Has("X-Amz-Signature") || query.Has("X-Amz-Algorithm") || query.Has("Signature") {
		return "", false
	}
	return strings.CutPrefix(headers[0], "AWS ")
}

// isOldQuery reports whether a request may be one of Version 2: it has no
// signature of Version 4. Its parameters may be in the body, which tells.
func isOldQuery(r *http.Request, query url.Values) bool {
	if len(r.Header.Values("Authorization")) > 0 || query.Has("X-Amz-Algorithm") || query.Has("X-Amz-Signature") || query.Has("X-Amz-Credential") {
		return false
	}
	form := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	return query.Has("SignatureVersion") || (r.Method == http.MethodPost && form && len(query) == 0)
}

// authenticateOldQuery checks a request of Version 2, or finds that it has no
// signature at all.
func (a *Authenticator) authenticateOldQuery(w wording, r *http.Request, req *Request) (*Request, error) {
	p, err := w.formPayload(r, "")
	if err != nil {
		return nil, err
	}
	params := req.Query
	if len(params) == 0 {
		if params, err = parseQuery(string(p.form)); err != nil {
			return nil, w.refuse(badURI, "The query string contains a syntax error.")
		}
	} else if len(p.form) > 0 {
		return nil, w.refuse(badHeader, "The parameters must be in the URL or in the body.")
	}
	if !params.Has("Signature") && !params.Has("SignatureVersion") && !params.Has("AWSAccessKeyId") {
		return w.unsigned(r, req, p)
	}
	newHash, err := w.checkOldParams(params, a.now())
	if err != nil {
		return nil, err
	}
	c := &claim{key: params.Get("AWSAccessKeyId"), token: params.Get("SecurityToken")}
	key, err := a.identify(r.Context(), w, c, req)
	if err != nil {
		return nil, err
	}
	if !oldQueryMatches(r, params, newHash, key.Secret) {
		return nil, w.refuse(badSignature, "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	for _, name := range []string{"AWSAccessKeyId", "Signature", "SignatureVersion", "SignatureMethod", "Timestamp", "Expires", "SecurityToken"} {
		params.Del(name) // they are no parameters of an action
	}
	req.Query = url.Values{}
	return req, w.attachBody(r, req, c, &payload{kind: unsignedBody, form: []byte(params.Encode())}, nil)
}

// oldMethods are the values of SignatureMethod.
var oldMethods = map[string]func() hash.Hash{"HmacSHA256": sha256.New, "HmacSHA1": sha1.New}

// checkOldParams refuses a signature that is not of its form, or of another
// time.
func (w wording) checkOldParams(params url.Values, now time.Time) (func() hash.Hash, error) {
	for _, name := range []string{"AWSAccessKeyId", "Signature", "SignatureVersion", "SignatureMethod"} {
		if len(params[name]) != 1 {
			return nil, w.refuse(badHeader, "Request must contain the parameter %s once.", name)
		}
	}
	newHash := oldMethods[params.Get("SignatureMethod")]
	switch {
	case params.Get("SignatureVersion") != "2":
		return nil, w.refuse(oldSignature, "AWS Signature Version %s is not supported.", params.Get("SignatureVersion"))
	case newHash == nil:
		return nil, w.refuse(oldSignature, "The SignatureMethod must be HmacSHA256 or HmacSHA1.")
	}
	return newHash, w.checkOldTime(params, now)
}

// checkOldTime holds Timestamp, or Expires, of which one must be there, against
// the clock.
func (w wording) checkOldTime(params url.Values, now time.Time) error {
	stamp, expires := params["Timestamp"], params["Expires"]
	switch {
	case len(stamp)+len(expires) != 1:
		return w.refuse(noDate, "Request must contain either Timestamp or Expires, once.")
	case len(expires) == 1:
		until, ok := oldTime(expires[0])
		switch {
		case !ok:
			return w.refuse(noDate, "The Expires must be a date as in ISO 8601.")
		case !now.Before(until):
			return w.refuse(expired, "Request has expired. Expires date is %s", moment(until))
		}
		return nil
	}
	at, ok := oldTime(stamp[0])
	if !ok {
		return w.refuse(noDate, "The Timestamp must be a date as in ISO 8601.")
	}
	if age := now.Sub(at); age > maxSkew || age < -maxSkew {
		return w.refuse(expired, "Request has expired. Timestamp date is %s", moment(at))
	}
	return nil
}

// oldTime reads a date as old clients write it, with or without zone and parts of
// seconds.
func oldTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// oldQueryMatches compares the signature. Clients do not agree on whether a port
// is part of the host.
func oldQueryMatches(r *http.Request, params url.Values, newHash func() hash.Hash, secret string) bool {
	got, err := base64.StdEncoding.DecodeString(params.Get("Signature"))
	if err != nil {
		return false
	}
	signed := url.Values{}
	for name, values := range params {
		if name != "Signature" {
			signed[name] = values
		}
	}
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	for _, host := range []string{strings.ToLower(r.Host), bareHost(r.Host)} {
		m := hmac.New(newHash, []byte(secret))
		m.Write([]byte(r.Method + "\n" + host + "\n" + path + "\n" + canonicalQuery(signed, false)))
		if hmac.Equal(got, m.Sum(nil)) {
			return true
		}
	}
	return false
}
