package sts

import (
	"context"

	"ecc/api/awsquery"
	api "ecc/api/sts"
)

// DecodeAuthorizationMessage reads the sealed reason of a refusal.
func (s *Service) DecodeAuthorizationMessage(_ context.Context, _ *awsquery.Call, in *api.DecodeAuthorizationMessageRequest) (*api.DecodeAuthorizationMessageResponse, error) {
	message, err := s.identity.OpenMessage(text(in.EncodedMessage))
	if err != nil {
		return nil, err
	}
	return &api.DecodeAuthorizationMessageResponse{DecodedMessage: &message}, nil
}
