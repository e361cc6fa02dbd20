package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// PutGroupPolicy sets an inline policy of a group.
func (s *Service) PutGroupPolicy(ctx context.Context, c *awsquery.Call, in *iam.PutGroupPolicyRequest) (*iam.PutGroupPolicyResult, error) {
	if err := checkPolicy(text(in.PolicyDocument)); err != nil {
		return nil, err
	}
	return nil, s.changeGroup(ctx, c, in.GroupName, func(_ *store.Tx, g *cloud.UserGroup) error {
		return aGroup.putInline(&g.Attachments, g.Name, text(in.PolicyName), text(in.PolicyDocument))
	})
}

// GetGroupPolicy shows an inline policy of a group.
func (s *Service) GetGroupPolicy(ctx context.Context, c *awsquery.Call, in *iam.GetGroupPolicyRequest) (*iam.GetGroupPolicyResult, error) {
	out := &iam.GetGroupPolicyResult{GroupName: in.GroupName, PolicyName: in.PolicyName}
	return out, s.view(ctx, func(tx *store.Tx) error {
		g, err := groupNamed(tx, c, text(in.GroupName))
		if err != nil {
			return err
		}
		doc, err := aGroup.inlineNamed(g.Attachments, text(in.PolicyName))
		out.PolicyDocument = encodeDocument(doc)
		return err
	})
}

// ListGroupPolicies lists the names of a group's inline policies.
func (s *Service) ListGroupPolicies(ctx context.Context, c *awsquery.Call, in *iam.ListGroupPoliciesRequest) (*iam.ListGroupPoliciesResult, error) {
	out := new(iam.ListGroupPoliciesResult)
	err := s.view(ctx, func(tx *store.Tx) error {
		g, err := groupNamed(tx, c, text(in.GroupName))
		if err != nil {
			return err
		}
		out.PolicyNames, out.IsTruncated, out.Marker, err = page(c, inlineNames(g.Attachments), itself, paging{in.Marker, in.MaxItems})
		return err
	})
	return out, err
}

// DeleteGroupPolicy removes an inline policy of a group.
func (s *Service) DeleteGroupPolicy(ctx context.Context, c *awsquery.Call, in *iam.DeleteGroupPolicyRequest) (*iam.DeleteGroupPolicyResult, error) {
	return nil, s.changeGroup(ctx, c, in.GroupName, func(_ *store.Tx, g *cloud.UserGroup) error {
		return aGroup.dropInline(&g.Attachments, text(in.PolicyName))
	})
}

// AttachGroupPolicy attaches a managed policy to a group.
func (s *Service) AttachGroupPolicy(ctx context.Context, c *awsquery.Call, in *iam.AttachGroupPolicyRequest) (*iam.AttachGroupPolicyResult, error) {
	return nil, s.changeGroup(ctx, c, in.GroupName, func(tx *store.Tx, g *cloud.UserGroup) error {
		return aGroup.attach(tx, c, &g.Attachments, text(in.PolicyArn))
	})
}

// DetachGroupPolicy detaches a managed policy from a group.
func (s *Service) DetachGroupPolicy(ctx context.Context, c *awsquery.Call, in *iam.DetachGroupPolicyRequest) (*iam.DetachGroupPolicyResult, error) {
	return nil, s.changeGroup(ctx, c, in.GroupName, func(_ *store.Tx, g *cloud.UserGroup) error {
		return aGroup.detach(&g.Attachments, text(in.PolicyArn))
	})
}

// ListAttachedGroupPolicies lists the managed policies of a group under a path.
func (s *Service) ListAttachedGroupPolicies(ctx context.Context, c *awsquery.Call, in *iam.ListAttachedGroupPoliciesRequest) (*iam.ListAttachedGroupPoliciesResult, error) {
	out := new(iam.ListAttachedGroupPoliciesResult)
	err := s.view(ctx, func(tx *store.Tx) error {
		g, err := groupNamed(tx, c, text(in.GroupName))
		if err != nil {
			return err
		}
		out.AttachedPolicies, out.IsTruncated, out.Marker, err = page(c, attached(g.Attachments, in.PathPrefix), attachedARN, paging{in.Marker, in.MaxItems})
		return err
	})
	return out, err
}
