package auth

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const (
	goodPolicy = `{"expiration": "2026-03-04T06:00:00.000Z", "conditions": [
		{"bucket": "pictures"}, ["starts-with", "$key", "user/"], {"acl": "private"}, ["StArTs-WiTh", "$CoNtEnT-TyPe", "image/"],
		["starts-with", "$x-amz-meta-tag", ""], ["content-length-range", 3, 10],
		{"x-amz-algorithm": "AWS4-HMAC-SHA256"}, {"x-amz-credential": "` + formCredential + `"}, {"x-amz-date": "20260304T050607Z"}]}`
	formCredential = testID + "/20260304/us-east-1/s3/aws4_request"
)

// form is a form before it is sent.
type form struct {
	policy string
	fields [][2]string // in order, before the signature
	old    bool
	after  [][2]string // in the place of the signature's fields, if not nil
	file   string      // the file's name
	body   string
	behind [][2]string // fields behind the file
	noFile bool
}

func goodForm() form {
	return form{policy: goodPolicy, file: "cat.png", body: "a file", fields: [][2]string{
		{"kEy", "user/${filename}"}, {"acl", "private"}, {"Content-Type", "image/png"}, {"x-amz-meta-tag", "a"}, {"x-ignore-me", "x"}}}
}

func (f form) signature() [][2]string {
	if f.after != nil {
		return f.after
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(f.policy))
	if f.old {
		f.policy, _, _ = strings.Cut(f.policy, ",\n\t\t{\"x-amz-algorithm")
		if !strings.HasSuffix(f.policy, "}") {
			f.policy += "]}"
		}
		encoded = base64.StdEncoding.EncodeToString([]byte(f.policy))
		m := hmac.New(sha1.New, []byte(testSecret))
		m.Write([]byte(encoded))
		return [][2]string{{"AWSAccessKeyId", testID}, {"policy", encoded}, {"signature", base64.StdEncoding.EncodeToString(m.Sum(nil))}}
	}
	c := &claim{}
	c.setCredential(formCredential)
	return [][2]string{{"Policy", encoded}, {"X-Amz-Algorithm", algorithm}, {"X-Amz-Credential", formCredential},
		{"X-Amz-Date", signedAt.Format(stampLayout)}, {"X-Amz-Signature", hex.EncodeToString(sign(signingKey(testSecret, c), encoded))}}
}

func (f form) request(tb testing.TB) *http.Request {
	tb.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range append(append([][2]string{}, f.fields...), f.signature()...) {
		_ = w.WriteField(field[0], field[1])
	}
	if !f.noFile {
		part, err := w.CreateFormFile("file", f.file)
		if err != nil {
			tb.Fatal(err)
		}
		_, _ = io.WriteString(part, f.body)
	}
	for _, field := range f.behind {
		_ = w.WriteField(field[0], field[1])
	}
	_ = w.Close()
	r := httptest.NewRequest("POST", "http://s3.test/pictures", &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

// formOutcome checks a form and reads its file.
func formOutcome(r *http.Request) (*Form, string, error) {
	f, err := newAuth(signedAt).AuthenticateForm(r, "pictures")
	if err != nil {
		return nil, "", err
	}
	body, err := io.ReadAll(f.Body)
	return f, string(body), err
}

func TestForm(t *testing.T) {
	r := goodForm().request(t)
	r.Header.Set("X-Amz-Meta-Stray", "not signed")
	if !IsForm(r) {
		t.Error("not taken for a form")
	}
	f, body, err := formOutcome(r)
	if err != nil || body != "a file" {
		t.Fatalf("%q, %v", body, err)
	}
	if f.Key != "user/cat.png" || f.Caller.Account != "111122223333" || f.Anonymous || f.Length != -1 {
		t.Errorf("%+v", f)
	}
	want := http.Header{"X-Amz-Acl": {"private"}, "Content-Type": {"image/png"}, "X-Amz-Meta-Tag": {"a"}}
	if fmt.Sprint(f.Header) != fmt.Sprint(want) {
		t.Errorf("headers %v, want %v", f.Header, want)
	}
}

// TestForms changes one thing of a good form each time.
func TestForms(t *testing.T) {
	replace := func(old, with string) func(*form) {
		return func(f *form) { f.policy = strings.Replace(f.policy, old, with, 1) }
	}
	field := func(name, value string) func(*form) {
		return func(f *form) {
			for i := range f.fields {
				if strings.EqualFold(f.fields[i][0], name) {
					f.fields[i][1] = value
					return
				}
			}
			f.fields = append(f.fields, [2]string{name, value})
		}
	}
	drop := func(name string) func(*form) {
		return func(f *form) {
			f.after = f.signature()
			for i, v := range f.after {
				if strings.EqualFold(v[0], name) {
					f.after = append(f.after[:i:i], f.after[i+1:]...)
					return
				}
			}
		}
	}
	old := func(then func(*form)) func(*form) { return func(f *form) { f.old = true; then(f) } }
	sign := func(name, value string) func(*form) {
		return func(f *form) {
			f.after = f.signature()
			for i, v := range f.after {
				if strings.EqualFold(v[0], name) {
					f.after[i][1] = value
				}
			}
		}
	}
	for _, tc := range []struct {
		name string
		edit func(*form)
		want string
	}{
		{"good", func(*form) {}, ""},
		{"version 2", old(func(*form) {}), ""},
		{"anonymous", func(f *form) { f.after = [][2]string{} }, ""},
		{"fields behind the file", func(f *form) { f.behind = [][2]string{{"evil", "x"}, {"key", "other"}} }, ""},
		{"a path for a name", func(f *form) { f.file = `C:\pictures\cat.png` }, ""},
		{"expired", replace("06:00:00", "05:06:07"), "AccessDenied"},
		{"just in time", replace("06:00:00", "05:06:08"), ""},
		{"missing condition", replace(`{"acl": "private"}, `, ""), "AccessDenied"},
		{"missing condition on the bucket", replace(`{"bucket": "pictures"}, `, ""), "AccessDenied"},
		{"another bucket", replace(`{"bucket": "pictures"}`, `{"bucket": "other"}`), "AccessDenied"},
		{"key outside", field("key", "other/${filename}"), "AccessDenied"},
		{"key outside by the file's name", field("key", "${filename}"), "AccessDenied"},
		{"value outside", field("Content-Type", "text/html"), "AccessDenied"},
		{"added field", field("x-amz-meta-other", "x"), "AccessDenied"},
		{"added condition", replace(`"conditions": [`, `"conditions": [{"x-amz-meta-must": "be"},`), "AccessDenied"},
		{"too large", func(f *form) { f.body = "eleven byte" }, "EntityTooLarge"},
		{"too small", func(f *form) { f.body = "ab" }, "EntityTooSmall"},
		{"largest", func(f *form) { f.body = "ten bytes." }, ""},
		{"signature", sign("X-Amz-Signature", emptyHash), "SignatureDoesNotMatch"},
		{"signature of version 2", old(sign("signature", "AAAA")), "SignatureDoesNotMatch"},
		{"key id", sign("X-Amz-Credential", "AKIANOBODY"+strings.TrimPrefix(formCredential, testID)), "InvalidAccessKeyId"},
		{"key id of version 2", old(sign("AWSAccessKeyId", "AKIANOBODY")), "InvalidAccessKeyId"},
		{"inactive key", old(sign("AWSAccessKeyId", "AKIARETIRED")), "InvalidAccessKeyId"},
		{"scope", sign("X-Amz-Credential", strings.Replace(formCredential, "us-east-1", "us-east-2", 1)), "SignatureDoesNotMatch"},
		{"date", sign("X-Amz-Date", "20260305T050607Z"), "AuthorizationHeaderMalformed"},
		{"no algorithm", drop("X-Amz-Algorithm"), "InvalidArgument"},
		{"another algorithm", sign("X-Amz-Algorithm", "AWS4-HMAC-SHA1"), "InvalidArgument"},
		{"no signature", drop("X-Amz-Signature"), "InvalidArgument"},
		{"no signature of version 2", old(drop("signature")), "InvalidArgument"},
		{"no key id of version 2", old(drop("AWSAccessKeyId")), "InvalidArgument"},
		{"no policy", drop("policy"), "InvalidArgument"},
		{"a policy alone", func(f *form) { f.after = f.signature()[:1] }, "InvalidArgument"},
		{"both versions", field("AWSAccessKeyId", testID), "InvalidArgument"},
		{"session token", field("x-amz-security-token", "x"), "InvalidToken"},
		{"policy changed", sign("policy", "e30="), "SignatureDoesNotMatch"},
		{"not JSON", func(f *form) { f.policy = "{" }, "InvalidPolicyDocument"},
		{"JSON null", func(f *form) { f.policy = "null" }, "InvalidPolicyDocument"},
		{"no expiration", replace(`"expiration"`, `"EXPIRATION"`), "InvalidPolicyDocument"},
		{"no date", replace("2026-03-04T06:00:00.000Z", "tomorrow"), "InvalidPolicyDocument"},
		{"no conditions", replace(`"conditions"`, `"CONDITIONS"`), "InvalidPolicyDocument"},
		{"empty condition", replace(`{"acl": "private"}`, `{}`), "InvalidPolicyDocument"},
		{"no field in a condition", replace(`"$key"`, `"key"`), "InvalidPolicyDocument"},
		{"unknown operator", replace(`"starts-with"`, `"ends-with"`), "InvalidPolicyDocument"},
		{"range without an end", replace(`3, 10`, `3`), "InvalidPolicyDocument"},
		{"range below nothing", replace(`3, 10`, `-1, 0`), "InvalidPolicyDocument"},
		{"range the wrong way", replace(`3, 10`, `10, 3`), "InvalidPolicyDocument"},
		{"range in quotes", replace(`3, 10`, `"3", "10"`), ""},
		{"range of fractions", replace(`3, 10`, `3.5, 10`), "InvalidPolicyDocument"},
		{"no key", func(f *form) { f.fields = f.fields[1:] }, "UserKeyMustBeSpecified"},
		{"empty key", field("key", ""), "UserKeyMustBeSpecified"},
		{"no file", func(f *form) { f.noFile = true }, "IncorrectNumberOfFilesInPostRequest"},
		{"field twice", func(f *form) { f.fields = append(f.fields, [2]string{"KEY", "user/b"}) }, "MalformedPOSTRequest"},
		{"line feed in a header", field("x-amz-meta-tag", "a\r\nSet-Cookie: b"), "InvalidArgument"},
		{"long fields", field("x-amz-meta-tag", strings.Repeat("a", 25<<10)), "MaxPostPreDataLengthExceeded"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := goodForm()
			tc.edit(&f)
			got, body, err := formOutcome(f.request(t))
			if code(err) != tc.want {
				t.Fatalf("%v, want %q", err, tc.want)
			}
			if err == nil && (body != f.body || got.Key != "user/cat.png") {
				t.Errorf("key %q, body %q", got.Key, body)
			}
		})
	}
}

// TestFormFraming: what is no multipart, or ends early, is not taken.
func TestFormFraming(t *testing.T) {
	for name, edit := range map[string]func(*http.Request){
		"MalformedPOSTRequest": func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data") },
		"IncompleteBody": func(r *http.Request) {
			whole, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(whole[:len(whole)-20]))
		},
		"IncorrectNumberOfFilesInPostRequest": func(r *http.Request) { r.Body = http.NoBody },
		"MaxPostPreDataLengthExceeded":        func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(strings.Repeat("x\r\n", 1<<20))) },
		"InvalidArgument":                     func(r *http.Request) { r.Header.Set("Authorization", "AWS a:b") },
	} {
		r := goodForm().request(t)
		edit(r)
		if _, _, err := formOutcome(r); code(err) != name {
			t.Errorf("%v, want %s", err, name)
		}
	}
}

// FuzzForm: no form is ever taken for its owner's unless its policy was signed,
// and no more is read before the file than may be.
func FuzzForm(f *testing.F) {
	for _, edit := range []func(*form){func(*form) {}, func(f *form) { f.old = true }, func(f *form) { f.after = [][2]string{} }} {
		g := goodForm()
		edit(&g)
		r := g.request(f)
		body, _ := io.ReadAll(r.Body)
		_, boundary, _ := strings.Cut(r.Header.Get("Content-Type"), "boundary=")
		f.Add(bytes.ReplaceAll(body, []byte(boundary), []byte("b")))
	}
	old := goodForm()
	old.old = true
	f.Fuzz(func(t *testing.T, wire []byte) {
		r := &http.Request{Method: "POST", URL: httptest.NewRequest("POST", "/pictures", nil).URL, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(wire))}
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		got, body, err := formOutcome(r)
		if err != nil {
			if code(err) == err.Error() {
				t.Errorf("not a refusal: %v", err)
			}
			return
		}
		signed := strings.Contains(string(wire), goodForm().signature()[0][1]) || strings.Contains(string(wire), old.signature()[1][1])
		if !got.Anonymous && (!signed || !strings.HasPrefix(got.Key, "user/") || len(body) < 3 || len(body) > 10) {
			t.Errorf("key %q, %d bytes, for %+v", got.Key, len(body), got.Caller)
		}
	})
}

// FuzzPolicy: a policy that is read can be checked, whatever is in it.
func FuzzPolicy(f *testing.F) {
	f.Add(goodPolicy, "key", "user/x")
	f.Add(`{"expiration": "2036-03-04T06:00:00Z", "conditions": [["eq", "$key", "a"], {"b": "c", "d": "e"}]}`, "b", "c")
	f.Fuzz(func(t *testing.T, document, name, value string) {
		p, err := parsePolicy(base64.StdEncoding.EncodeToString([]byte(document)))
		if err != nil {
			if code(err) != "InvalidPolicyDocument" {
				t.Errorf("not a refusal: %v", err)
			}
			return
		}
		if p.least < 0 || p.least > 1<<53 {
			t.Errorf("sizes from %d to %d", p.least, p.most)
		}
		form := &Form{Key: "k", Fields: map[string]string{"key": "k", name: value}}
		if err := p.check(form, "bucket", signedAt); err == nil && !strings.Contains(strings.ToLower(document), "bucket") {
			t.Errorf("passes without a condition on the bucket")
		}
	})
}
