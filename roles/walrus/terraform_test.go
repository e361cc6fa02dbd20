package walrus_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	control "github.com/aws/aws-sdk-go-v2/service/s3control/types"
	"github.com/google/go-cmp/cmp"

	"ecc/roles/walrus"
)

// terraform is a provider with one aws_s3_bucket, and the resources that
// configure it.
type terraform struct {
	t       *testing.T
	s3      *s3.Client
	control *s3control.Client
	bucket  string
}

// read makes the calls of a read of aws_s3_bucket and of its configuration, in
// the provider's order: what each one answered, or its error code.
func (tf *terraform) read() map[string]string {
	c, ctx, b := tf.s3, tf.t.Context(), &tf.bucket
	out := map[string]string{"tags": tagsOf(tf.t, tf.control, tf.bucket)}
	note := func(name string, err error, value func() string) {
		if out[name] = code(err); err == nil {
			out[name] = value()
		}
	}
	head, err := c.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: b})
	note("region", err, func() string { return aws.ToString(head.BucketRegion) })
	policy, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: b})
	note("policy", err, func() string { return aws.ToString(policy.Policy) })
	acl, err := c.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: b})
	note("acl", err, func() string { return string(acl.Grants[0].Permission) + " of " + string(acl.Grants[0].Grantee.Type) })
	cors, err := c.GetBucketCors(ctx, &s3.GetBucketCorsInput{Bucket: b})
	note("cors", err, func() string { return strings.Join(cors.CORSRules[0].AllowedMethods, " ") })
	web, err := c.GetBucketWebsite(ctx, &s3.GetBucketWebsiteInput{Bucket: b})
	note("website", err, func() string { return aws.ToString(web.IndexDocument.Suffix) })
	versions, err := c.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: b})
	note("versioning", err, func() string { return string(versions.Status) })
	fast, err := c.GetBucketAccelerateConfiguration(ctx, &s3.GetBucketAccelerateConfigurationInput{Bucket: b})
	note("acceleration", err, func() string { return string(fast.Status) })
	payer, err := c.GetBucketRequestPayment(ctx, &s3.GetBucketRequestPaymentInput{Bucket: b})
	note("payer", err, func() string { return string(payer.Payer) })
	logging, err := c.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: b})
	note("logging", err, func() string {
		if logging.LoggingEnabled == nil {
			return ""
		}
		return aws.ToString(logging.LoggingEnabled.TargetPrefix)
	})
	life, err := c.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: b})
	note("lifecycle", err, func() string { return aws.ToString(life.Rules[0].ID) })
	_, err = c.GetBucketReplication(ctx, &s3.GetBucketReplicationInput{Bucket: b})
	note("replication", err, func() string { return "" })
	sealed, err := c.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: b})
	note("encryption", err, func() string {
		return string(sealed.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm)
	})
	_, err = c.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: b})
	note("lock", err, func() string { return "" })
	return out
}

// want fails the test unless a read answers what is wanted, and the same once
// more.
func (tf *terraform) want(what string, want map[string]string) {
	tf.t.Helper()
	for _, when := range []string{"", ", refreshed"} {
		if d := cmp.Diff(want, tf.read()); d != "" {
			tf.t.Errorf("%s%s (-want +got):\n%s", what, when, d)
		}
	}
}

// done ends the test if a call of apply or destroy failed.
func (tf *terraform) done(_ any, err error) {
	tf.t.Helper()
	if err != nil {
		tf.t.Fatal(err)
	}
}

// TestTerraformBucket: apply, refresh without a change, change, destroy with
// force_destroy, as the provider from 6.23 on makes the calls.
func TestTerraformBucket(t *testing.T) {
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Domain = "d.test" })
	tf := &terraform{t: t, s3: s.sdk(blue), control: s.control(t, blue), bucket: "state"}
	c, ctx, b := tf.s3, t.Context(), &tf.bucket
	tf.done(c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: b, CreateBucketConfiguration: &types.CreateBucketConfiguration{
		Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("first")}}}}))
	fresh := map[string]string{"tags": "Name=first", "region": region, "policy": "NoSuchBucketPolicy", "acl": "FULL_CONTROL of CanonicalUser", "cors": "NoSuchCORSConfiguration",
		"website": "NoSuchWebsiteConfiguration", "versioning": "", "acceleration": "", "payer": "BucketOwner", "logging": "", "lifecycle": "NoSuchLifecycleConfiguration",
		"replication": "ReplicationConfigurationNotFoundError", "encryption": "ServerSideEncryptionConfigurationNotFoundError", "lock": "ObjectLockConfigurationNotFoundError"}
	tf.want("after apply", fresh)

	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::state/sealed/*"}]}`
	tf.change(policy)
	changed := map[string]string{"tags": "Name=second", "region": region, "policy": policy, "acl": "FULL_CONTROL of CanonicalUser", "cors": "GET PUT",
		"website": "index.html", "versioning": "Enabled", "acceleration": "", "payer": "BucketOwner", "logging": "", "lifecycle": "old",
		"replication": "ReplicationConfigurationNotFoundError", "encryption": "ServerSideEncryptionConfigurationNotFoundError", "lock": "ObjectLockConfigurationNotFoundError"}
	tf.want("after the change", changed)

	for range 2 {
		tf.done(c.PutObject(ctx, &s3.PutObjectInput{Bucket: b, Key: aws.String("terraform.tfstate"), Body: strings.NewReader("{}")}))
	}
	tf.done(c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: b, Key: aws.String("terraform.tfstate")}))
	tf.destroy()
	_, err := c.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: b})
	wantCode(t, err, "NotFound")
}

// change configures the bucket by the resources that do so today, and changes
// its tags.
func (tf *terraform) change(policy string) {
	c, ctx, b := tf.s3, tf.t.Context(), &tf.bucket
	account, arn := aws.String(string(accounts[0].ID)), aws.String("arn:aws:s3:::"+tf.bucket)
	tf.done(tf.control.UntagResource(ctx, &s3control.UntagResourceInput{AccountId: account, ResourceArn: arn, TagKeys: []string{"Name"}}))
	tf.done(tf.control.TagResource(ctx, &s3control.TagResourceInput{AccountId: account, ResourceArn: arn, Tags: []control.Tag{{Key: aws.String("Name"), Value: aws.String("second")}}}))
	tf.done(c.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: b, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}}))
	tf.done(c.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: b, Policy: &policy}))
	tf.done(c.PutBucketCors(ctx, &s3.PutBucketCorsInput{Bucket: b, CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{
		{AllowedMethods: []string{"GET", "PUT"}, AllowedOrigins: []string{"https://example.com"}}}}}))
	tf.done(c.PutBucketWebsite(ctx, &s3.PutBucketWebsiteInput{Bucket: b, WebsiteConfiguration: &types.WebsiteConfiguration{IndexDocument: &types.IndexDocument{Suffix: aws.String("index.html")}}}))
	tf.done(c.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{Bucket: b, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{
		{ID: aws.String("old"), Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: aws.String("")}, Expiration: &types.LifecycleExpiration{Days: aws.Int32(30)}}}}}))
}

// destroy is that of a bucket with force_destroy: what configures it, then all
// versions, then the bucket, which is refused before it is empty.
func (tf *terraform) destroy() {
	c, ctx, b := tf.s3, tf.t.Context(), &tf.bucket
	tf.done(c.DeleteBucketLifecycle(ctx, &s3.DeleteBucketLifecycleInput{Bucket: b}))
	tf.done(c.DeleteBucketWebsite(ctx, &s3.DeleteBucketWebsiteInput{Bucket: b}))
	tf.done(c.DeleteBucketCors(ctx, &s3.DeleteBucketCorsInput{Bucket: b}))
	tf.done(c.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: b}))
	_, err := c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: b})
	wantCode(tf.t, err, "BucketNotEmpty")
	for p := s3.NewListObjectVersionsPaginator(c, &s3.ListObjectVersionsInput{Bucket: b}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		tf.done(page, err)
		var all []types.ObjectIdentifier
		for _, v := range page.Versions {
			all = append(all, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
		}
		for _, m := range page.DeleteMarkers {
			all = append(all, types.ObjectIdentifier{Key: m.Key, VersionId: m.VersionId})
		}
		tf.done(c.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: b, Delete: &types.Delete{Objects: all, Quiet: aws.Bool(true)}}))
	}
	tf.done(c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: b}))
}
