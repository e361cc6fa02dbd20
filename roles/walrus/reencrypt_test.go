package walrus_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestUpdateObjectEncryption: another key for the same bytes; nothing else of
// the object changes.
func TestUpdateObjectEncryption(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.sdk(blue)
	s.mustBucket(t, blue, "enc")
	keys := mustKeys(t, s.dir)
	first, second := mustKey(t, keys, "alias/first"), mustKey(t, keys, "alias/second")
	update := func(key, arn string) error {
		_, err := c.UpdateObjectEncryption(t.Context(), &s3.UpdateObjectEncryptionInput{Bucket: aws.String("enc"), Key: &key,
			ObjectEncryption: &types.ObjectEncryptionMemberSSEKMS{Value: types.SSEKMSEncryption{KMSKeyArn: &arn, BucketKeyEnabled: aws.Bool(true)}}})
		return err
	}
	to := sse{method: types.ServerSideEncryptionAwsKms, arn: second.ARN}
	for _, from := range ways(first)[1:3] {
		body := random(4, 6<<20)
		from.put(t, c, "small", body[:1000])
		from.upload(t, c, "parts", body)
		_, before, err := from.get(t, c, "parts", "")
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"small", "parts"} {
			if err := update(key, second.ARN); err != nil {
				t.Fatalf("%s of %s: %v", from.name, key, err)
			}
		}
		to.want(t, c, "small", body[:1000])
		to.want(t, c, "parts", body)
		_, after, err := to.get(t, c, "parts", "")
		if err != nil || aws.ToString(after.ETag) != aws.ToString(before.ETag) || !after.LastModified.Equal(*before.LastModified) || !aws.ToBool(after.BucketKeyEnabled) {
			t.Errorf("%s: ETag %q, before %q, %v", from.name, aws.ToString(after.ETag), aws.ToString(before.ETag), err)
		}
	}
	sse{}.put(t, c, "plain", []byte("x"))
	sse{customer: random(77, 32)}.put(t, c, "customer", []byte("x"))
	wantAnswer(t, "plain", update("plain", second.ARN), 400, "InvalidRequest", "")
	wantAnswer(t, "customer", update("customer", second.ARN), 400, "InvalidRequest", "")
	wantAnswer(t, "by id", update("small", second.ID), 400, "InvalidRequest", "")
	wantAnswer(t, "unknown key", update("small", second.ARN+"x"), 400, "KMS.NotFoundException", "")
	wantAnswer(t, "no object", update("none", second.ARN), 404, "NoSuchKey", "")
	if _, err := keys.SetDisabled(second.ID, true); err != nil {
		t.Fatal(err)
	}
	wantAnswer(t, "from a disabled key", update("small", first.ARN), 400, "KMS.DisabledException", "")
}

// TestUpdateEncryptionOfLocked: what is locked stays as it is.
func TestUpdateEncryptionOfLocked(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.sdk(blue)
	if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("enc"), ObjectLockEnabledForBucket: aws.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	k := mustKey(t, mustKeys(t, s.dir), "")
	ways(k)[1].put(t, c, "k", []byte("x"))
	_, err := c.PutObjectRetention(t.Context(), &s3.PutObjectRetentionInput{Bucket: aws.String("enc"), Key: aws.String("k"), ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
		Retention: &types.ObjectLockRetention{Mode: types.ObjectLockRetentionModeGovernance, RetainUntilDate: aws.Time(time.Now().Add(time.Hour))}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.UpdateObjectEncryption(t.Context(), &s3.UpdateObjectEncryptionInput{Bucket: aws.String("enc"), Key: aws.String("k"),
		ObjectEncryption: &types.ObjectEncryptionMemberSSEKMS{Value: types.SSEKMSEncryption{KMSKeyArn: &k.ARN}}})
	wantAnswer(t, "locked", err, 403, "AccessDenied", "")
}

// TestCopyOntoItself: how an object gets another way of encryption, or another
// key of its owner.
func TestCopyOntoItself(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.sdk(blue)
	s.mustBucket(t, blue, "enc")
	body := random(4, 100_000)
	at := sse{}
	at.put(t, c, "k", body)
	for _, to := range append(ways(mustKey(t, mustKeys(t, s.dir), ""))[1:], sse{name: "another", customer: random(78, 32)}, sse{name: "back", method: types.ServerSideEncryptionAes256}) {
		_, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{
			Bucket: aws.String("enc"), Key: aws.String("k"), CopySource: aws.String("enc/k"), ServerSideEncryption: to.method, SSEKMSKeyId: to.keyID,
			SSECustomerAlgorithm: to.algorithm(), SSECustomerKey: to.key(), SSECustomerKeyMD5: to.md5(),
			CopySourceSSECustomerAlgorithm: at.algorithm(), CopySourceSSECustomerKey: at.key(), CopySourceSSECustomerKeyMD5: at.md5(),
		})
		if err != nil {
			t.Fatalf("to %s: %v", to.name, err)
		}
		to.want(t, c, "k", body)
		at = to
	}
	wait(t, "the bytes of former states to go", func() bool { return len(dataFiles(t, s.dir)) == 1 })
}
