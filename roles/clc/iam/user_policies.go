package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// PutUserPolicy sets an inline policy of a user.
func (s *Service) PutUserPolicy(ctx context.Context, c *awsquery.Call, in *iam.PutUserPolicyRequest) (*iam.PutUserPolicyResult, error) {
	if err := checkPolicy(text(in.PolicyDocument)); err != nil {
		return nil, err
	}
	return nil, s.changeUser(ctx, c, in.UserName, func(_ *store.Tx, u *cloud.User) error {
		return aUser.putInline(&u.Attachments, u.Name, text(in.PolicyName), text(in.PolicyDocument))
	})
}

// GetUserPolicy shows an inline policy of a user.
func (s *Service) GetUserPolicy(ctx context.Context, c *awsquery.Call, in *iam.GetUserPolicyRequest) (*iam.GetUserPolicyResult, error) {
	out := &iam.GetUserPolicyResult{UserName: in.UserName, PolicyName: in.PolicyName}
	return out, s.view(ctx, func(tx *store.Tx) error {
		u, err := userNamed(tx, c, text(in.UserName))
		if err != nil {
			return err
		}
		doc, err := aUser.inlineNamed(u.Attachments, text(in.PolicyName))
		out.PolicyDocument = encodeDocument(doc)
		return err
	})
}

// ListUserPolicies lists the names of a user's inline policies.
func (s *Service) ListUserPolicies(ctx context.Context, c *awsquery.Call, in *iam.ListUserPoliciesRequest) (*iam.ListUserPoliciesResult, error) {
	out := new(iam.ListUserPoliciesResult)
	err := s.view(ctx, func(tx *store.Tx) error {
		u, err := userNamed(tx, c, text(in.UserName))
		if err != nil {
			return err
		}
		out.PolicyNames, out.IsTruncated, out.Marker, err = page(c, inlineNames(u.Attachments), itself, paging{in.Marker, in.MaxItems})
		return err
	})
	return out, err
}

// DeleteUserPolicy removes an inline policy of a user.
func (s *Service) DeleteUserPolicy(ctx context.Context, c *awsquery.Call, in *iam.DeleteUserPolicyRequest) (*iam.DeleteUserPolicyResult, error) {
	return nil, s.changeUser(ctx, c, in.UserName, func(_ *store.Tx, u *cloud.User) error {
		return aUser.dropInline(&u.Attachments, text(in.PolicyName))
	})
}

// AttachUserPolicy attaches a managed policy to a user.
func (s *Service) AttachUserPolicy(ctx context.Context, c *awsquery.Call, in *iam.AttachUserPolicyRequest) (*iam.AttachUserPolicyResult, error) {
	return nil, s.changeUser(ctx, c, in.UserName, func(tx *store.Tx, u *cloud.User) error {
		return aUser.attach(tx, c, &u.Attachments, text(in.PolicyArn))
	})
}

// DetachUserPolicy detaches a managed policy from a user.
func (s *Service) DetachUserPolicy(ctx context.Context, c *awsquery.Call, in *iam.DetachUserPolicyRequest) (*iam.DetachUserPolicyResult, error) {
	return nil, s.changeUser(ctx, c, in.UserName, func(_ *store.Tx, u *cloud.User) error {
		return aUser.detach(&u.Attachments, text(in.PolicyArn))
	})
}

// ListAttachedUserPolicies lists the managed policies of a user under a path.
func (s *Service) ListAttachedUserPolicies(ctx context.Context, c *awsquery.Call, in *iam.ListAttachedUserPoliciesRequest) (*iam.ListAttachedUserPoliciesResult, error) {
	out := new(iam.ListAttachedUserPoliciesResult)
	err := s.view(ctx, func(tx *store.Tx) error {
		u, err := userNamed(tx, c, text(in.UserName))
		if err != nil {
			return err
		}
		out.AttachedPolicies, out.IsTruncated, out.Marker, err = page(c, attached(u.Attachments, in.PathPrefix), attachedARN, paging{in.Marker, in.MaxItems})
		return err
	})
	return out, err
}
