package clc

import (
	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/store"
)

// maxToken is the longest client token EC2 takes.
const maxToken = 64

// once makes an action idempotent under its client token: fn is called with
// nil and returns the ids it made, or with the ids the first call made. The
// token is part of the transaction that makes them.
func (s *Service) once(tx *store.Tx, c *awsquery.Call, token *string, fn func(done []string) ([]string, error)) error {
	if token == nil || *token == "" {
		_, err := fn(nil)
		return err
	}
	if len(*token) > maxToken {
		return cloud.Errorf(cloud.Invalid, cloud.AnyResource, "", "the client token is longer than %d characters", maxToken)
	}
	id := string(c.Caller.Account) + "/" + c.Action + "/" + *token
	if t, ok := tx.ClientTokens().Get(id); ok && tx.Now.Sub(t.Created) < tokenLife {
		if t.Hash != c.ParamsHash {
			return cloud.Errorf(cloud.TokenMismatch, cloud.AnyResource, *token, "")
		}
		_, err := fn(t.Result)
		return err
	}
	made, err := fn(nil)
	if err != nil {
		return err
	}
	return tx.ClientTokens().Put(cloud.ClientToken{ID: id, Account: c.Caller.Account, Hash: c.ParamsHash,
		Result: made, Created: tx.Now})
}
