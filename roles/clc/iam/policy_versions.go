package iam

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// GetPolicyVersion shows a version of a managed policy with its text.
func (s *Service) GetPolicyVersion(ctx context.Context, c *awsquery.Call, in *iam.GetPolicyVersionRequest) (*iam.GetPolicyVersionResult, error) {
	p, _, err := s.readPolicy(ctx, c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	v, err := versionOf(p, text(in.VersionId))
	if err != nil {
		return nil, err
	}
	out := renderVersion(p, v)
	out.Document = encodeDocument(v.Document)
	return &iam.GetPolicyVersionResult{PolicyVersion: &out}, nil
}

// versionOf finds a version of a policy.
func versionOf(p cloud.ManagedPolicy, id string) (cloud.PolicyVersion, error) {
	v, ok := p.Version(id)
	if !ok {
		return v, cloud.Errorf(cloud.NotFound, cloud.ResPolicyVersion, id, "Policy %s version %s does not exist or is not attachable.", p.ARN(), id)
	}
	return v, nil
}

// ListPolicyVersions lists the versions of a managed policy, the newest first.
func (s *Service) ListPolicyVersions(ctx context.Context, c *awsquery.Call, in *iam.ListPolicyVersionsRequest) (*iam.ListPolicyVersionsResult, error) {
	p, _, err := s.readPolicy(ctx, c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	var out iam.ListPolicyVersionsResult
	var cut []cloud.PolicyVersion
	cut, out.IsTruncated, out.Marker, err = page(c, slices.Clone(p.Versions), newestFirst, paging{in.Marker, in.MaxItems})
	out.Versions = rendered(cut, func(v cloud.PolicyVersion) iam.PolicyVersion { return renderVersion(p, v) })
	return &out, err
}

// newestFirst is what puts versions into their order.
func newestFirst(v cloud.PolicyVersion) string {
	n, _ := strconv.Atoi(strings.TrimPrefix(v.ID, "v"))
	return fmt.Sprintf("%012d", 999_999_999_999-n)
}

// SetDefaultPolicyVersion makes a version of a policy the one that counts.
func (s *Service) SetDefaultPolicyVersion(ctx context.Context, c *awsquery.Call, in *iam.SetDefaultPolicyVersionRequest) (*iam.SetDefaultPolicyVersionResult, error) {
	_, err := s.changePolicy(ctx, c, in.PolicyArn, func(tx *store.Tx, p *cloud.ManagedPolicy) error {
		v, err := versionOf(*p, text(in.VersionId))
		if err != nil {
			return err
		}
		p.Default, p.Updated = v.ID, tx.Now
		return nil
	})
	return nil, err
}

// DeletePolicyVersion removes a version of a policy that is not the one that
// counts.
func (s *Service) DeletePolicyVersion(ctx context.Context, c *awsquery.Call, in *iam.DeletePolicyVersionRequest) (*iam.DeletePolicyVersionResult, error) {
	_, err := s.changePolicy(ctx, c, in.PolicyArn, func(tx *store.Tx, p *cloud.ManagedPolicy) error {
		v, err := versionOf(*p, text(in.VersionId))
		switch {
		case err != nil:
			return err
		case v.ID == p.Default:
			return cloud.Errorf(cloud.InUse, cloud.ResPolicyVersion, v.ID, "Cannot delete the default version of a policy.")
		}
		p.Versions = slices.DeleteFunc(p.Versions, func(o cloud.PolicyVersion) bool { return o.ID == v.ID })
		p.Updated = tx.Now
		return nil
	})
	return nil, err
}
