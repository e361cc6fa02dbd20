package identity_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
	"ecc/store"
)

// TestCredentialOfUser: a user has what its own policies, attached ones, those of
// its groups, its boundary and its account's say.
func TestCredentialOfUser(t *testing.T) {
	f := newFixture(t)
	f.change(func(tx *store.Tx) error {
		own := cloud.ManagedPolicy{ID: "ANPA1", Account: f.alice.ID, Name: "Own", Path: "/p/", Default: "v2",
			Versions: []cloud.PolicyVersion{{ID: "v1", Document: "old"}, {ID: "v2", Document: "new"}}}
		group := cloud.UserGroup{ID: "AGPA1", Account: f.alice.ID, Name: "devs", Path: "/",
			Attachments: cloud.Attachments{Inline: map[string]string{"g": "of the group"}}}
		return errors.Join(tx.Policies().Put(own), tx.UserGroups().Put(group))
	})
	alter(f, (*store.Tx).Users, "AIDAann", func(u *cloud.User) {
		u.Groups, u.Tags, u.Boundary = []string{"AGPA1", "AGPAgone"}, map[string]string{"team": "red"}, own(f, "/p/own")
		u.Attachments = cloud.Attachments{Inline: map[string]string{"b": "2", "a": "1"},
			Managed: []string{own(f, "/p/Own"), own(f, "/other/Own"), own(f, "/gone"), "arn:aws:iam::aws:policy/ReadOnlyAccess"}}
	})
	f.change(func(tx *store.Tx) error {
		a, _ := tx.Accounts().Get(f.alice.ID)
		a.Policies = map[string]string{"limit": "of the account"}
		return tx.Accounts().Put(a)
	})
	got, err := f.Credential(t.Context(), f.ann.ID, "")
	ok(t, err)
	if got.Key.Secret != f.ann.Secret || got.Key.Sealed != nil || got.Account.Name != "alice" {
		t.Errorf("credential %+v", got)
	}
	rights := got.Caller.Rights
	if n := len(rights.Identity); n != 5 || rights.Identity[3].Name != "arn:aws:iam::aws:policy/ReadOnlyAccess" || len(rights.Identity[3].Text) < 50 {
		t.Fatalf("%d policies: %+v", n, rights.Identity)
	}
	rights.Identity[3].Text = "read"
	want := cloud.Caller{Account: f.alice.ID, AccessKey: f.ann.ID, ARN: "arn:aws:iam::" + string(f.alice.ID) + ":user/dev/ann", UserID: "AIDAann",
		Kind: cloud.PrincipalUser, Principal: "AIDAann", Name: "ann", Tags: map[string]string{"team": "red"}, Rights: &cloud.Rights{
			Identity: []cloud.Document{{Name: "a", Text: "1"}, {Name: "b", Text: "2"}, {Name: own(f, "/p/Own"), Text: "new"},
				{Name: "arn:aws:iam::aws:policy/ReadOnlyAccess", Text: "read"}, {Name: "g", Text: "of the group"}},
			Boundary: &cloud.Document{Name: own(f, "/p/own")}, // another policy than Own, which is not there: it allows nothing
			Account:  []cloud.Document{{Name: "limit", Text: "of the account"}},
		}}
	if d := cmp.Diff(want, got.Caller); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	root, err := f.Credential(t.Context(), f.root.ID, "")
	ok(t, err)
	if root.Caller.Rights == nil || len(root.Caller.Rights.Account) != 1 || !root.Caller.Root() {
		t.Errorf("the root of a limited account: %+v", root.Caller)
	}
}

// own is the ARN of a policy of alice.
func own(f *fixture, name string) string { return cloud.IAMARN(f.alice.ID, "policy"+name) }

// TestCredentialEnds: what opens nothing any more, and how that is told.
func TestCredentialEnds(t *testing.T) {
	account := func(fn func(*cloud.Account)) func(*fixture) {
		return func(f *fixture) {
			f.change(func(tx *store.Tx) error {
				a, _ := tx.Accounts().Get(f.alice.ID)
				fn(&a)
				return tx.Accounts().Put(a)
			})
		}
	}
	for name, c := range map[string]struct {
		end   func(*fixture)
		token string
		want  error
	}{
		"good":      {func(*fixture) {}, "", nil},
		"suspended": {account(func(a *cloud.Account) { a.Suspended = true }), "", cloud.NotFound},
		"pending":   {account(func(a *cloud.Account) { a.Pending = true }), "", cloud.NotFound},
		"deleted": {func(f *fixture) {
			f.change(func(tx *store.Tx) error { return tx.AccessKeys().Delete(f.ann.ID) })
		}, "", cloud.NotFound},
		"with a token": {func(*fixture) {}, "x", cloud.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			c.end(f)
			if _, err := f.Credential(t.Context(), f.ann.ID, c.token); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	f := newFixture(t)
	alter(f, (*store.Tx).AccessKeys, f.ann.ID, func(k *cloud.AccessKey) { k.Active = false })
	if got, err := f.Credential(t.Context(), f.ann.ID, ""); err != nil || got.Key.Active {
		t.Errorf("an inactive key: %+v, %v", got.Key, err)
	}
	if _, err := f.Credential(t.Context(), "AKIANOBODY", ""); !errors.Is(err, cloud.NotFound) {
		t.Errorf("unknown: %v", err)
	}
}
