package identity

import (
	"context"
	"fmt"
	"strings"

	"ecc/cloud"
	"ecc/store"
)

// sessionPrefix begins the ids of temporary access keys.
const sessionPrefix = "ASIA"

// Credential implements rpc.Identity and auth.KeyFinder. What it returns is as of
// this moment: a key, session, user or role that is gone opens nothing any more.
func (s *Service) Credential(ctx context.Context, id, token string) (cloud.Credential, error) {
	if strings.HasPrefix(id, sessionPrefix) {
		return s.sessionCredential(ctx, id, token)
	}
	var found cloud.Credential
	err := s.store.View(ctx, func(tx *store.Tx) error {
		k, ok := tx.AccessKeys().Get(id)
		if !ok {
			return noKey()
		}
		if token != "" {
			return cloud.Errorf(cloud.Malformed, cloud.ResSession, "", "the access key is not a temporary one")
		}
		var err error
		if found, err = s.keyCredential(tx, k); err != nil {
			return err
		}
		found.Key, err = s.reveal(k)
		return err
	})
	return found, err
}

func noKey() error {
	return cloud.Errorf(cloud.NotFound, cloud.ResAccessKey, "", "no such access key")
}

// keyCredential says who uses a key that is kept.
func (s *Service) keyCredential(tx *store.Tx, k cloud.AccessKey) (cloud.Credential, error) {
	a, ok := tx.Accounts().Get(k.Account)
	switch {
	case !ok:
		return cloud.Credential{}, fmt.Errorf("access key %s of no account", k.ID)
	case a.Pending || a.Suspended:
		return cloud.Credential{}, noKey()
	case k.User == "":
		found := cloud.RootCredential(k, a)
		found.Caller.Rights = rootRights(a)
		return found, nil
	}
	u, ok := tx.Users().Get(k.User)
	if !ok || u.Account != a.ID {
		return cloud.Credential{}, fmt.Errorf("access key %s of no user", k.ID)
	}
	c := userCaller(u)
	c.AccessKey, c.Rights = k.ID, UserRights(tx, a, u)
	return cloud.Credential{Key: k, Account: a, Caller: c}, nil
}

// userCaller is a user as a caller, without its rights.
func userCaller(u cloud.User) cloud.Caller {
	return cloud.Caller{Account: u.Account, ARN: u.ARN(), UserID: u.ID, Kind: cloud.PrincipalUser, Principal: u.ID, Name: u.Name, Tags: u.Tags}
}
