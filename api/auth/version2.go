package auth

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"ecc/cloud"
)

// Presigned URLs of Signature Version 2 are still what "aws s3 presign" of the
// CLI's version 1 makes. They are always accepted for s3; the header form of
// Version 2, which only old clients send, if Config.Version2 says so. Version 2
// signs neither the host nor all of the query, so whatever it leaves out may not
// be there, in the header form but for what a listing is to hold.

// oldSigned are the parameters Version 2 signs.
var oldSigned = []string{
	"acl", "accelerate", "analytics", "cors", "delete", "inventory", "legal-hold", "lifecycle", "location", "logging",
	"metrics", "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment",
	"response-cache-control", "response-content-disposition", "response-content-encoding",
	"response-content-language", "response-content-type", "response-expires", "restore", "retention", "select",
	"select-type", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
}

// oldParameters carry the signature itself.
var oldParameters = []string{"AWSAccessKeyId", "Signature", "Expires"}

// isOld reports whether a request is a presigned URL of Version 2.
func isOld(r *http.Request, query url.Values) bool {
	return len(r.Header.Values("Authorization")) == 0 && query.Has("AWSAccessKeyId") && query.Has("Signature") &&
		!query.Has("X-Amz-Algorithm") && !query.Has("X-Amz-Signature") && !query.Has("X-Amz-Credential")
}

// authenticateOld checks a presigned URL of Version 2.
func (a *Authenticator) authenticateOld(r *http.Request, req *Request) (*Request, error) {
	if err := checkOldQuery(req.Query, a.now()); err != nil {
		return nil, err
	}
	p, err := oldPayload(r.Header.Get("X-Amz-Content-Sha256"))
	if err != nil {
		return nil, err
	}
	c := &claim{key: req.Query.Get("AWSAccessKeyId"), token: oldToken(r, req.Query), presigned: true}
	key, err := a.identify(r.Context(), s3, c, req)
	if err != nil {
		return nil, err
	}
	got, err := base64.StdEncoding.DecodeString(req.Query.Get("Signature"))
	if err != nil || !hmac.Equal(got, a.signOld(r, req.Query, key, req.Query.Get("Expires"))) {
		return nil, s3.refuse(badSignature, "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	}
	req.Presigned = true
	return req, s3.attachBody(r, req, c, p, nil)
}

// oldToken is the session token beside a key of Version 2.
func oldToken(r *http.Request, query url.Values) string {
	return cmp.Or(r.Header.Get("X-Amz-Security-Token"), query.Get("x-amz-security-token"))
}

// oldPlain are the parameters that Version 2 leaves out and old clients send in
// requests they sign in the header: they say which part of a listing is meant.
var oldPlain = []string{
	"prefix", "delimiter", "marker", "max-keys", "encoding-type", "key-marker", "version-id-marker", "upload-id-marker", "max-uploads",
	"list-type", "continuation-token", "start-after", "fetch-owner", "max-parts", "part-number-marker",
}

// authenticateOldHeader checks a request to s3 whose Authorization header is of
// Version 2: "AWS key:signature".
func (a *Authenticator) authenticateOldHeader(r *http.Request, req *Request, credential string) (*Request, error) {
	id, signature, ok := strings.Cut(strings.TrimSpace(credential), ":")
	if !ok || len(credential) > maxAuthorization {
		return nil, s3.refuse(badHeader, "The authorization header is malformed; it must have the form AWS key:signature.")
	}
	for name, values := range req.Query {
		if len(values) != 1 || !slices.Contains(oldSigned, name) && !slices.Contains(oldPlain, name) {
			return nil, s3.refuse(unsignedHeader, "The parameter %q is not signed.", name)
		}
	}
	if err := a.checkOldDate(r); err != nil {
		return nil, err
	}
	p, err := oldPayload(r.Header.Get("X-Amz-Content-Sha256"))
	if err != nil {
		return nil, err
	}
	c := &claim{key: id, token: r.Header.Get("X-Amz-Security-Token")}
	key, err := a.identify(r.Context(), s3, c, req)
	if err != nil {
		return nil, err
	}
	date := r.Header.Get("Date")
	if r.Header.Get("X-Amz-Date") != "" {
		date = "" // it is signed among the headers
	}
	got, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || !hmac.Equal(got, a.signOld(r, req.Query, key, date)) {
		return nil, s3.refuse(badSignature, "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	}
	return req, s3.attachBody(r, req, c, p, nil)
}

// checkOldDate holds the time of a request signed in the header against the
// clock.
func (a *Authenticator) checkOldDate(r *http.Request) error {
	stamp := cmp.Or(r.Header.Get("X-Amz-Date"), r.Header.Get("Date"))
	at, err := http.ParseTime(stamp)
	if err != nil {
		at, err = time.Parse(time.RFC1123Z, stamp)
	}
	if err != nil {
		return s3.refuse(noDate, "AWS authentication requires a valid Date or x-amz-date header")
	}
	return s3.checkTime(&claim{at: at, stamp: stamp}, a.now())
}

// checkOldForm checks a signature of Version 2.
func (a *Authenticator) checkOldForm(r *http.Request, f *Form) error {
	v, err := f.need("AWSAccessKeyId", "Signature", "Policy")
	if err != nil {
		return err
	}
	key, err := a.identify(r.Context(), s3, &claim{key: v[0], token: f.Fields["x-amz-security-token"]}, f.Request)
	if err != nil {
		return err
	}
	m := hmac.New(sha1.New, []byte(key.Secret))
	m.Write([]byte(v[2]))
	got, err := base64.StdEncoding.DecodeString(v[1])
	if err != nil || !hmac.Equal(got, m.Sum(nil)) {
		return s3.refuse(badSignature, "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	}
	return nil
}

// checkOldQuery refuses what is late and what is not signed.
func checkOldQuery(query url.Values, now time.Time) error {
	for name, values := range query {
		known := slices.Contains(oldParameters, name) || slices.Contains(oldSigned, name)
		if !known || len(values) != 1 {
			return s3.refuse(unsignedHeader, "The parameter %q is not signed.", name)
		}
	}
	seconds, ok := number(query.Get("Expires"))
	switch {
	case !ok:
		return s3.refuse(expired, "Invalid date (should be seconds since epoch): %s", query.Get("Expires"))
	case now.Unix() > seconds:
		return s3.refuse(expired, "Request has expired")
	}
	return nil
}

// oldPayload reads how the body is vouched for. Chunks cannot be signed with
// Version 2.
func oldPayload(declared string) (*payload, error) {
	switch {
	case declared == "" || declared == "UNSIGNED-PAYLOAD":
		return &payload{kind: unsignedBody}, nil
	case declared == "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
		return &payload{kind: chunkedBody, hash: declared, trailed: true}, nil
	case isHash(declared):
		return &payload{kind: hashedBody, hash: declared}, nil
	}
	return nil, s3.refuse(badPayloadHash, "x-amz-content-sha256 cannot be %s with Signature Version 2.", declared)
}

// signOld signs a request of s3; date is its Date or, presigned, its Expires.
func (a *Authenticator) signOld(r *http.Request, query url.Values, key cloud.AccessKey, date string) []byte {
	m := hmac.New(sha1.New, []byte(key.Secret))
	m.Write([]byte(r.Method + "\n" + r.Header.Get("Content-Md5") + "\n" + r.Header.Get("Content-Type") + "\n" +
		date + "\n" + oldHeaders(r) + oldResource(r, query, a.domain)))
	return m.Sum(nil)
}

// oldHeaders writes every x-amz-* header.
func oldHeaders(r *http.Request) string {
	var names []string
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return canonicalHeaders(r, names)
}

// oldResource writes the bucket, the path as it was sent and the signed
// parameters.
func oldResource(r *http.Request, query url.Values, domain string) string {
	var params []string
	for name, values := range query {
		if !slices.Contains(oldSigned, name) {
			continue
		}
		if values[0] != "" {
			name += "=" + values[0]
		}
		params = append(params, name)
	}
	slices.Sort(params)
	resource := r.URL.EscapedPath()
	if bucket := HostBucket(r.Host, domain); bucket != "" {
		resource = "/" + bucket + resource
	}
	if len(params) > 0 {
		resource += "?" + strings.Join(params, "&")
	}
	return resource
}

// HostBucket returns the bucket that a host below a domain names, "" for every
// other host. Case, a port and a final dot make no difference.
func HostBucket(host, domain string) string {
	below, ok := strings.CutSuffix(bareHost(host), bareHost(domain))
	if !ok || domain == "" {
		return ""
	}
	bucket, ok := strings.CutSuffix(below, ".")
	if !ok {
		return ""
	}
	return bucket
}

// bareHost is a host in lower case, without port and final dot.
func bareHost(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
