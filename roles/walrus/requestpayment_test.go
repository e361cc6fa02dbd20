package walrus_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"ecc/roles/walrus"
)

// TestRequesterPays: who may read has to say that they pay; the owner does
// not.
func TestRequesterPays(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "toll")
	s.mustPut(t, "toll", "k", []byte("x"))
	s.must(t, "DELETE", "/toll?publicAccessBlock", "")
	s.must(t, "PUT", "/toll?policy", `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::toll", "arn:aws:s3:::toll/*"]}]}`)
	payer := func(p types.Payer) {
		t.Helper()
		_, err := s.sdk(blue).PutBucketRequestPayment(t.Context(), &s3.PutBucketRequestPaymentInput{Bucket: aws.String("toll"),
			RequestPaymentConfiguration: &types.RequestPaymentConfiguration{Payer: p}})
		wantCode(t, err, "")
	}
	get := func(key string, pays types.RequestPayer) (types.RequestCharged, string) {
		out, err := s.sdk(key).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("toll"), Key: aws.String("k"), RequestPayer: pays})
		if err != nil {
			return "", code(err)
		}
		out.Body.Close()
		return out.RequestCharged, ""
	}
	nobodyGets := func(want string) {
		t.Helper()
		if _, got := s.sendAs(t, nobody, request{method: "GET", path: "/toll/k"}); got != want {
			t.Errorf("nobody: %q, want %q", got, want)
		}
	}
	want := func(key string, pays types.RequestPayer, charged types.RequestCharged, want string) {
		t.Helper()
		if c, got := get(key, pays); got != want || c != charged {
			t.Errorf("%q paying %q: %q, charged %q; want %q, %q", key, pays, got, c, want, charged)
		}
	}
	want(green, "", "", "")
	nobodyGets("")
	payer(types.PayerRequester)
	want(green, "", "", "AccessDenied")
	want(green, types.RequestPayerRequester, types.RequestChargedRequester, "")
	want(blue, "", "", "")
	nobodyGets("AccessDenied")
	_, err := s.sdk(green).CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("toll"), Key: aws.String("copy"), CopySource: aws.String("toll/k")})
	wantCode(t, err, "AccessDenied")
	payer(types.PayerBucketOwner)
	want(green, "", "", "")
}

// TestRequesterPaysForSlowCopy: the source of a copy is asked about again while
// its client is kept alive, and by then the headers are on their way. The race
// detector sees who touches them all the same.
func TestRequesterPaysForSlowCopy(t *testing.T) {
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Patience = 10 * time.Millisecond })
	s.mustBucket(t, blue, "toll")
	s.must(t, "DELETE", "/toll?publicAccessBlock", "")
	s.must(t, "PUT", "/toll?policy", `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::toll", "arn:aws:s3:::toll/*"]}]}`)
	s.must(t, "PUT", "/toll/k", "x")
	s.must(t, "PUT", "/toll/k?tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>")
	s.must(t, "PUT", "/toll?requestPayment", "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>")
	sleepAt(t, "walrus.copy.1.opened")
	out, err := s.sdk(green).CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("toll"), Key: aws.String("copy"),
		CopySource: aws.String("toll/k"), RequestPayer: types.RequestPayerRequester})
	wantCode(t, err, "")
	if err == nil && out.RequestCharged != types.RequestChargedRequester {
		t.Errorf("charged %q", out.RequestCharged)
	}
}
