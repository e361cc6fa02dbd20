package walrus_test

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"ecc/roles/walrus"
)

// TestFreshBucket reads everything Terraform reads of a bucket that has just
// been made, and wants S3's exact answers for "not configured".
func TestFreshBucket(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "fresh")
	c, b := s.sdk(blue), aws.String("fresh")
	for _, tc := range []struct {
		name string
		call func(context.Context) (any, error)
		want string
		see  func(any) bool
	}{
		{"HeadBucket", func(ctx context.Context) (any, error) { return c.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: b}) }, "",
			func(o any) bool { return aws.ToString(o.(*s3.HeadBucketOutput).BucketRegion) == region }},
		{"GetBucketPolicy", func(ctx context.Context) (any, error) {
			return c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: b})
		}, "NoSuchBucketPolicy", nil},
		{"GetBucketAcl", func(ctx context.Context) (any, error) {
			return c.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: b})
		}, "", func(o any) bool {
			out := o.(*s3.GetBucketAclOutput)
			return aws.ToString(out.Owner.ID) == accounts[0].Canonical && len(out.Grants) == 1 && out.Grants[0].Permission == types.PermissionFullControl
		}},
		{"GetBucketCors", func(ctx context.Context) (any, error) {
			return c.GetBucketCors(ctx, &s3.GetBucketCorsInput{Bucket: b})
		}, "NoSuchCORSConfiguration", nil},
		{"GetBucketWebsite", func(ctx context.Context) (any, error) {
			return c.GetBucketWebsite(ctx, &s3.GetBucketWebsiteInput{Bucket: b})
		}, "NoSuchWebsiteConfiguration", nil},
		{"GetBucketVersioning", func(ctx context.Context) (any, error) {
			return c.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: b})
		}, "", func(o any) bool { return o.(*s3.GetBucketVersioningOutput).Status == "" }},
		{"GetBucketAccelerateConfiguration", func(ctx context.Context) (any, error) {
			return c.GetBucketAccelerateConfiguration(ctx, &s3.GetBucketAccelerateConfigurationInput{Bucket: b})
		}, "", func(o any) bool { return o.(*s3.GetBucketAccelerateConfigurationOutput).Status == "" }},
		{"GetBucketRequestPayment", func(ctx context.Context) (any, error) {
			return c.GetBucketRequestPayment(ctx, &s3.GetBucketRequestPaymentInput{Bucket: b})
		}, "", func(o any) bool { return o.(*s3.GetBucketRequestPaymentOutput).Payer == types.PayerBucketOwner }},
		{"GetBucketLogging", func(ctx context.Context) (any, error) {
			return c.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: b})
		}, "", func(o any) bool { return o.(*s3.GetBucketLoggingOutput).LoggingEnabled == nil }},
		{"GetBucketLifecycleConfiguration", func(ctx context.Context) (any, error) {
			return c.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: b})
		}, "NoSuchLifecycleConfiguration", nil},
		{"GetBucketReplication", func(ctx context.Context) (any, error) {
			return c.GetBucketReplication(ctx, &s3.GetBucketReplicationInput{Bucket: b})
		}, "ReplicationConfigurationNotFoundError", nil},
		{"GetBucketEncryption", func(ctx context.Context) (any, error) {
			return c.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: b})
		}, "ServerSideEncryptionConfigurationNotFoundError", nil},
		{"GetObjectLockConfiguration", func(ctx context.Context) (any, error) {
			return c.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: b})
		}, "ObjectLockConfigurationNotFoundError", nil},
		{"GetBucketTagging", func(ctx context.Context) (any, error) {
			return c.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: b})
		}, "NoSuchTagSet", nil},
		{"GetBucketNotificationConfiguration", func(ctx context.Context) (any, error) {
			return c.GetBucketNotificationConfiguration(ctx, &s3.GetBucketNotificationConfigurationInput{Bucket: b})
		}, "", func(o any) bool {
			out := o.(*s3.GetBucketNotificationConfigurationOutput)
			return len(out.QueueConfigurations)+len(out.TopicConfigurations)+len(out.LambdaFunctionConfigurations) == 0
		}},
		{"GetBucketLocation", func(ctx context.Context) (any, error) {
			return c.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: b})
		}, "", func(o any) bool { return o.(*s3.GetBucketLocationOutput).LocationConstraint == "" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, err := tc.call(t.Context())
			wantCode(t, err, tc.want)
			if err == nil && !tc.see(out) {
				t.Errorf("%+v", out)
			}
		})
	}
}

func TestVersioningStates(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "states")
	c, b := s.sdk(blue), aws.String("states")
	set := func(status types.BucketVersioningStatus) error {
		_, err := c.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: b,
			VersioningConfiguration: &types.VersioningConfiguration{Status: status}})
		return err
	}
	want := func(status types.BucketVersioningStatus) {
		t.Helper()
		out, err := c.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: b})
		if err != nil || out.Status != status {
			t.Errorf("%v, %v; want %v", out, err, status)
		}
	}
	wantCode(t, set(""), "IllegalVersioningConfigurationException")
	want("")
	for _, status := range []types.BucketVersioningStatus{"Suspended", "Enabled", "Suspended", "Enabled"} {
		wantCode(t, set(status), "")
		want(status)
	}
	lock := &types.ObjectLockConfiguration{ObjectLockEnabled: "Enabled", Rule: &types.ObjectLockRule{
		DefaultRetention: &types.DefaultRetention{Mode: "GOVERNANCE", Days: aws.Int32(3)}}}
	putLock := func() error {
		_, err := c.PutObjectLockConfiguration(t.Context(), &s3.PutObjectLockConfigurationInput{Bucket: b, ObjectLockConfiguration: lock})
		return err
	}
	wantCode(t, set("Suspended"), "")
	wantCode(t, putLock(), "InvalidBucketState")
	wantCode(t, set("Enabled"), "")
	wantCode(t, putLock(), "")
	wantCode(t, set("Suspended"), "InvalidBucketState")
	got, err := c.GetObjectLockConfiguration(t.Context(), &s3.GetObjectLockConfigurationInput{Bucket: b})
	if err != nil || aws.ToInt32(got.ObjectLockConfiguration.Rule.DefaultRetention.Days) != 3 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestBucketTagging(t *testing.T) {
	s := mustServe(t, t.TempDir())
	c, b := s.sdk(blue), aws.String("tagged")
	_, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: b, CreateBucketConfiguration: &types.CreateBucketConfiguration{
		Tags: []types.Tag{{Key: aws.String("at"), Value: aws.String("creation")}}}})
	wantCode(t, err, "")
	want := func(n int, first string) {
		t.Helper()
		out, err := c.GetBucketTagging(t.Context(), &s3.GetBucketTaggingInput{Bucket: b})
		if err != nil || len(out.TagSet) != n || aws.ToString(out.TagSet[0].Key) != first {
			t.Errorf("%+v, %v; want %d tags, %s first", out, err, n, first)
		}
	}
	put := func(tags ...types.Tag) error {
		_, err := c.PutBucketTagging(t.Context(), &s3.PutBucketTaggingInput{Bucket: b, Tagging: &types.Tagging{TagSet: tags}})
		return err
	}
	want(1, "at")
	tag := types.Tag{Key: aws.String("k"), Value: aws.String("")}
	wantCode(t, put(tag, tag), "InvalidTag")
	want(1, "at")
	wantCode(t, put(tag), "")
	want(1, "k")
	_, err = c.DeleteBucketTagging(t.Context(), &s3.DeleteBucketTaggingInput{Bucket: b})
	wantCode(t, err, "")
	_, err = c.GetBucketTagging(t.Context(), &s3.GetBucketTaggingInput{Bucket: b})
	wantCode(t, err, "NoSuchTagSet")
}

func TestCreateBucket(t *testing.T) {
	far := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Region = "far-west-1" })
	c := s3.New(far.sdk(blue).Options(), func(o *s3.Options) { o.Region = "far-west-1" })
	create := func(in s3.CreateBucketInput) error {
		in.Bucket = aws.String("made")
		_, err := c.CreateBucket(t.Context(), &in)
		return err
	}
	at := func(region types.BucketLocationConstraint) *types.CreateBucketConfiguration {
		return &types.CreateBucketConfiguration{LocationConstraint: region}
	}
	wantCode(t, create(s3.CreateBucketInput{CreateBucketConfiguration: at("near-east-1")}), "InvalidLocationConstraint")
	wantCode(t, create(s3.CreateBucketInput{CreateBucketConfiguration: &types.CreateBucketConfiguration{Bucket: &types.BucketInfo{Type: "Directory"}}}), "NotImplemented")
	wantCode(t, create(s3.CreateBucketInput{CreateBucketConfiguration: at("far-west-1"), ObjectLockEnabledForBucket: aws.Bool(true)}), "")
	wantCode(t, create(s3.CreateBucketInput{CreateBucketConfiguration: at("far-west-1")}), "BucketAlreadyOwnedByYou")
	lock, err := c.GetObjectLockConfiguration(t.Context(), &s3.GetObjectLockConfigurationInput{Bucket: aws.String("made")})
	if err != nil || lock.ObjectLockConfiguration.ObjectLockEnabled != "Enabled" {
		t.Errorf("%+v, %v", lock, err)
	}
	versioning, err := c.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: aws.String("made")})
	if err != nil || versioning.Status != "Enabled" {
		t.Errorf("%+v, %v", versioning, err)
	}
	list, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{BucketRegion: aws.String("near-east-1")})
	if err != nil || len(list.Buckets) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestDeleteVersioned: what nobody sees any more keeps a bucket all the same.
func TestDeleteVersioned(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "kept")
	c, b := s.sdk(blue), aws.String("kept")
	_, err := c.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: b, VersioningConfiguration: &types.VersioningConfiguration{Status: "Enabled"}})
	wantCode(t, err, "")
	marker, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: b, Key: aws.String("k")})
	wantCode(t, err, "")
	_, err = c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: b})
	wantCode(t, err, "BucketNotEmpty")
	_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: b, Key: aws.String("k"), VersionId: marker.VersionId})
	wantCode(t, err, "")
	_, err = c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: b})
	wantCode(t, err, "")
}

func TestNotOffered(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "plain")
	c, b, id := s.sdk(blue), aws.String("plain"), aws.String("x")
	for name, call := range map[string]func(context.Context) error{
		"list inventories": func(ctx context.Context) error {
			_, err := c.ListBucketInventoryConfigurations(ctx, &s3.ListBucketInventoryConfigurationsInput{Bucket: b})
			return err
		},
		"get inventory": func(ctx context.Context) error {
			_, err := c.GetBucketInventoryConfiguration(ctx, &s3.GetBucketInventoryConfigurationInput{Bucket: b, Id: id})
			return err
		},
		"list metrics": func(ctx context.Context) error {
			_, err := c.ListBucketMetricsConfigurations(ctx, &s3.ListBucketMetricsConfigurationsInput{Bucket: b})
			return err
		},
		"delete analytics": func(ctx context.Context) error {
			_, err := c.DeleteBucketAnalyticsConfiguration(ctx, &s3.DeleteBucketAnalyticsConfigurationInput{Bucket: b, Id: id})
			return err
		},
		"put tiering": func(ctx context.Context) error {
			_, err := c.PutBucketIntelligentTieringConfiguration(ctx, &s3.PutBucketIntelligentTieringConfigurationInput{Bucket: b, Id: id,
				IntelligentTieringConfiguration: &types.IntelligentTieringConfiguration{Id: id, Status: "Enabled", Tierings: []types.Tiering{{AccessTier: "ARCHIVE_ACCESS", Days: aws.Int32(90)}}}})
			return err
		},
		"accelerate": func(ctx context.Context) error {
			_, err := c.PutBucketAccelerateConfiguration(ctx, &s3.PutBucketAccelerateConfigurationInput{Bucket: b, AccelerateConfiguration: &types.AccelerateConfiguration{Status: "Enabled"}})
			return err
		},
		"replicate": func(ctx context.Context) error {
			_, err := c.PutBucketReplication(ctx, &s3.PutBucketReplicationInput{Bucket: b, ReplicationConfiguration: &types.ReplicationConfiguration{
				Role: id, Rules: []types.ReplicationRule{{Status: "Enabled", Destination: &types.Destination{Bucket: id}}}}})
			return err
		},
		"select": func(ctx context.Context) error {
			_, err := c.SelectObjectContent(ctx, &s3.SelectObjectContentInput{Bucket: b, Key: id, Expression: id, ExpressionType: "SQL",
				InputSerialization: &types.InputSerialization{}, OutputSerialization: &types.OutputSerialization{}})
			return err
		},
		"torrent": func(ctx context.Context) error {
			_, err := c.GetObjectTorrent(ctx, &s3.GetObjectTorrentInput{Bucket: b, Key: id})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { wantCode(t, call(t.Context()), "NotImplemented") })
	}
	_, err := c.DeleteBucketReplication(t.Context(), &s3.DeleteBucketReplicationInput{Bucket: b})
	wantCode(t, err, "")
}

// TestDigestDemanded: S3 takes some configurations only with a digest.
func TestDigestDemanded(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "sure")
	for path, body := range map[string]string{
		"/sure?lifecycle": `<LifecycleConfiguration><Rule><Prefix/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>`,
		"/sure?tagging":   `<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>`,
	} {
		if _, got := s.sendAs(t, blue, request{method: "PUT", path: path, body: []byte(body)}); got != "InvalidRequest" {
			t.Errorf("%s without a digest: %q", path, got)
		}
		sum := md5.Sum([]byte(body))
		s.must(t, "PUT", path, body, "Content-Md5", base64.StdEncoding.EncodeToString(sum[:]))
		wrong := request{method: "PUT", path: path, body: []byte(body + " "), header: map[string]string{"Content-Md5": base64.StdEncoding.EncodeToString(sum[:])}}
		if _, got := s.sendAs(t, blue, wrong); got != "BadDigest" {
			t.Errorf("%s with another digest: %q", path, got)
		}
	}
}
