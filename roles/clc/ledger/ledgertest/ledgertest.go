// Package ledgertest checks what calls leave in the audit trail: whoever
// changed something left one event that tells it, nobody else left any.
//
// Tests of the actions of EC2, IAM and STS import it.
package ledgertest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"ecc/cloud"
	"ecc/roles/clc/ledger"
	"ecc/store"
)

// Place is a place in the life of a store, to look back to.
type Place struct {
	t        testing.TB
	store    *store.Store
	revision cloud.Revision
	events   uint64
}

// Now is where the store is now.
func Now(t testing.TB, s *store.Store) Place {
	t.Helper()
	p := Place{t: t, store: s, revision: s.Revision()}
	p.events, _ = trail(t, s, 0)
	return p
}

// Call is a call that was answered.
type Call struct {
	Source  string // ec2.amazonaws.com
	Action  string
	Account cloud.AccountID
	Write   bool // it may change something
	Failed  bool
	Params  map[string]string // as they were sent
}

// Changed reports whether anything was written since.
func (p Place) Changed() bool { return p.store.Revision() != p.revision }

// Check fails the test unless the call, the only one since, left the events it
// must: one that tells it if it changed anything, and none otherwise, as all
// that failed and all that read. It reports whether the call changed anything.
func (p Place) Check(c Call) bool {
	p.t.Helper()
	_, events := trail(p.t, p.store, p.events)
	switch {
	case !p.Changed() && len(events) == 0:
		return false
	case !c.Write || c.Failed:
		p.t.Errorf("%s %v (write %t, failed %t) changed something: %q", c.Action, c.Params, c.Write, c.Failed, events)
	case len(events) != 1:
		p.t.Errorf("%s %v left %d events, want 1: %q", c.Action, c.Params, len(events), events)
	default:
		c.tells(p.t, events[0])
	}
	return true
}

// tells fails the test unless the event tells the call, without its secrets.
func (c Call) tells(t testing.TB, text string) {
	t.Helper()
	var e struct {
		EventName, EventSource, RecipientAccountID string

		ReadOnly     bool
		UserIdentity struct{ AccountID, PrincipalID, Type string }
	}
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatalf("%s: %v in %s", c.Action, err, text)
	}
	if e.EventName != c.Action || e.EventSource != c.Source || e.ReadOnly || e.UserIdentity.AccountID != string(c.Account) ||
		e.UserIdentity.PrincipalID == "" || e.UserIdentity.Type == "" {
		t.Errorf("%s of %s by %s is told as %s", c.Action, c.Source, c.Account, text)
	}
	for name, value := range c.Params {
		plain, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if len(value) < 6 || len(value) > 500 {
			continue
		}
		if told := strings.Contains(text, strings.Trim(string(plain), `"`)); told == secret(name) {
			t.Errorf("%s: %s=%s, a secret: %t, is told: %t, in %s", c.Action, name, value, secret(name), told, text)
		}
	}
}

// secrets are the parameters that no event may tell, nor anything inside them.
var secrets = map[string]bool{"UserData": true, "PublicKeyMaterial": true, "Password": true, "OldPassword": true, "NewPassword": true,
	"WebIdentityToken": true, "EncodedMessage": true, "TokenCode": true}

// secret reports whether a parameter or what it is a part of is a secret.
func secret(param string) bool {
	return slices.ContainsFunc(strings.Split(param, "."), func(part string) bool { return secrets[part] })
}

// trail is the number of the newest event, and the texts of those after one.
func trail(t testing.TB, s *store.Store, after uint64) (newest uint64, texts []string) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) (err error) {
		if newest, _, err = ledger.Head(tx); err != nil {
			return err
		}
		for e := range tx.Events().All() {
			if e.Number() > after {
				texts = append(texts, e.Text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return newest, texts
}
