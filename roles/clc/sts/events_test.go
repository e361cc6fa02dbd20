package sts_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"

	"ecc/cloud"
	"ecc/store"
)

// told are the events of the audit trail: account, action and type of the caller.
func (f *fixture) told() (out []string) {
	f.t.Helper()
	ok(f.t, f.store.View(f.t.Context(), func(tx *store.Tx) error {
		for e := range tx.Events().All() {
			var text struct {
				EventName    string
				UserIdentity struct{ Type, UserName string }
			}
			ok(f.t, json.Unmarshal([]byte(e.Text), &text))
			out = append(out, f.nameOf(e.Account)+" "+text.EventName+" "+text.UserIdentity.Type+" "+text.UserIdentity.UserName)
		}
		return nil
	}))
	return out
}

func (f *fixture) nameOf(a cloud.AccountID) string {
	switch a {
	case f.alice.ID:
		return "alice"
	case f.bob.ID:
		return "bob"
	}
	return string(a)
}

// TestEvents: whatever gave out credentials left one event, also when it wrote
// nothing else, and a role's last use is not told a second time.
func TestEvents(t *testing.T) {
	f := newFixture(t)
	ann := f.key(f.user(f.alice, "ann", may(`"sts:*"`)))
	r := f.role("r", trusts(string(f.alice.ID), ""), "")
	for range 2 {
		_, err := ann.AssumeRole(t.Context(), &sdk.AssumeRoleInput{RoleArn: aws.String(r.ARN()), RoleSessionName: aws.String("one")})
		ok(t, err)
	}
	_, err := ann.GetSessionToken(t.Context(), &sdk.GetSessionTokenInput{})
	ok(t, err)
	_, err = ann.GetFederationToken(t.Context(), &sdk.GetFederationTokenInput{Name: aws.String("guest")})
	ok(t, err)
	who(t, ann)
	want := []string{"alice AssumeRole IAMUser ann", "alice AssumeRole IAMUser ann", "alice GetSessionToken IAMUser ann", "alice GetFederationToken IAMUser ann"}
	if got := f.told(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}
