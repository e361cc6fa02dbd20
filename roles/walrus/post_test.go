package walrus_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/signer"

	"ecc/roles/walrus"
)

// formRequest makes a POST of fields, in any order, and a file behind them.
func (s *server) formRequest(tb testing.TB, bucket string, fields map[string]string, file string, body []byte) *http.Request {
	tb.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		_ = w.WriteField(name, value)
	}
	part, err := w.CreateFormFile("file", file)
	if err != nil {
		tb.Fatal(err)
	}
	_, _ = part.Write(body)
	_ = w.WriteField("behind", "is ignored")
	_ = w.Close()
	r, err := http.NewRequestWithContext(tb.Context(), "POST", s.url+"/"+bucket, &b)
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

// signForm signs a policy with Version 4 and returns the fields of a form.
func signForm(conditions []any, fields map[string]string, until time.Time) map[string]string {
	now := time.Now().UTC()
	credential := blue + "/" + now.Format("20060102") + "/" + region + "/s3/aws4_request"
	signing := map[string]string{"x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-credential": credential, "x-amz-date": now.Format("20060102T150405Z")}
	for k, v := range signing {
		conditions = append(conditions, map[string]string{k: v})
	}
	raw, _ := json.Marshal(map[string]any{"expiration": until.UTC().Format(time.RFC3339), "conditions": conditions})
	policy := base64.StdEncoding.EncodeToString(raw)
	all := map[string]string{"policy": policy, "x-amz-signature": signer.PostPresignSignatureV4(policy, now, secret, region)}
	for k, v := range signing {
		all[k] = v
	}
	for k, v := range fields {
		all[k] = v
	}
	return all
}

// sendForm sends a form and follows no redirect.
func sendForm(tb testing.TB, r *http.Request) (*http.Response, string) {
	tb.Helper()
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return resp, string(body)
}

func sha256Sum(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.StdEncoding.EncodeToString(sum[:])
}

var anyField = []any{map[string]string{"bucket": "bucket"}, []any{"starts-with", "$key", "user/"}}

func TestPostObject(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "bucket")
	later := time.Now().Add(time.Hour)
	conditions := append([]any{map[string]string{"acl": "private"}, []any{"starts-with", "$Content-Type", "text/"}, map[string]string{"x-amz-meta-color": "red"},
		[]any{"starts-with", "$tagging", ""}, map[string]string{"x-amz-checksum-sha256": "x"}, []any{"starts-with", "$success_action_status", ""}}, anyField...)
	for status, want := range map[string]int{"": 204, "200": 200, "201": 201, "404": 204} {
		body := random(1, 100<<10)
		f := map[string]string{"key": "user/${filename}", "acl": "private", "Content-Type": "text/plain", "x-amz-meta-color": "red", "success_action_status": status,
			"tagging": "<Tagging><TagSet><Tag><Key>a b</Key><Value>c+d=e</Value></Tag></TagSet></Tagging>"}
		conditions[4] = map[string]string{"x-amz-checksum-sha256": sha256Sum(body)}
		f["x-amz-checksum-sha256"] = sha256Sum(body)
		resp, text := sendForm(t, s.formRequest(t, "bucket", signForm(conditions, f, later), `C:\dir\odd näme+.txt`, body))
		if resp.StatusCode != want || resp.Header.Get("Etag") == "" || resp.Header.Get("Location") != s.url+"/bucket/user/odd%20n%C3%A4me+.txt" {
			t.Fatalf("%s: %d %s %v", status, resp.StatusCode, text, resp.Header)
		}
		if want == 201 {
			var doc struct{ Location, Bucket, Key, ETag string }
			if err := xml.Unmarshal([]byte(text), &doc); err != nil || doc.Bucket != "bucket" || doc.Key != "user/odd näme+.txt" || doc.ETag != resp.Header.Get("Etag") || doc.Location != resp.Header.Get("Location") {
				t.Errorf("201: %s", text)
			}
		} else if text != "" {
			t.Errorf("%s: a body: %s", status, text)
		}
		key := aws.String("user/odd näme+.txt")
		s.wantObject(t, "bucket", *key, body)
		head, err := s.sdk(blue).HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("bucket"), Key: key})
		if err != nil || aws.ToString(head.ContentType) != "text/plain" || head.Metadata["color"] != "red" {
			t.Errorf("head: %+v, %v", head, err)
		}
		tags, err := s.sdk(blue).GetObjectTagging(t.Context(), &s3.GetObjectTaggingInput{Bucket: aws.String("bucket"), Key: key})
		if err != nil || len(tags.TagSet) != 1 || *tags.TagSet[0].Key != "a b" || *tags.TagSet[0].Value != "c+d=e" {
			t.Errorf("tags: %+v, %v", tags, err)
		}
		s.send(t, request{method: "DELETE", path: "/bucket/user/odd%20n%C3%A4me+.txt"})
	}
}

func TestPostRedirect(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "bucket")
	for _, field := range []string{"success_action_redirect", "redirect"} {
		for to, want := range map[string]int{"https://app.test/done?x=1": 303, "javascript:alert(1)": 204, "": 204} {
			conditions := append([]any{[]any{"starts-with", "$" + field, ""}}, anyField...)
			f := map[string]string{"key": "user/a&b", field: to}
			resp, text := sendForm(t, s.formRequest(t, "bucket", signForm(conditions, f, time.Now().Add(time.Hour)), "f", []byte("x")))
			if resp.StatusCode != want {
				t.Errorf("%s %q: %d %s", field, to, resp.StatusCode, text)
			}
			if want != 303 {
				continue
			}
			u, err := url.Parse(resp.Header.Get("Location"))
			if err != nil || u.Host != "app.test" || u.Query().Get("key") != "user/a&b" || u.Query().Get("bucket") != "bucket" || u.Query().Get("etag") != resp.Header.Get("Etag") || u.Query().Get("x") != "1" {
				t.Errorf("redirected to %v, %v", u, err)
			}
		}
	}
}

// TestPostByMinio sends forms that minio-go signed.
func TestPostByMinio(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "bucket")
	p := minio.NewPostPolicy()
	for _, err := range []error{p.SetBucket("bucket"), p.SetKey("by minio"), p.SetExpires(time.Now().Add(time.Hour)), p.SetContentLengthRange(1, 10), p.SetContentType("image/png"), p.SetUserMetadata("a", "b")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	_, fields, err := s.minio(t, blue).PresignedPostPolicy(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	resp, text := sendForm(t, s.formRequest(t, "bucket", fields, "f", []byte("ten bytes.")))
	if resp.StatusCode != 204 {
		t.Fatalf("%d %s", resp.StatusCode, text)
	}
	s.wantObject(t, "bucket", "by minio", []byte("ten bytes."))
	if resp, text = sendForm(t, s.formRequest(t, "bucket", fields, "f", []byte("eleven byte"))); resp.StatusCode != 400 || !strings.Contains(text, "<Code>EntityTooLarge<") {
		t.Errorf("too large: %d %s", resp.StatusCode, text)
	}
	s.wantObject(t, "bucket", "by minio", []byte("ten bytes."))
}

// TestNegative16PostPolicy: what its policy does not allow is not stored.
func TestNegative16PostPolicy(t *testing.T) {
	s := negative(t)
	later := time.Now().Add(time.Hour)
	withRange := func(least, most int64) []any {
		return append([]any{[]any{"content-length-range", least, most}}, anyField...)
	}
	key := func(name string) map[string]string { return map[string]string{"key": name} }
	for name, tc := range map[string]struct {
		bucket     string
		conditions []any
		fields     map[string]string
		until      time.Time
		status     int
		code       string
	}{
		"expired":             {"bucket", anyField, key("user/k"), time.Now().Add(-time.Second), 403, "AccessDenied"},
		"missing condition":   {"bucket", anyField, map[string]string{"key": "user/k", "x-amz-meta-a": "b"}, later, 403, "AccessDenied"},
		"no bucket":           {"bucket", anyField[1:], key("user/k"), later, 403, "AccessDenied"},
		"another bucket":      {"other", anyField, key("user/k"), later, 403, "AccessDenied"},
		"key outside":         {"bucket", anyField, key("k"), later, 403, "AccessDenied"},
		"5 GB over the range": {"bucket", withRange(5<<30, 6<<30), key("user/k"), later, 400, "EntityTooSmall"},
		"over the range":      {"bucket", withRange(0, 2), key("user/k"), later, 400, "EntityTooLarge"},
		"condition unmet":     {"bucket", append([]any{map[string]string{"x-amz-meta-a": "b"}}, anyField...), key("user/k"), later, 403, "AccessDenied"},
		"copy source":         {"bucket", append([]any{[]any{"starts-with", "$x-amz-acl", ""}}, anyField...), map[string]string{"key": "user/k", "x-amz-copy-source": "bucket/k"}, later, 403, "AccessDenied"},
		"no such bucket":      {"nobucket", append([]any{map[string]string{"bucket": "nobucket"}}, anyField[1:]...), key("user/k"), later, 404, "NoSuchBucket"},
		"long key":            {"bucket", anyField, key("user/" + strings.Repeat("k", 1020)), later, 400, "KeyTooLongError"},
		"key not UTF-8":       {"bucket", anyField, key("user/\xff\xfe"), later, 400, "InvalidURI"},
	} {
		s.wantRefused(t, name, s.formRequest(t, tc.bucket, signForm(tc.conditions, tc.fields, tc.until), "f", []byte("new")), tc.status, tc.code)
	}
	s.wantRefused(t, "anonymous", s.formRequest(t, "bucket", key("k"), "f", []byte("new")), 403, "AccessDenied")
	fields := signForm(anyField, key("user/k"), later)
	fields["x-amz-signature"] = strings.Repeat("0", 64)
	s.wantRefused(t, "signature", s.formRequest(t, "bucket", fields, "f", []byte("new")), 403, "SignatureDoesNotMatch")
	s.wantError(t, "no form", request{method: "POST", path: "/bucket", body: []byte("x")}, 412, "PreconditionFailed")
	list, err := s.sdk(blue).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("bucket")})
	if err != nil || len(list.Contents) != 1 {
		t.Errorf("objects afterwards: %+v, %v", list, err)
	}
}

// TestNegative14FormKeys uses odd names as keys of forms, where they become
// keys as they are.
func TestNegative14FormKeys(t *testing.T) {
	s := negative(t)
	for _, name := range oddNames {
		if strings.ContainsAny(name, "\x00") {
			continue // no XML, in which the SDK's list would tell, can say it
		}
		key := "user/" + name
		if len(key) > 1024 {
			key = key[:1024]
		}
		resp, text := sendForm(t, s.formRequest(t, "bucket", signForm(anyField, map[string]string{"key": key}, time.Now().Add(time.Hour)), "f", []byte(name)))
		if resp.StatusCode != 204 {
			t.Errorf("%q: %d %s", key, resp.StatusCode, text)
			continue
		}
		s.wantObject(t, "bucket", key, []byte(name))
	}
	for i, name := range []string{"../../canary", `..\..\canary`, "..", "a/../b"} {
		key := fmt.Sprintf("user/%d-${filename}", i)
		resp, text := sendForm(t, s.formRequest(t, "bucket", signForm(anyField, map[string]string{"key": key}, time.Now().Add(time.Hour)), name, []byte("x")))
		last := name[strings.LastIndexAny(name, `/\`)+1:]
		if want := s.url + fmt.Sprintf("/bucket/user/%d-%s", i, last); resp.StatusCode != 204 || resp.Header.Get("Location") != want {
			t.Errorf("file %q: %d %s %s, want %s", name, resp.StatusCode, text, resp.Header.Get("Location"), want)
		}
	}
}

// TestPostAnonymous: forms without a signature are for buckets that let
// everybody in, and their fields are as little believed as headers.
func TestPostAnonymous(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "open")
	c, b := s.sdk(blue), aws.String("open")
	if _, err := c.DeletePublicAccessBlock(t.Context(), &s3.DeletePublicAccessBlockInput{Bucket: b}); err != nil {
		t.Fatal(err)
	}
	policy := `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::open/in/*"},
		{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::open/in/*", "Condition": {"StringEquals": {"s3:x-amz-storage-class": "GLACIER"}}}]}`
	if _, err := c.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: b, Policy: &policy}); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		fields map[string]string
		status int
	}{
		"good":            {map[string]string{"key": "in/${filename}", "Content-Type": "text/html"}, 204},
		"outside":         {map[string]string{"key": "out/${filename}"}, 403},
		"tags":            {map[string]string{"key": "in/t", "tagging": "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"}, 403},
		"denied by field": {map[string]string{"key": "in/g", "x-amz-storage-class": "GLACIER"}, 403},
		"tags, malformed": {map[string]string{"key": "in/t", "tagging": "a=b"}, 400},
	} {
		resp, text := sendForm(t, s.formRequest(t, "open", tc.fields, "f", []byte("x")))
		if resp.StatusCode != tc.status {
			t.Errorf("%s: %d %s", name, resp.StatusCode, text)
		}
	}
	s.wantObject(t, "open", "in/f", []byte("x"))
}

// TestPostByHost: the bucket of a form may stand in the host, and a page of
// another origin may send it.
func TestPostByHost(t *testing.T) {
	s := mustServe(t, t.TempDir(), inHosts)
	s.mustBucket(t, blue, "bucket")
	rules := []types.CORSRule{{AllowedMethods: []string{"POST"}, AllowedOrigins: []string{"http://page.test"}}}
	if _, err := s.sdk(blue).PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: aws.String("bucket"), CORSConfiguration: &types.CORSConfiguration{CORSRules: rules}}); err != nil {
		t.Fatal(err)
	}
	r := s.formRequest(t, "", signForm(anyField, map[string]string{"key": "user/k"}, time.Now().Add(time.Hour)), "f", []byte("x"))
	r.Host = "bucket.d.test"
	r.Header.Set("Origin", "http://page.test")
	resp, text := sendForm(t, r)
	if resp.StatusCode != 204 || resp.Header.Get("Location") != "http://bucket.d.test/user/k" || resp.Header.Get("Access-Control-Allow-Origin") != "http://page.test" {
		t.Errorf("%d %s %v", resp.StatusCode, text, resp.Header)
	}
	s.wantObject(t, "bucket", "user/k", []byte("x"))
}

// TestPostEncrypted: a form may ask for encryption.
func TestPostEncrypted(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "bucket")
	conditions := append([]any{map[string]string{"x-amz-server-side-encryption": "AES256"}}, anyField...)
	fields := signForm(conditions, map[string]string{"key": "user/k", "x-amz-server-side-encryption": "AES256"}, time.Now().Add(time.Hour))
	resp, text := sendForm(t, s.formRequest(t, "bucket", fields, "f", random(1, 300<<10)))
	if resp.StatusCode != 204 || resp.Header.Get("X-Amz-Server-Side-Encryption") != "AES256" {
		t.Errorf("%d %s %v", resp.StatusCode, text, resp.Header)
	}
	s.wantObject(t, "bucket", "user/k", random(1, 300<<10))
}

// TestSlowForm: the fields of a form must come at once, not only steadily: until
// they are there nobody knows who sends them.
func TestSlowForm(t *testing.T) {
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Stall = time.Second })
	s.mustBucket(t, blue, "bucket")
	c := s.dial(t)
	defer c.Close()
	if _, err := io.WriteString(c, "POST /bucket HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 20000\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	var drip sync.WaitGroup
	drip.Go(func() {
		for {
			if _, err := io.WriteString(c, "x"); err != nil {
				return // the server, or this test, closed
			}
			time.Sleep(50 * time.Millisecond) // well within what a steady body may take
		}
	})
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || resp.StatusCode != http.StatusBadRequest {
		t.Errorf("%v, %v; want to be refused while bytes still come", resp, err)
	}
	_ = c.Close()
	drip.Wait()
}
