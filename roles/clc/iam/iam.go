// Package iam is the actions of IAM: users, groups, roles, policies and the
// account itself. One action is one file with one method of Service and one line
// of the table, in actions_users.go or actions_policies.go.
//
// It decides what the records of identities become; who a caller is and what
// their policies are is package identity's, and whether they may call an action
// package clc's. Imported by package roles only.
package iam

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"io"
	"log/slog"
	"time"

	"ecc/api/awsquery"
	"ecc/roles/clc/identity"
	"ecc/roles/clc/ledger"
	"ecc/store"
)

// Deps are the service's neighbours. Now and Entropy default to the clock and
// to crypto/rand.
type Deps struct {
	Store    *store.Store
	Ledger   *ledger.Ledger
	Identity *identity.Service
	Now      func() time.Time
	Entropy  io.Reader
	Log      *slog.Logger
}

// Service answers IAM.
type Service struct {
	store    *store.Store
	ledger   *ledger.Ledger
	identity *identity.Service
	now      func() time.Time
	entropy  io.Reader
	log      *slog.Logger
	reports  reports
}

// New makes it on an open store.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Entropy == nil {
		d.Entropy = rand.Reader
	}
	return &Service{store: d.Store, ledger: d.Ledger, identity: d.Identity, now: d.Now, entropy: d.Entropy, log: d.Log.With("role", "iam")}
}

// view reads one state of the records.
func (s *Service) view(ctx context.Context, fn func(*store.Tx) error) error {
	return s.store.View(ctx, fn)
}

// update makes the one transaction of an action. fn is pure and may run again:
// ids and secrets are drawn before.
func (s *Service) update(ctx context.Context, c *awsquery.Call, fn func(*store.Tx) error) error {
	return s.ledger.Update(ctx, c, fn)
}

// Prefixes of the unique ids of IAM's records.
const (
	prefixUser     = "AIDA"
	prefixGroup    = "AGPA"
	prefixRole     = "AROA"
	prefixPolicy   = "ANPA"
	prefixProfile  = "AIPA"
	uniqueIDLength = 17 // characters after the prefix
)

// uniqueID makes the id of a record: a prefix and 17 of A-Z and 2-7.
func (s *Service) uniqueID(prefix string) (string, error) {
	var b [11]byte
	if _, err := io.ReadFull(s.entropy, b[:]); err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return prefix + base32.StdEncoding.EncodeToString(b[:])[:uniqueIDLength], nil
}

// ptr returns a pointer to a value, as results have them.
func ptr[T any](v T) *T { return &v }

// text is the string a request has, "" for none.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
