package auth

import (
	"crypto/hmac"
	"encoding/hex"
	"mime"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Form is an upload from a browser: a POST of multipart/form-data to a bucket,
// whose fields take the place of headers and whose last part is the file. Its
// Request has the fields as Header, the file as Body and no Length; if it is
// not Anonymous its policy was signed by the caller and allows every field.
type Form struct {
	*Request
	Key    string            // the object's, with ${filename} replaced
	Fields map[string]string // all of them, by name in lower case
}

// IsForm reports whether a request is one. Whether it is addressed to a bucket
// is the caller's to know.
func IsForm(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && kind == "multipart/form-data"
}

// AuthenticateForm checks an upload to a bucket from a browser. It reads the
// body up to the file, 20 KiB at most. The body it returns fails unless the
// file's size is what the policy allows. Errors are those of Authenticate.
func (a *Authenticator) AuthenticateForm(r *http.Request, bucket string) (*Form, error) {
	if len(r.Header.Values("Authorization")) > 0 {
		return nil, s3.refuse(twoMechanisms, "Only one auth mechanism allowed; only the fields of the form or the Authorization header should be specified")
	}
	query, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, s3.refuse(badURI, "Could not parse the specified URI.")
	}
	file, fields, err := readForm(r)
	if err != nil {
		return nil, err
	}
	key, ok := fields["key"]
	if !ok || key == "" {
		return nil, s3.refuse(noKey, "The bucket POST must contain the specified field name. If it is specified, check the order of the fields.")
	}
	f := &Form{Request: &Request{Query: query, Body: file, Length: -1, trailer: http.Header{}}, Fields: fields}
	f.Key = strings.ReplaceAll(key, "${filename}", file.name)
	if f.Header, err = fieldHeader(r.Header, fields); err != nil {
		return nil, err
	}
	return f, a.admit(r, f, file, bucket)
}

// admit checks who sent a form, and that its policy allows it.
func (a *Authenticator) admit(r *http.Request, f *Form, file *formFile, bucket string) error {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { _, ok := f.Fields[n]; return ok })
	}
	modern, old := has("x-amz-signature", "x-amz-algorithm", "x-amz-credential"), has("signature", "awsaccesskeyid")
	if !modern && !old && !has("policy") {
		f.Anonymous = true
		return nil
	}
	if modern && old {
		return s3.refuse(twoMechanisms, "Only one auth mechanism allowed; only the fields of one signature version should be specified")
	}
	check := a.checkOldForm
	if modern {
		check = a.checkForm
	}
	if err := check(r, f); err != nil {
		return err
	}
	policy, err := parsePolicy(f.Fields["policy"])
	if err != nil {
		return err
	}
	file.least, file.most = policy.least, min(policy.most, file.most)
	return policy.check(f, bucket, a.now())
}

// need returns the values of fields that must be there.
func (f *Form) need(names ...string) ([]string, error) {
	values := make([]string, len(names))
	for i, name := range names {
		value, ok := f.Fields[strings.ToLower(name)]
		if !ok {
			return nil, s3.refuse(noField, "Bucket POST must contain a field named '%s'.  If it is specified, please check the order of the fields.", name)
		}
		values[i] = value
	}
	return values, nil
}

// checkForm checks a signature of Version 4, which is over the policy alone.
func (a *Authenticator) checkForm(r *http.Request, f *Form) error {
	v, err := f.need("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature", "Policy")
	if err != nil {
		return err
	}
	if v[0] != algorithm {
		return s3.refuse(noField, "X-Amz-Algorithm only supports %q", algorithm)
	}
	c := &claim{signature: v[3]}
	if !c.setCredential(v[1]) || !c.setStamp(v[2]) || !isHash(c.signature) {
		return s3.refuse(noField, "The field X-Amz-Credential, X-Amz-Date or X-Amz-Signature is not of its form.")
	}
	c.token = f.Fields["x-amz-security-token"]
	key, err := a.identify(r.Context(), s3, c, f.Request)
	if err != nil {
		return err
	}
	got, err := hex.DecodeString(c.signature)
	if err != nil || !hmac.Equal(got, sign(signingKey(key.Secret, c), v[4])) {
		return s3.refuse(badSignature, "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	}
	return s3.checkScope(c, a.region)
}

// plainFields are the fields that are headers under the same name, besides
// those that begin with x-amz-.
var plainFields = []string{
	"cache-control", "content-disposition", "content-encoding", "content-language", "content-md5", "content-type", "expires",
}

// signing are the x-amz- fields that say nothing of the object.
var signing = []string{"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature", "x-amz-security-token"}

// fieldHeader makes headers of a form's fields. Of the request's own headers,
// which nobody signed, only those stay that a policy of a bucket may ask about.
func fieldHeader(sent http.Header, fields map[string]string) (http.Header, error) {
	h := http.Header{}
	for _, name := range []string{"Origin", "Referer", "User-Agent"} {
		if values := sent.Values(name); len(values) > 0 {
			h[name] = values
		}
	}
	for name, value := range fields {
		switch {
		case name == "acl":
			name = "x-amz-acl"
		case slices.Contains(signing, name):
			continue
		case !strings.HasPrefix(name, "x-amz-") && !slices.Contains(plainFields, name):
			continue
		}
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return nil, s3.refuse(noField, "The field %q has a value that no header can have.", name)
		}
		h.Set(name, strings.TrimSpace(value))
	}
	return h, nil
}
