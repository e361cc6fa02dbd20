package walrus_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/s3control/types"

	"ecc/roles/walrus"
)

// control returns an S3 Control client of one account. It puts the account's id
// into the host, as the SDK does for every endpoint.
func (s *server) control(tb testing.TB, key string) *s3control.Client {
	tb.Helper()
	address := strings.TrimPrefix(s.url, "http://")
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		tb.Fatal(err)
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address) // whatever the name
	}}
	tb.Cleanup(transport.CloseIdleConnections)
	return s3control.New(s3control.Options{
		Region: region, BaseEndpoint: aws.String("http://d.test:" + port), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""), HTTPClient: &http.Client{Transport: transport},
	})
}

// tagsOf lists a bucket's tags through S3 Control.
func tagsOf(tb testing.TB, c *s3control.Client, bucket string) string {
	tb.Helper()
	out, err := c.ListTagsForResource(tb.Context(), &s3control.ListTagsForResourceInput{AccountId: aws.String(string(accounts[0].ID)), ResourceArn: aws.String("arn:aws:s3:::" + bucket)})
	if err != nil {
		return code(err)
	}
	var pairs []string
	for _, t := range out.Tags {
		pairs = append(pairs, *t.Key+"="+*t.Value)
	}
	return strings.Join(pairs, " ")
}

func TestControl(t *testing.T) {
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Domain = "d.test" })
	s.mustBucket(t, blue, "bucket")
	c := s.control(t, blue)
	account, arn := aws.String(string(accounts[0].ID)), aws.String("arn:aws:s3:::bucket")
	tag := func(pairs ...string) error {
		in := &s3control.TagResourceInput{AccountId: account, ResourceArn: arn, Tags: []types.Tag{}}
		for i := 0; i < len(pairs); i += 2 {
			in.Tags = append(in.Tags, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
		}
		_, err := c.TagResource(t.Context(), in)
		return err
	}
	untag := func(keys ...string) error {
		_, err := c.UntagResource(t.Context(), &s3control.UntagResourceInput{AccountId: account, ResourceArn: arn, TagKeys: keys})
		return err
	}
	want := func(tags string) {
		t.Helper()
		if got := tagsOf(t, c, "bucket"); got != tags {
			t.Errorf("tags %q, want %q", got, tags)
		}
	}
	want("")
	wantCode(t, tag("a", "1", "b", "2"), "")
	want("a=1 b=2")
	wantCode(t, tag("b", "3", "c", "4 /"), "")
	want("a=1 b=3 c=4 /")
	// They are the bucket's tags, whichever way they are read and written.
	got, err := s.sdk(blue).GetBucketTagging(t.Context(), &s3.GetBucketTaggingInput{Bucket: aws.String("bucket")})
	if err != nil || len(got.TagSet) != 3 {
		t.Errorf("GetBucketTagging: %+v, %v", got, err)
	}
	if _, err := s.sdk(blue).PutBucketTagging(t.Context(), &s3.PutBucketTaggingInput{Bucket: aws.String("bucket"), Tagging: &s3types.Tagging{TagSet: []s3types.Tag{{Key: aws.String("x"), Value: aws.String("y")}}}}); err != nil {
		t.Fatal(err)
	}
	want("x=y")
	wantCode(t, tag("aws:x", "1"), "InvalidTag")
	var many []string
	for i := range 50 {
		many = append(many, fmt.Sprint("k", i), "v")
	}
	wantCode(t, tag(many...), "BadRequest")
	want("x=y")
	wantCode(t, untag("x", "unknown"), "")
	want("")
	if got := tagsOf(t, c, "nobucket"); got != "NoSuchBucket" {
		t.Errorf("of no bucket: %s", got)
	}
	if got := tagsOf(t, c, "bucket/key"); got != "InvalidRequest" {
		t.Errorf("of an object: %s", got)
	}
	if got := tagsOf(t, s.control(t, green), "bucket"); got != "AccessDenied" {
		t.Errorf("by a stranger: %s", got)
	}
	_, err = c.ListAccessPoints(t.Context(), &s3control.ListAccessPointsInput{AccountId: account})
	wantCode(t, err, "NotImplemented")
	_, err = c.GetPublicAccessBlock(t.Context(), &s3control.GetPublicAccessBlockInput{AccountId: account})
	wantCode(t, err, "NotImplemented")
}

// TestControlByPath: the account need not be in the host, and a bucket may be
// called as S3 Control's paths begin.
func TestControlByPath(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "v20180820")
	s.mustPut(t, "v20180820", "tags/k", []byte("an object"))
	s.wantObject(t, "v20180820", "tags/k", []byte("an object"))
	path := "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Av20180820"
	account := map[string]string{"X-Amz-Account-Id": string(accounts[0].ID)}
	if status, body := s.send(t, request{method: "GET", path: path, header: account}); status != 200 || !strings.Contains(body, "<ListTagsForResourceResult") {
		t.Errorf("%d %s", status, body)
	}
	for name, q := range map[string]request{
		"another account": {method: "GET", path: path, header: map[string]string{"X-Amz-Account-Id": string(accounts[1].ID)}},
		"anonymous":       {method: "GET", path: path, header: account, unsigned: true},
		"wrong secret":    {method: "GET", path: path, header: account, secret: "wrong"},
	} {
		status, body := s.send(t, q)
		if status != 403 || !strings.Contains(body, "<ErrorResponse") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}
