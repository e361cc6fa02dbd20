package identity_test

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/store"
)

// roleSession is a session of a role that ann assumed.
func roleSession(f *fixture, r cloud.Role) identity.Session {
	return identity.Session{Kind: cloud.PrincipalRole, Account: f.alice.ID, Principal: r.ID, Parent: f.ann.ID, Name: "work", SourceIdentity: "ann@x",
		Tags: map[string]string{"Team": "blue", "cost": "1"}, Transitive: []string{"cost"}}
}

// TestSessionOfRole: a session is its role's, as that is now.
func TestSessionOfRole(t *testing.T) {
	f := newFixture(t)
	r := f.role("deploy")
	k, err := f.NewSession(roleSession(f, r), time.Hour)
	ok(t, err)
	if !strings.HasPrefix(k.ID, "ASIA") || len(k.ID) != 20 || len(k.Secret) != 40 || !k.Expires.Equal(begin.Add(time.Hour)) {
		t.Errorf("key %+v", k)
	}
	alter(f, (*store.Tx).Roles, r.ID, func(r *cloud.Role) { r.Attachments.Inline["own"] = "changed" })
	got, err := f.Credential(t.Context(), k.ID, k.Token)
	ok(t, err)
	if got.Key.Secret != k.Secret || !got.Key.Active || got.Account.ID != f.alice.ID {
		t.Errorf("credential %+v", got)
	}
	want := cloud.Caller{Account: f.alice.ID, AccessKey: k.ID, ARN: "arn:aws:sts::" + string(f.alice.ID) + ":assumed-role/deploy/work", UserID: "AROAdeploy:work",
		Kind: cloud.PrincipalRole, Principal: r.ID, Name: "deploy", Issuer: r.ARN(), Tags: map[string]string{"Team": "blue", "cost": "1", "kind": "role"},
		Session: &cloud.Session{Issued: begin, Expires: begin.Add(time.Hour), Name: "work", SourceIdentity: "ann@x", Transitive: []string{"cost"}, Parent: f.ann.ID},
		Rights:  &cloud.Rights{Identity: []cloud.Document{{Name: "own", Text: "changed"}}}}
	if d := cmp.Diff(want, got.Caller); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestSessionEnds: what a session depends on ends it at once, and after a
// restart, and none of the ends can be told from a wrong token but its time.
func TestSessionEnds(t *testing.T) {
	type ends map[string]func(f *fixture)
	key := func(fn func(*cloud.AccessKey)) func(*fixture) {
		return func(f *fixture) { alter(f, (*store.Tx).AccessKeys, f.ann.ID, fn) }
	}
	account := func(fn func(*cloud.Account)) func(*fixture) {
		return func(f *fixture) {
			f.change(func(tx *store.Tx) error {
				a, _ := tx.Accounts().Get(f.alice.ID)
				fn(&a)
				return tx.Accounts().Put(a)
			})
		}
	}
	every := ends{
		"parent inactive": key(func(k *cloud.AccessKey) { k.Active = false }),
		"parent deleted":  func(f *fixture) { f.change(func(tx *store.Tx) error { return tx.AccessKeys().Delete(f.ann.ID) }) },
		"suspended":       account(func(a *cloud.Account) { a.Suspended = true }),
	}
	for kind, own := range map[cloud.PrincipalKind]ends{
		cloud.PrincipalUser:      {"user deleted": func(f *fixture) { f.change(func(tx *store.Tx) error { return tx.Users().Delete("AIDAann") }) }},
		cloud.PrincipalFederated: {"user deleted": func(f *fixture) { f.change(func(tx *store.Tx) error { return tx.Users().Delete("AIDAann") }) }},
		cloud.PrincipalRoot:      {},
		cloud.PrincipalRole: {
			"role deleted": func(f *fixture) { f.change(func(tx *store.Tx) error { return tx.Roles().Delete("AROAdeploy") }) },
			"revoked": func(f *fixture) {
				alter(f, (*store.Tx).Roles, "AROAdeploy", func(r *cloud.Role) { r.Revoked = begin.Add(time.Second) })
			},
		},
	} {
		for _, set := range []ends{every, own} {
			for name, end := range set {
				t.Run(fmt.Sprintf("%s/%s", kind, name), func(t *testing.T) { sessionEnds(t, kind, end) })
			}
		}
	}
}

func sessionEnds(t *testing.T, kind cloud.PrincipalKind, end func(*fixture)) {
	f := newFixture(t)
	r := f.role("deploy")
	s := roleSession(f, r)
	if s.Kind = kind; kind != cloud.PrincipalRole {
		s.Principal = "AIDAann"
	}
	if kind == cloud.PrincipalRoot {
		s.Principal = ""
	}
	k, err := f.NewSession(s, time.Hour)
	ok(t, err)
	if _, err := f.Credential(t.Context(), k.ID, k.Token); err != nil {
		t.Fatalf("before: %v", err)
	}
	end(f)
	if _, err := f.Credential(t.Context(), k.ID, k.Token); !errors.Is(err, cloud.Malformed) {
		t.Errorf("after: %v, want a token like any wrong one", err)
	}
	ok(t, f.store.Close())
	f.open(slog.New(slog.DiscardHandler))
	if _, err := f.Credential(t.Context(), k.ID, k.Token); !errors.Is(err, cloud.Malformed) {
		t.Errorf("after a restart: %v", err)
	}
}

// TestTokens: a token is good with its key, whole, and in its time.
func TestTokens(t *testing.T) {
	f := newFixture(t)
	r := f.role("deploy")
	one, err := f.NewSession(roleSession(f, r), time.Hour)
	ok(t, err)
	two, err := f.NewSession(roleSession(f, r), time.Hour)
	ok(t, err)
	for name, c := range map[string]struct {
		id, token string
		want      error
	}{
		"another's":  {one.ID, two.Token, cloud.Malformed},
		"none":       {one.ID, "", cloud.NotFound},
		"cut":        {one.ID, one.Token[:len(one.Token)-4], cloud.Malformed},
		"altered":    {one.ID, "B" + one.Token[1:], cloud.Malformed},
		"no base64":  {one.ID, "%%%", cloud.Malformed},
		"too long":   {one.ID, strings.Repeat("A", 1<<20), cloud.Malformed},
		"made up id": {"ASIAAAAAAAAAAAAAAAAA", one.Token, cloud.Malformed},
	} {
		if _, err := f.Credential(t.Context(), c.id, c.token); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	f.forward(time.Hour - time.Second)
	if _, err := f.Credential(t.Context(), one.ID, one.Token); err != nil {
		t.Errorf("in its last second: %v", err)
	}
	f.forward(time.Second)
	if _, err := f.Credential(t.Context(), one.ID, one.Token); !errors.Is(err, cloud.Stale) {
		t.Errorf("expired: %v, want stale", err)
	}
}

// TestInstanceSession ends with its instance.
func TestInstanceSession(t *testing.T) {
	f := newFixture(t)
	r := f.role("deploy")
	const id = cloud.InstanceID("i-00000000000000001")
	put := func(g cloud.Goal, p cloud.Phase) {
		f.change(func(tx *store.Tx) error {
			return tx.Instances().Put(cloud.Instance{ID: id, Account: f.alice.ID, Desired: cloud.Desired{Goal: g}, Observed: cloud.Observed{Phase: p}})
		})
	}
	put(cloud.GoalRunning, cloud.PhaseUp)
	k, err := f.NewSession(identity.Session{Kind: cloud.PrincipalRole, Account: f.alice.ID, Principal: r.ID, Name: string(id), Instance: id}, time.Hour)
	ok(t, err)
	got, err := f.Credential(t.Context(), k.ID, k.Token)
	if err != nil || got.Caller.Session.Instance != id {
		t.Fatalf("%+v, %v", got.Caller.Session, err)
	}
	put(cloud.GoalTerminated, cloud.PhaseGone)
	if _, err := f.Credential(t.Context(), k.ID, k.Token); !errors.Is(err, cloud.Malformed) {
		t.Errorf("of a terminated instance: %v", err)
	}
}

// TestSessionIsNarrowed: the policies of a session are with it, large ones too;
// managed ones as they are at the time; of a federated user they are all that
// counts.
func TestSessionIsNarrowed(t *testing.T) {
	f := newFixture(t)
	large := policyText("s3:*") + strings.Repeat(" ", 2000)
	s := identity.Session{Kind: cloud.PrincipalFederated, Account: f.alice.ID, Principal: "AIDAann", Parent: f.ann.ID, Name: "guest", Narrowed: true,
		Policies: []string{large}, Managed: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", own(f, "/gone")}}
	k, err := f.NewSession(s, time.Hour)
	ok(t, err)
	if len(k.Token) > 1500 {
		t.Errorf("a token of %d characters for a policy that is mostly blank", len(k.Token))
	}
	got, err := f.Credential(t.Context(), k.ID, k.Token)
	ok(t, err)
	r := got.Caller.Rights
	if !r.Narrowed || len(r.Session) != 3 || r.Session[0].Text != large || r.Session[1].Text == "" || r.Session[2].Text != "" || got.Caller.Root() {
		t.Errorf("rights %+v", r)
	}
	none := identity.Session{Kind: cloud.PrincipalFederated, Account: f.alice.ID, Parent: f.root.ID, Name: "guest", Narrowed: true}
	k, err = f.NewSession(none, time.Hour)
	ok(t, err)
	got, err = f.Credential(t.Context(), k.ID, k.Token)
	ok(t, err)
	if r := got.Caller.Rights; r == nil || !r.Narrowed || len(r.Session) != 0 || len(r.Identity) != 1 || got.Caller.Admin {
		t.Errorf("a federated user of root without policies has %+v", r)
	}
	// What cannot be packed is refused.
	random := make([]byte, 8000)
	_, err = rand.Read(random)
	ok(t, err)
	s.Policies = []string{base64.StdEncoding.EncodeToString(random)}
	if _, err := f.NewSession(s, time.Hour); !errors.Is(err, cloud.LimitExceeded) {
		t.Errorf("a session of %d bytes: %v", len(s.Policies[0]), err)
	}
}

// TestAs: what the cloud does in a caller's name it does with the caller's own
// rights and for no longer.
func TestAs(t *testing.T) {
	f := newFixture(t)
	r := f.role("deploy")
	s := roleSession(f, r)
	s.Narrowed, s.Policies, s.Managed = true, []string{policyText("s3:GetObject")}, []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}
	k, err := f.NewSession(s, time.Hour)
	ok(t, err)
	for name, c := range map[string]struct{ id, token string }{"user": {f.ann.ID, ""}, "root": {f.root.ID, ""}, "session": {k.ID, k.Token}} {
		who, err := f.Credential(t.Context(), c.id, c.token)
		ok(t, err)
		as, err := f.As(who.Caller, 24*time.Hour)
		ok(t, err)
		got, err := f.Credential(t.Context(), as.ID, as.Token)
		ok(t, err)
		if d := cmp.Diff(who.Caller.Rights, got.Caller.Rights); d != "" {
			t.Errorf("%s: rights (-want +got):\n%s", name, d)
		}
		if got.Caller.ARN != who.Caller.ARN || got.Caller.Kind != who.Caller.Kind || (name == "session") != as.Expires.Equal(k.Expires) {
			t.Errorf("%s: %s until %v", name, got.Caller.ARN, as.Expires)
		}
		if name == "user" {
			alter(f, (*store.Tx).AccessKeys, f.ann.ID, func(k *cloud.AccessKey) { k.Active = false })
			if _, err := f.Credential(t.Context(), as.ID, as.Token); !errors.Is(err, cloud.Malformed) {
				t.Errorf("outlives the key: %v", err)
			}
			alter(f, (*store.Tx).AccessKeys, f.ann.ID, func(k *cloud.AccessKey) { k.Active = true })
		}
	}
}

// TestMessages: a sealed message opens here and nowhere else.
func TestMessages(t *testing.T) {
	f, other := newFixture(t), newFixture(t)
	m, err := f.SealMessage("111111111111", `{"allowed":false}`)
	ok(t, err)
	if got, err := f.OpenMessage("111111111111", m); err != nil || got != `{"allowed":false}` {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := other.OpenMessage("111111111111", m); !errors.Is(err, cloud.Malformed) {
		t.Errorf("another cloud's: %v", err)
	}
	if _, err := f.OpenMessage("111111111111", "x y"); !errors.Is(err, cloud.Malformed) {
		t.Errorf("nobody's: %v", err)
	}
}

// FuzzToken: a token nobody sealed is nobody's.
func FuzzToken(f *testing.F) {
	x := newFixture(f)
	k, err := x.NewSession(identity.Session{Kind: cloud.PrincipalRoot, Account: x.alice.ID, Parent: x.root.ID}, time.Hour)
	ok(f, err)
	f.Add(k.ID, k.Token+"=")
	f.Add("ASIAX", "AQ==")
	f.Fuzz(func(t *testing.T, id, token string) {
		got, err := x.Credential(t.Context(), "ASIA"+id, token)
		if err == nil && strings.TrimSpace(token) != k.Token {
			t.Errorf("%q %q is %+v", id, token, got.Caller)
		}
	})
}

func BenchmarkCredential(b *testing.B) {
	f := newFixture(b)
	var arns []string
	f.change(func(tx *store.Tx) error {
		for i := range 10 {
			m := cloud.ManagedPolicy{ID: fmt.Sprint("ANPA", i), Account: f.alice.ID, Name: fmt.Sprint("p", i), Path: "/", Default: "v1",
				Versions: []cloud.PolicyVersion{{ID: "v1", Document: policyText("s3:*")}}}
			arns = append(arns, m.ARN())
			if err := tx.Policies().Put(m); err != nil {
				return err
			}
		}
		return nil
	})
	alter(f, (*store.Tx).Users, "AIDAann", func(u *cloud.User) { u.Attachments.Managed = arns })
	r := f.role("deploy")
	small, err := f.NewSession(roleSession(f, r), time.Hour)
	ok(b, err)
	s := roleSession(f, r)
	s.Narrowed, s.Policies = true, []string{policyText("s3:*") + strings.Repeat(" ", 1500)}
	large, err := f.NewSession(s, time.Hour)
	ok(b, err)
	for name, c := range map[string]struct{ id, token string }{"root": {f.root.ID, ""}, "user of 10 policies": {f.ann.ID, ""},
		"session": {small.ID, small.Token}, "session with policy": {large.ID, large.Token}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := f.Credential(b.Context(), c.id, c.token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
