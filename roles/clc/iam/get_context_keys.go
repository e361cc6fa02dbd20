package iam

import (
	"context"
	"fmt"

	"ecc/api/awsquery"
	"ecc/api/iam"
)

// GetContextKeysForCustomPolicy lists the condition keys that policies of the
// request ask for.
func (s *Service) GetContextKeysForCustomPolicy(_ context.Context, _ *awsquery.Call, in *iam.GetContextKeysForCustomPolicyRequest) (*iam.GetContextKeysForCustomPolicyResult, error) {
	return contextKeys(nil, in.PolicyInputList)
}

// GetContextKeysForPrincipalPolicy lists the condition keys that the policies of
// a user, a group or a role ask for, and those of the request.
func (s *Service) GetContextKeysForPrincipalPolicy(ctx context.Context, c *awsquery.Call, in *iam.GetContextKeysForPrincipalPolicyRequest) (*iam.GetContextKeysForPrincipalPolicyResult, error) {
	who, err := s.subjectOf(ctx, c, text(in.PolicySourceArn))
	if err != nil {
		return nil, err
	}
	return contextKeys(who.policies, in.PolicyInputList)
}

// contextKeys lists what policies ask for, in the order in which they do.
func contextKeys(list []source, more []string) (*iam.GetContextKeysForPolicyResponse, error) {
	for k, doc := range more {
		list = append(list, source{id: fmt.Sprintf("PolicyInputList.%d", k+1), text: doc})
	}
	out := []string{}
	for _, src := range list {
		src, err := readSource(src)
		if err != nil {
			return nil, err
		}
		for _, at := range src.passages {
			for _, key := range at.Keys {
				if !hasKey(out, key) {
					out = append(out, key)
				}
			}
		}
	}
	return &iam.GetContextKeysForPolicyResponse{ContextKeyNames: out}, nil
}
