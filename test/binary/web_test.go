package binary_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestBucketOnTheWeb: what browsers send reaches the object store through the
// endpoint that it shares with the other services, whatever else it looks like.
func TestBucketOnTheWeb(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	a := p.account("tenant")
	c, bucket := a.s3(), aws.String("web")
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}))
	must(c.DeletePublicAccessBlock(t.Context(), &s3.DeletePublicAccessBlockInput{Bucket: bucket}))
	must(c.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: bucket, Policy: aws.String(`{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::web/*"}]}`)}))
	must(c.PutBucketWebsite(t.Context(), &s3.PutBucketWebsiteInput{Bucket: bucket, WebsiteConfiguration: &types.WebsiteConfiguration{IndexDocument: &types.IndexDocument{Suffix: aws.String("i.html")}}}))
	must(c.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: bucket, CORSConfiguration: &types.CORSConfiguration{
		CORSRules: []types.CORSRule{{AllowedMethods: []string{"GET", "POST"}, AllowedOrigins: []string{"http://page.test"}}}}}))
	for _, key := range []string{"i.html", "_/i.html"} {
		must(c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader("page " + key)}))
	}
	const site = "Host: web.s3-website.localhost"
	for name, tc := range map[string]struct {
		args []string
		want string // what the output has in it; the status is its end
	}{
		"a website":                   {[]string{"-H", site, p.endpoint() + "/"}, "page i.html 200"},
		"with a query as of EC2":      {[]string{"-H", site, p.endpoint() + "/?Action=Buy"}, "page i.html 200"},
		"with a folder as of ecc":     {[]string{"-H", site, p.endpoint() + "/_/"}, "page _/i.html 200"},
		"a page that is not there":    {[]string{"-H", site, p.endpoint() + "/x"}, "<li>Code: AccessDenied</li>"},
		"a preflight":                 {[]string{"-i", "-X", "OPTIONS", "-H", "Origin: http://page.test", "-H", "Access-Control-Request-Method: POST", p.endpoint() + "/web/k"}, "Access-Control-Allow-Origin: http://page.test"},
		"a form":                      {[]string{"--form-string", "key=in/${filename}", "-F", "file=@-;filename=f", p.endpoint() + "/web"}, " 204"},
		"a form, the bucket by host":  {[]string{"-H", "Host: web.localhost", "--form-string", "key=h", "-F", "file=@-;filename=f", p.endpoint() + "/"}, " 204"},
		"a form of another kind":      {[]string{"-H", "Host: web.localhost", "-d", "a=b", p.endpoint() + "/"}, "<Code>AccessDenied</Code>"},
		"S3 Control without a caller": {[]string{"-H", "x-amz-account-id: " + a.ID, p.endpoint() + "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Aweb"}, "<ErrorResponse"},
	} {
		if got := curl(t, tc.args...); !strings.Contains(got.stdout, tc.want) {
			t.Errorf("%s: %+v, want %q", name, got, tc.want)
		}
	}
}
