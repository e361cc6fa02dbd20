package walrus_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestAccessBySDK: clients can write every document of access, and read back
// what they wrote.
func TestAccessBySDK(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	s.mustPut(t, "matrix", "k", []byte("x"))
	ctx, c, b := t.Context(), s.sdk(blue), aws.String("matrix")
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}

	block := &types.PublicAccessBlockConfiguration{BlockPublicAcls: aws.Bool(false), IgnorePublicAcls: aws.Bool(false), BlockPublicPolicy: aws.Bool(true), RestrictPublicBuckets: aws.Bool(false)}
	_, err := c.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: b, PublicAccessBlockConfiguration: block})
	check(err)
	gotBlock, err := c.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: b})
	check(err)
	if g := gotBlock.PublicAccessBlockConfiguration; *g.BlockPublicAcls || *g.IgnorePublicAcls || !*g.BlockPublicPolicy || *g.RestrictPublicBuckets {
		t.Errorf("block: %+v", g)
	}

	controls := &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: types.ObjectOwnershipObjectWriter}}}
	_, err = c.PutBucketOwnershipControls(ctx, &s3.PutBucketOwnershipControlsInput{Bucket: b, OwnershipControls: controls})
	check(err)
	gotControls, err := c.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: b})
	check(err)
	if o := gotControls.OwnershipControls.Rules[0].ObjectOwnership; o != types.ObjectOwnershipObjectWriter {
		t.Errorf("ownership: %s", o)
	}

	acl := &types.AccessControlPolicy{Owner: &types.Owner{ID: &accounts[0].Canonical}, Grants: []types.Grant{
		{Grantee: &types.Grantee{Type: types.TypeCanonicalUser, ID: &accounts[1].Canonical}, Permission: types.PermissionRead},
		{Grantee: &types.Grantee{Type: types.TypeGroup, URI: aws.String("http://acs.amazonaws.com/groups/global/AllUsers")}, Permission: types.PermissionReadAcp},
	}}
	_, err = c.PutBucketAcl(ctx, &s3.PutBucketAclInput{Bucket: b, AccessControlPolicy: acl})
	check(err)
	_, err = c.PutObjectAcl(ctx, &s3.PutObjectAclInput{Bucket: b, Key: aws.String("k"), AccessControlPolicy: acl})
	check(err)
	bucketACL, err := s.sdk(green).ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: b})
	check(err)
	if err == nil && len(bucketACL.Contents) != 1 {
		t.Errorf("listed by green: %+v", bucketACL.Contents)
	}
	gotACL, err := c.GetObjectAcl(ctx, &s3.GetObjectAclInput{Bucket: b, Key: aws.String("k")})
	check(err)
	if err == nil && (len(gotACL.Grants) != 2 || gotACL.Grants[0].Grantee.Type != types.TypeCanonicalUser || gotACL.Grants[1].Grantee.Type != types.TypeGroup || *gotACL.Owner.ID != accounts[0].Canonical) {
		t.Errorf("ACL: %+v", gotACL.Grants)
	}

	m := s.minio(t, blue)
	policy := policyOf(statement("Allow", toGreen, "s3:GetObject", onKeys))
	check(m.SetBucketPolicy(ctx, "matrix", policy))
	if got, err := m.GetBucketPolicy(ctx, "matrix"); err != nil || got != policy {
		t.Errorf("policy: %s, %v", got, err)
	}
	status, err := c.GetBucketPolicyStatus(ctx, &s3.GetBucketPolicyStatusInput{Bucket: b})
	check(err)
	if err == nil && *status.PolicyStatus.IsPublic {
		t.Error("the policy is public")
	}
	check(m.SetBucketPolicy(ctx, "matrix", "")) // deletes it
	_, err = c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: b})
	wantCode(t, err, "NoSuchBucketPolicy")
}

// TestPresignedConditions: how a request is signed, and how long ago, can be a
// condition.
func TestPresignedConditions(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	s.mustPut(t, "matrix", "k", []byte("x"))
	s.must(t, "PUT", "/matrix?policy", policyOf(allowed(`"StringEquals": {"s3:authType": "REST-QUERY-STRING", "s3:signatureversion": "AWS4-HMAC-SHA256"}, "NumericLessThan": {"s3:signatureAge": "600000"}`)))
	get := &s3.GetObjectInput{Bucket: aws.String("matrix"), Key: aws.String("k")}
	_, err := s.sdk(green).GetObject(t.Context(), get)
	wantCode(t, err, "AccessDenied")
	url, err := s3.NewPresignClient(s.sdk(green)).PresignGetObject(t.Context(), get, s3.WithPresignExpires(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	fetch := func() (int, string) {
		resp, err := http.Get(url.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	if status, body := fetch(); status != 200 || body != "x" {
		t.Errorf("presigned: %d %s", status, body)
	}
	s.must(t, "PUT", "/matrix?policy", policyOf(allowed(`"NumericLessThan": {"s3:signatureAge": "0"}`)))
	if status, body := fetch(); status != 403 {
		t.Errorf("presigned too long ago: %d %s", status, body)
	}
}
