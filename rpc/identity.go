package rpc

import (
	"context"

	"ecc/cloud"
	"ecc/internal/clustertls"
)

// Identity is the edge from a walrus up to the clc that keeps the accounts.
type Identity interface {
	// Key returns an access key, active or not, with its account. Unknown
	// keys are NotFound.
	Key(ctx context.Context, accessKeyID string) (cloud.AccessKey, cloud.Account, error)

	// Account finds an account by its 12-digit or canonical id, or by its name
	// if that is an e-mail address. None is NotFound.
	Account(ctx context.Context, id string) (cloud.Account, error)
}

var identityEdge = edge[Identity]{
	name:       "identity",
	callers:    []string{clustertls.RoleWalrus},
	maxRequest: 16 << 10, maxAnswer: 64 << 10,
	methods: map[string]method[Identity]{
		"key": verb(func(i Identity, ctx context.Context, r keyRequest) (keyAnswer, error) {
			key, account, err := i.Key(ctx, r.AccessKeyID)
			return keyAnswer{key, account}, err
		}),
		"account": verb(func(i Identity, ctx context.Context, r accountRequest) (cloud.Account, error) {
			return i.Account(ctx, r.ID)
		}),
	},
}

type (
	keyRequest struct {
		AccessKeyID string `json:"access_key_id"`
	}
	keyAnswer struct {
		Key     cloud.AccessKey `json:"key"`
		Account cloud.Account   `json:"account"`
	}
	accountRequest struct {
		ID string `json:"id"`
	}
)

// Identity returns the client's Identity edge.
func (c *Client) Identity() Identity { return identityClient{c} }

type identityClient struct{ carrier }

var _ Identity = identityClient{}

func (c identityClient) Key(ctx context.Context, accessKeyID string) (cloud.AccessKey, cloud.Account, error) {
	a, err := ask[keyAnswer](ctx, c, identityEdge.line("key"), keyRequest{accessKeyID})
	return a.Key, a.Account, err
}

func (c identityClient) Account(ctx context.Context, id string) (cloud.Account, error) {
	return ask[cloud.Account](ctx, c, identityEdge.line("account"), accountRequest{id})
}
