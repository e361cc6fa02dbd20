package rpc

import (
	"context"

	"ecc/cloud"
	"ecc/internal/clustertls"
)

// Identity is the edge from a walrus up to the clc that keeps the accounts.
type Identity interface {
	// Credential returns an access key, active or not, with who uses it and
	// what that one may do. The token is what temporary credentials come with, ""
	// for none. Unknown keys are NotFound, tokens that are not the key's
	// Malformed, expired ones Stale.
	Credential(ctx context.Context, accessKeyID, sessionToken string) (cloud.Credential, error)

	// Account finds an account by its 12-digit or canonical id, or by its name
	// if that is an e-mail address. None is NotFound.
	Account(ctx context.Context, id string) (cloud.Account, error)
}

var identityEdge = edge[Identity]{
	name:       "identity",
	callers:    []string{clustertls.RoleWalrus},
	maxRequest: 32 << 10, maxAnswer: 1 << 20, // with policies
	methods: map[string]method[Identity]{
		"credential": verb(func(i Identity, ctx context.Context, r credentialRequest) (cloud.Credential, error) {
			return i.Credential(ctx, r.AccessKeyID, r.SessionToken)
		}),
		"account": verb(func(i Identity, ctx context.Context, r accountRequest) (cloud.Account, error) {
			return i.Account(ctx, r.ID)
		}),
	},
}

type (
	credentialRequest struct {
		AccessKeyID  string `json:"access_key_id"`
		SessionToken string `json:"session_token,omitempty"`
	}
	accountRequest struct {
		ID string `json:"id"`
	}
)

// Identity returns the client's Identity edge.
func (c *Client) Identity() Identity { return identityClient{c} }

type identityClient struct{ carrier }

var _ Identity = identityClient{}

func (c identityClient) Credential(ctx context.Context, accessKeyID, sessionToken string) (cloud.Credential, error) {
	return ask[cloud.Credential](ctx, c, identityEdge.line("credential"), credentialRequest{accessKeyID, sessionToken})
}

func (c identityClient) Account(ctx context.Context, id string) (cloud.Account, error) {
	return ask[cloud.Account](ctx, c, identityEdge.line("account"), accountRequest{id})
}
