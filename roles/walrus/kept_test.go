package walrus_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"ecc/roles/walrus"
)

// TestKeptBucket: the image store's bucket can be made by its account only,
// also while it does not exist.
func TestKeptBucket(t *testing.T) {
	found, err := identity{}.Credential(t.Context(), blue, "")
	if err != nil {
		t.Fatal(err)
	}
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Kept, c.KeptFor = "the-images", found.Account.Name })
	in := &s3.CreateBucketInput{Bucket: aws.String("the-images")}
	_, err = s.sdk(green).CreateBucket(t.Context(), in)
	wantCode(t, err, "BucketAlreadyExists")
	if _, err := s.sdk(blue).CreateBucket(t.Context(), in); err != nil {
		t.Errorf("its own account: %v", err)
	}
}
