package sts_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"

	"ecc/cloud"
	"ecc/store"
)

// TestNamesake: a user who takes the name of one that a role trusted is not
// trusted, unless the whole account is.
func TestNamesake(t *testing.T) {
	f := newFixture(t)
	ann := f.user(f.alice, "ann", may(assume))
	byName := f.role("by-name", trusts(cloud.IAMARN(f.alice.ID, "user/ann"), ""), "")
	byAccount := f.role("by-account", trusts(string(f.alice.ID), ""), "")
	written := f.clock()
	for made, want := range map[time.Duration]map[string]bool{0: {byName.ARN(): true, byAccount.ARN(): true}, time.Second: {byName.ARN(): false, byAccount.ARN(): true}} {
		f.change(func(tx *store.Tx) error {
			for _, r := range []cloud.Role{byName, byAccount} {
				r.Trusted = written
				if err := tx.Roles().Put(r); err != nil {
					return err
				}
			}
			k, _ := tx.AccessKeys().Get(ann.ID)
			u, _ := tx.Users().Get(k.User)
			u.Created = written.Add(made)
			return tx.Users().Put(u)
		})
		for arn, allowed := range want {
			_, err := f.key(ann).AssumeRole(t.Context(), &sdk.AssumeRoleInput{RoleArn: aws.String(arn), RoleSessionName: aws.String("session")})
			if (err == nil) != allowed {
				t.Errorf("a user made %v after the policy: %s: %v", made, arn, err)
			}
		}
	}
}
