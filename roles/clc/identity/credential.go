package identity

import (
	"context"
	"fmt"

	"ecc/cloud"
	"ecc/store"
)

// Credential implements rpc.Identity and auth.KeyFinder.
func (s *Service) Credential(ctx context.Context, id, token string) (cloud.Credential, error) {
	var found cloud.Credential
	err := s.store.View(ctx, func(tx *store.Tx) error {
		k, ok := tx.AccessKeys().Get(id)
		switch {
		case !ok:
			return cloud.Errorf(cloud.NotFound, cloud.ResAccessKey, "", "no such access key")
		case token != "":
			return cloud.Errorf(cloud.Malformed, cloud.ResSession, "", "the key %s is not temporary", id)
		}
		a, ok := tx.Accounts().Get(k.Account)
		if !ok {
			return fmt.Errorf("access key %s of no account", id)
		}
		found = cloud.RootCredential(k, a)
		return nil
	})
	return found, err
}
