package ledger_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/roles/clc/ledger"
	"ecc/store"
)

// TestSignInFlood: who knows the id of a key, and nothing else, cannot fill the
// trail with it, nor hide what is done with another one.
func TestSignInFlood(t *testing.T) {
	b := open(t, ledger.Config{})
	ok(t, b.s.Update(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.AccessKeys().Put(cloud.AccessKey{ID: "AKIAFLOOD", Account: account}), tx.AccessKeys().Put(cloud.AccessKey{ID: "AKIAOTHER", Account: account}))
	}))
	begin := time.Unix(1_800_000_000, 0)
	fails := func(key string, at time.Time) {
		c := call("", nil)
		c.Service, c.Now, c.Caller = "iam", at, cloud.Caller{AccessKey: key}
		b.Observe(awsquery.Outcome{Call: c, Code: "SignatureDoesNotMatch", Status: 403, Err: cloud.Errorf(cloud.BadCredentials, "", "SignatureDoesNotMatch", "")})
	}
	for range 900 {
		fails("AKIAFLOOD", begin)
	}
	fails("AKIAOTHER", begin)
	fails("AKIAFLOOD", begin.Add(10*time.Second))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ok(t, b.Run(ctx))
	of := map[string]int{}
	for _, e := range b.events() {
		for _, key := range []string{"AKIAFLOOD", "AKIAOTHER"} {
			if strings.Contains(e.Text, key) {
				of[key]++
			}
		}
	}
	if of["AKIAFLOOD"] != 11 || of["AKIAOTHER"] != 1 {
		t.Errorf("events by key: %v, want 11 of the flood and the other's one", of)
	}
}

// TestFailureFlood: an account whose calls fail all the time leaves a bounded
// number of events, and those of others are there.
func TestFailureFlood(t *testing.T) {
	b := open(t, ledger.Config{})
	fails := func(a cloud.AccountID) {
		c := call("RunInstances", nil)
		c.Now, c.Caller.Account = time.Unix(1_800_000_000, 0), a
		b.Observe(awsquery.Outcome{Call: c, Code: "InvalidAMIID.NotFound", Status: 400, Err: cloud.Errorf(cloud.NotFound, cloud.ResImage, "ami-1", "")})
	}
	for range 900 {
		fails("111111111111")
	}
	fails("222222222222")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ok(t, b.Run(ctx))
	of := map[cloud.AccountID]int{}
	for _, e := range b.events() {
		of[e.Account]++
	}
	if of["111111111111"] != 600 || of["222222222222"] != 1 {
		t.Errorf("events by account: %v, want 600 of the flood and the other's one", of)
	}
}
