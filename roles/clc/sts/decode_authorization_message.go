package sts

import (
	"context"

	"ecc/api/awsquery"
	api "ecc/api/sts"
)

// DecodeAuthorizationMessage reads the sealed reason of a refusal of
// somebody of the same account.
func (s *Service) DecodeAuthorizationMessage(_ context.Context, c *awsquery.Call, in *api.DecodeAuthorizationMessageRequest) (*api.DecodeAuthorizationMessageResponse, error) {
	message, err := s.identity.OpenMessage(c.Caller.Account, text(in.EncodedMessage))
	if err != nil {
		return nil, err
	}
	return &api.DecodeAuthorizationMessageResponse{DecodedMessage: &message}, nil
}
