package walrus_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"ecc/roles/walrus"
)

// mustLog turns logging on.
func mustLog(t *testing.T, c *s3.Client, bucket string, e *types.LoggingEnabled) {
	t.Helper()
	_, err := c.PutBucketLogging(t.Context(), &s3.PutBucketLoggingInput{Bucket: &bucket, BucketLoggingStatus: &types.BucketLoggingStatus{LoggingEnabled: e}})
	wantCode(t, err, "")
}

// log has the log delivered and returns it, object by object, by key.
func (s *server) log(t *testing.T, bucket string) (keys []string, all string) {
	t.Helper()
	if err := s.walrus.DeliverLogs(t.Context()); err != nil {
		t.Fatal(err)
	}
	out, err := s.sdk(blue).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range out.Contents {
		body, err := s.get(t, bucket, aws.ToString(o.Key))
		if err != nil {
			t.Fatal(err)
		}
		keys, all = append(keys, aws.ToString(o.Key)), all+string(body)
	}
	return keys, all
}

func TestAccessLog(t *testing.T) {
	s := mustServe(t, t.TempDir())
	for _, b := range []string{"seen", "logs"} {
		s.mustBucket(t, blue, b)
	}
	c := s.sdk(blue)
	mustLog(t, c, "seen", &types.LoggingEnabled{TargetBucket: aws.String("logs"), TargetPrefix: aws.String("seen/")})
	s.mustPut(t, "seen", "a b", []byte("hello"))
	if _, err := s.get(t, "seen", "a b"); err != nil {
		t.Fatal(err)
	}
	_, err := s.sdk(green).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("seen"), Key: aws.String("a b")})
	wantCode(t, err, "AccessDenied")
	signed, err := s3.NewPresignClient(c).PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("seen"), Key: aws.String("none")})
	if err != nil {
		t.Fatal(err)
	}
	gone, err := http.Get(signed.URL)
	if err != nil || gone.StatusCode != 404 {
		t.Fatalf("presigned: %v, %v", gone, err)
	}
	gone.Body.Close()
	keys, text := s.log(t, "logs")
	if len(keys) != 1 || !regexp.MustCompile(`^seen/\d{4}(-\d\d){5}-[0-9A-F]{16}$`).MatchString(keys[0]) {
		t.Errorf("keys %q", keys)
	}
	owner, other := accounts[0].Canonical, accounts[1].Canonical
	for _, want := range []string{
		`^` + owner + ` seen \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] 127\.0\.0\.1 ` + owner + ` [0-9A-F]{16} REST\.PUT\.OBJECT a%20b "PUT /seen/a%20b\?x-id=PutObject HTTP/1\.1" 200 - - 5 \d+ - "-" "aws-sdk-go-v2/.*" - [0-9A-F]{16} SigV4 - AuthHeader 127\.0\.0\.1:\d+ - - -$`,
		`REST\.GET\.OBJECT a%20b "GET /seen/a%20b\?x-id=GetObject HTTP/1\.1" 200 - 5 5 `,
		` ` + other + ` [0-9A-F]{16} REST\.GET\.OBJECT a%20b "GET .*" 403 AccessDenied \d+ - `,
		`REST\.GET\.OBJECT none "GET /seen/none\?.*X-Amz-Signature=XXXXX.*" 404 NoSuchKey .* QueryString `,
	} {
		if !regexp.MustCompile(`(?m)` + want).MatchString(text) {
			t.Errorf("no line is like\n%s\nin\n%s", want, text)
		}
	}
	if n := strings.Count(text, "\n"); n != 4 {
		t.Errorf("%d lines:\n%s", n, text)
	}
	mustLog(t, c, "seen", nil)
	s.mustPut(t, "seen", "k", nil)
	if more, _ := s.log(t, "logs"); len(more) != 1 {
		t.Errorf("%q with logging off", more)
	}
}

func TestLogTargets(t *testing.T) {
	s := mustServe(t, t.TempDir())
	for _, b := range []string{"seen", "logs", "toll"} {
		s.mustBucket(t, blue, b)
	}
	s.mustBucket(t, green, "greens")
	_, err := s.sdk(blue).PutBucketRequestPayment(t.Context(), &s3.PutBucketRequestPaymentInput{Bucket: aws.String("toll"),
		RequestPaymentConfiguration: &types.RequestPaymentConfiguration{Payer: "Requester"}})
	wantCode(t, err, "")
	grant := []types.TargetGrant{{Permission: "READ", Grantee: &types.Grantee{Type: "CanonicalUser", ID: aws.String(accounts[1].Canonical)}}}
	put := func(target string, grants []types.TargetGrant) error {
		_, err := s.sdk(blue).PutBucketLogging(t.Context(), &s3.PutBucketLoggingInput{Bucket: aws.String("seen"),
			BucketLoggingStatus: &types.BucketLoggingStatus{LoggingEnabled: &types.LoggingEnabled{TargetBucket: &target, TargetPrefix: aws.String(""), TargetGrants: grants,
				TargetObjectKeyFormat: &types.TargetObjectKeyFormat{PartitionedPrefix: &types.PartitionedPrefix{PartitionDateSource: "EventTime"}}}}})
		return err
	}
	wantCode(t, put("nowhere", nil), "InvalidTargetBucketForLogging")
	wantCode(t, put("greens", nil), "InvalidTargetBucketForLogging")
	wantCode(t, put("toll", nil), "InvalidTargetBucketForLogging")
	wantCode(t, put("logs", grant), "AccessControlListNotSupported")
	s.must(t, "PUT", "/logs?ownershipControls", aclsOn)
	wantCode(t, put("logs", grant), "")
	read, err := s.sdk(blue).GetBucketLogging(t.Context(), &s3.GetBucketLoggingInput{Bucket: aws.String("seen")})
	if err != nil || len(read.LoggingEnabled.TargetGrants) != 1 || read.LoggingEnabled.TargetGrants[0].Grantee.Type != "CanonicalUser" {
		t.Errorf("%+v, %v", read, err)
	}
	s.mustPut(t, "seen", "k", nil)
	keys, _ := s.log(t, "logs")
	if len(keys) != 1 || !regexp.MustCompile(`^111111111111/`+region+`/seen/\d{4}/\d\d/\d\d/\d{4}-\d\d-\d\d-00-00-00-[0-9A-F]{16}$`).MatchString(keys[0]) {
		t.Fatalf("keys %q", keys)
	}
	_, err = s.sdk(green).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("logs"), Key: &keys[0]})
	wantCode(t, err, "") // as the grant has it
}

// TestLogOfTheLastRequests: a process that stops delivers what it has.
func TestLogOfTheLastRequests(t *testing.T) {
	dir := t.TempDir()
	t.Run("before", func(t *testing.T) {
		s := mustServe(t, dir)
		s.mustBucket(t, blue, "seen")
		s.mustBucket(t, blue, "logs")
		mustLog(t, s.sdk(blue), "seen", &types.LoggingEnabled{TargetBucket: aws.String("logs"), TargetPrefix: aws.String("")})
		for i := range 3 {
			s.mustPut(t, "seen", fmt.Sprint(i), nil)
		}
	})
	t.Run("after", func(t *testing.T) {
		if keys, text := mustServe(t, dir).log(t, "logs"); len(keys) != 1 || strings.Count(text, "REST.PUT.OBJECT") != 3 {
			t.Errorf("%q\n%s", keys, text)
		}
	})
}

// TestAccessLogOfWebsites: visits are told from requests.
func TestAccessLogOfWebsites(t *testing.T) {
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Domain = "s3.test" })
	s.mustBucket(t, blue, "seen")
	s.mustBucket(t, blue, "logs")
	s.publish(t, "seen")
	s.mustPut(t, "seen", "index.html", []byte("welcome"))
	c := s.sdk(blue)
	_, err := c.PutBucketWebsite(t.Context(), &s3.PutBucketWebsiteInput{Bucket: aws.String("seen"),
		WebsiteConfiguration: &types.WebsiteConfiguration{IndexDocument: &types.IndexDocument{Suffix: aws.String("index.html")}}})
	wantCode(t, err, "")
	mustLog(t, c, "seen", &types.LoggingEnabled{TargetBucket: aws.String("logs"), TargetPrefix: aws.String("")})
	for _, path := range []string{"/", "/none"} {
		s.answerAs(t, nobody, request{method: "GET", path: path, host: "seen.s3-website." + region + ".s3.test"})
	}
	_, text := s.log(t, "logs")
	for _, want := range []string{` - [0-9A-F]{16} WEBSITE\.GET\.OBJECT index\.html "GET / HTTP/1\.1" 200 - 7 7 `, `WEBSITE\.GET\.OBJECT none "GET /none HTTP/1\.1" 404 NoSuchKey `} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("no line is like\n%s\nin\n%s", want, text)
		}
	}
}

// TestAccessLogOfMany: each key that one request deletes has a line, and so has
// what the lifecycle rules do.
func TestAccessLogOfMany(t *testing.T) {
	a := mustAge(t, "")
	a.mustBucket(t, blue, "logs")
	mustLog(t, a.client(), "aged", &types.LoggingEnabled{TargetBucket: aws.String("logs"), TargetPrefix: aws.String("")})
	a.put(t, "one")
	a.put(t, "two")
	a.put(t, "expires")
	_, err := a.client().DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: a.bucket, Delete: &types.Delete{Quiet: aws.Bool(true),
		Objects: []types.ObjectIdentifier{{Key: aws.String("one")}, {Key: aws.String("two"), VersionId: aws.String("0123456789abcdef!")}}}})
	wantCode(t, err, "")
	_, err = a.client().CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: a.bucket, Key: aws.String("up")})
	wantCode(t, err, "")
	a.rules(t, types.LifecycleRule{Filter: under("expires"), Expiration: days(1)},
		types.LifecycleRule{AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(1)}})
	a.clock.days(3)
	a.expire(t)
	a.clock.ahead.Store(0) // for the client that reads the log
	_, text := a.log(t, "logs")
	for _, want := range []string{
		` BATCH\.DELETE\.OBJECT one - 204 - `, ` BATCH\.DELETE\.OBJECT two - 404 NoSuchVersion `, ` REST\.POST\.MULTI_OBJECT_DELETE - "POST /aged\?delete`,
		` - AmazonS3 [0-9A-F]{16} S3\.EXPIRE\.OBJECT expires - - `, ` S3\.DELETE\.UPLOAD up `,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("no line is like\n%s\nin\n%s", want, text)
		}
	}
}
