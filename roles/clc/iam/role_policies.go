package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// PutRolePolicy sets an inline policy of a role.
func (s *Service) PutRolePolicy(ctx context.Context, c *awsquery.Call, in *iam.PutRolePolicyRequest) (*iam.PutRolePolicyResult, error) {
	if err := checkPolicy(text(in.PolicyDocument)); err != nil {
		return nil, err
	}
	_, err := s.changeRole(ctx, c, in.RoleName, func(_ *store.Tx, r *cloud.Role) error {
		return aRole.putInline(&r.Attachments, r.Name, text(in.PolicyName), text(in.PolicyDocument))
	})
	return nil, err
}

// GetRolePolicy shows an inline policy of a role.
func (s *Service) GetRolePolicy(ctx context.Context, c *awsquery.Call, in *iam.GetRolePolicyRequest) (*iam.GetRolePolicyResult, error) {
	r, err := s.readRole(ctx, c, in.RoleName)
	if err != nil {
		return nil, err
	}
	doc, err := aRole.inlineNamed(r.Attachments, text(in.PolicyName))
	if err != nil {
		return nil, err
	}
	return &iam.GetRolePolicyResult{RoleName: in.RoleName, PolicyName: in.PolicyName, PolicyDocument: encodeDocument(doc)}, nil
}

// ListRolePolicies lists the names of a role's inline policies.
func (s *Service) ListRolePolicies(ctx context.Context, c *awsquery.Call, in *iam.ListRolePoliciesRequest) (*iam.ListRolePoliciesResult, error) {
	r, err := s.readRole(ctx, c, in.RoleName)
	if err != nil {
		return nil, err
	}
	var out iam.ListRolePoliciesResult
	out.PolicyNames, out.IsTruncated, out.Marker, err = page(c, inlineNames(r.Attachments), itself, paging{in.Marker, in.MaxItems})
	return &out, err
}

// DeleteRolePolicy takes an inline policy of a role away.
func (s *Service) DeleteRolePolicy(ctx context.Context, c *awsquery.Call, in *iam.DeleteRolePolicyRequest) (*iam.DeleteRolePolicyResult, error) {
	_, err := s.changeRole(ctx, c, in.RoleName, func(_ *store.Tx, r *cloud.Role) error {
		return aRole.dropInline(&r.Attachments, text(in.PolicyName))
	})
	return nil, err
}

// AttachRolePolicy attaches a managed policy to a role.
func (s *Service) AttachRolePolicy(ctx context.Context, c *awsquery.Call, in *iam.AttachRolePolicyRequest) (*iam.AttachRolePolicyResult, error) {
	_, err := s.changeRole(ctx, c, in.RoleName, func(tx *store.Tx, r *cloud.Role) error {
		return aRole.attach(tx, c, &r.Attachments, text(in.PolicyArn))
	})
	return nil, err
}

// DetachRolePolicy detaches a managed policy from a role.
func (s *Service) DetachRolePolicy(ctx context.Context, c *awsquery.Call, in *iam.DetachRolePolicyRequest) (*iam.DetachRolePolicyResult, error) {
	_, err := s.changeRole(ctx, c, in.RoleName, func(_ *store.Tx, r *cloud.Role) error {
		return aRole.detach(&r.Attachments, text(in.PolicyArn))
	})
	return nil, err
}

// ListAttachedRolePolicies lists the managed policies of a role, those within a
// path.
func (s *Service) ListAttachedRolePolicies(ctx context.Context, c *awsquery.Call, in *iam.ListAttachedRolePoliciesRequest) (*iam.ListAttachedRolePoliciesResult, error) {
	r, err := s.readRole(ctx, c, in.RoleName)
	if err != nil {
		return nil, err
	}
	var out iam.ListAttachedRolePoliciesResult
	out.AttachedPolicies, out.IsTruncated, out.Marker, err = page(c, attached(r.Attachments, in.PathPrefix), attachedARN, paging{in.Marker, in.MaxItems})
	return &out, err
}

func itself(name string) string { return name }

func attachedARN(p iam.AttachedPolicy) string { return *p.PolicyArn }
