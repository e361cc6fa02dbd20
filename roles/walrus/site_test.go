package walrus_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"ecc/roles/walrus"
)

// publish lets everybody read a bucket's objects but those below secret/.
func (s *server) publish(tb testing.TB, bucket string) {
	tb.Helper()
	c := s.sdk(blue)
	if _, err := c.DeletePublicAccessBlock(tb.Context(), &s3.DeletePublicAccessBlockInput{Bucket: &bucket}); err != nil {
		tb.Fatal(err)
	}
	policy := `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::` + bucket + `/*"},
		{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::` + bucket + `"},
		{"Effect": "Deny", "NotPrincipal": {"AWS": "111111111111"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::` + bucket + `/secret/*"}]}`
	if _, err := c.PutBucketPolicy(tb.Context(), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &policy}); err != nil {
		tb.Fatal(err)
	}
}

func TestBucketWebsite(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "bucket")
	c, b := s.sdk(blue), aws.String("bucket")
	_, err := c.GetBucketWebsite(t.Context(), &s3.GetBucketWebsiteInput{Bucket: b})
	wantCode(t, err, "NoSuchWebsiteConfiguration")
	in := &types.WebsiteConfiguration{IndexDocument: &types.IndexDocument{Suffix: aws.String("index.html")}, ErrorDocument: &types.ErrorDocument{Key: aws.String("e.html")},
		RoutingRules: []types.RoutingRule{{Condition: &types.Condition{KeyPrefixEquals: aws.String("a/")}, Redirect: &types.Redirect{ReplaceKeyPrefixWith: aws.String("")}}}}
	if _, err := c.PutBucketWebsite(t.Context(), &s3.PutBucketWebsiteInput{Bucket: b, WebsiteConfiguration: in}); err != nil {
		t.Fatal(err)
	}
	out, err := c.GetBucketWebsite(t.Context(), &s3.GetBucketWebsiteInput{Bucket: b})
	if err != nil || aws.ToString(out.IndexDocument.Suffix) != "index.html" || aws.ToString(out.ErrorDocument.Key) != "e.html" || len(out.RoutingRules) != 1 || out.RoutingRules[0].Redirect.ReplaceKeyPrefixWith == nil {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := c.DeleteBucketWebsite(t.Context(), &s3.DeleteBucketWebsiteInput{Bucket: b}); err != nil {
		t.Fatal(err)
	}
	_, err = c.GetBucketWebsite(t.Context(), &s3.GetBucketWebsiteInput{Bucket: b})
	wantCode(t, err, "NoSuchWebsiteConfiguration")
}

// TestSite visits websites.
func TestSite(t *testing.T) {
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Domain = "d.test" })
	c := s.sdk(blue)
	for name, site := range map[string]*types.WebsiteConfiguration{
		"pages": {IndexDocument: &types.IndexDocument{Suffix: aws.String("index.html")}, ErrorDocument: &types.ErrorDocument{Key: aws.String("error.html")}, RoutingRules: []types.RoutingRule{
			{Condition: &types.Condition{KeyPrefixEquals: aws.String("old/")}, Redirect: &types.Redirect{ReplaceKeyPrefixWith: aws.String("new/")}},
			{Condition: &types.Condition{KeyPrefixEquals: aws.String("api/")}, Redirect: &types.Redirect{HostName: aws.String("api.test"), Protocol: types.ProtocolHttps, HttpRedirectCode: aws.String("307"), ReplaceKeyWith: aws.String("v1?from=site")}},
			{Condition: &types.Condition{KeyPrefixEquals: aws.String("lost/"), HttpErrorCodeReturnedEquals: aws.String("404")}, Redirect: &types.Redirect{ReplaceKeyWith: aws.String("found")}},
		}},
		"moved": {RedirectAllRequestsTo: &types.RedirectAllRequestsTo{HostName: aws.String("elsewhere.test:81")}},
		"plain": {IndexDocument: &types.IndexDocument{Suffix: aws.String("index.html")}, ErrorDocument: &types.ErrorDocument{Key: aws.String("missing.html")}},
		"none":  nil, "private": {IndexDocument: &types.IndexDocument{Suffix: aws.String("index.html")}},
	} {
		s.mustBucket(t, blue, name)
		if name != "private" {
			s.publish(t, name)
		}
		if site == nil {
			continue
		}
		if _, err := c.PutBucketWebsite(t.Context(), &s3.PutBucketWebsiteInput{Bucket: &name, WebsiteConfiguration: site}); err != nil {
			t.Fatal(err)
		}
	}
	for key, text := range map[string]string{"index.html": "home", "docs/index.html": "docs", "docs/page": "page", "error.html": "sorry", "secret/x": "secret", "a<b": "odd", "/evil.test/index.html": "x"} {
		s.mustPut(t, "pages", key, []byte(text))
	}
	s.mustPut(t, "private", "index.html", []byte("mine"))
	if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("pages"), Key: aws.String("go"), WebsiteRedirectLocation: aws.String("/docs/page")}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		method, bucket, path string
		status               int
		location, body       string // what the body is, or, behind "…", has in it
	}{
		{"GET", "pages", "/", 200, "", "home"},
		{"GET", "pages", "/docs/", 200, "", "docs"},
		{"GET", "pages", "/docs", 302, "/docs/", ""},
		{"GET", "pages", "/docs/page", 200, "", "page"},
		{"GET", "pages", "//evil.test", 404, "", "sorry"},
		{"GET", "pages", "//evil.test/", 200, "", "x"},
		{"HEAD", "pages", "/docs/page", 200, "", ""},
		{"GET", "pages", "/a%3Cb", 200, "", "odd"},
		{"GET", "pages", "/nothing", 404, "", "sorry"},
		{"HEAD", "pages", "/nothing", 404, "", ""},
		{"GET", "pages", "/secret/x", 403, "", "sorry"},
		{"GET", "pages", "/go", 301, "/docs/page", ""},
		{"GET", "pages", "/old/a%20b", 301, "http://HOST/new/a%20b", ""},
		{"GET", "pages", "/api/x", 307, "https://api.test/v1?from=site", ""},
		{"GET", "pages", "/lost/x", 301, "http://HOST/found", ""},
		{"PUT", "pages", "/x", 405, "", "…<li>Code: MethodNotAllowed</li>"},
		{"GET", "moved", "/x/y?z=1", 301, "http://elsewhere.test:81/x/y?z=1", ""},
		{"GET", "moved", "/", 301, "http://elsewhere.test:81/", ""},
		{"GET", "plain", "/%3Cscript%3E", 404, "", "…<li>Key: &lt;script&gt;</li>"},
		{"GET", "plain", "/x", 404, "", "…<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>"},
		{"GET", "none", "/x", 404, "", "…<li>Code: NoSuchWebsiteConfiguration</li>"},
		{"GET", "nobucket", "/x", 404, "", "…<li>Code: NoSuchBucket</li>"},
		{"GET", "private", "/", 403, "", "…<li>Code: AccessDenied</li>"},
	} {
		for _, host := range []string{".s3-website.d.test", ".S3-Website-us-east-1.D.test.:80"} {
			resp, body := s.ask(t, tc.method, tc.path, "Host", tc.bucket+host)
			location := strings.ReplaceAll(tc.location, "HOST", tc.bucket+host)
			part, inside := strings.CutPrefix(tc.body, "…")
			if resp.StatusCode != tc.status || resp.Header.Get("Location") != location || (!inside && body != tc.body) || !strings.Contains(body, part) {
				t.Errorf("%s %s%s: %d to %q: %s\nwant %d to %q: %s", tc.method, tc.bucket, tc.path, resp.StatusCode, resp.Header.Get("Location"), body, tc.status, location, tc.body)
			}
			if inside && resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Errorf("%s%s: an error of type %q", tc.bucket, tc.path, resp.Header.Get("Content-Type"))
			}
		}
	}
	resp, body := s.ask(t, "GET", "/nothing", "Host", "pages.s3-website.d.test", "Range", "bytes=0-1", "If-None-Match", "*", "X-Amz-Checksum-Mode", "ENABLED", "Authorization", "AWS a:b")
	if resp.StatusCode != http.StatusNotFound || body != "sorry" {
		t.Errorf("with headers about the object: %d %q", resp.StatusCode, body)
	}
	resp, body = s.ask(t, "GET", "/docs/page", "Host", "pages.s3-website.d.test", "Range", "bytes=0-1")
	if resp.StatusCode != http.StatusPartialContent || body != "pa" {
		t.Errorf("a range: %d %q", resp.StatusCode, body)
	}
}
