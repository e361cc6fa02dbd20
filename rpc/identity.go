package rpc

import (
	"context"

	"ecc/cloud"
)

// Identity is the edge from a walrus up to the clc that keeps the accounts.
type Identity interface {
	// Key returns an access key, active or not, with its account. Unknown
	// keys are NotFound.
	Key(ctx context.Context, accessKeyID string) (cloud.AccessKey, cloud.Account, error)

	// Account finds an account by its 12-digit or canonical id.
	Account(ctx context.Context, id string) (cloud.Account, error)
}
