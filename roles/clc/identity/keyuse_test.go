package identity_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/store"
)

// A use is known at once, and after a restart once it was written down.
func TestKeyUse(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	if u := f.LastUsed(f.ann); u != (cloud.KeyUse{}) {
		t.Errorf("a key that was not used: %+v", u)
	}
	f.Used(f.ann.ID, "ec2", "us-east-1")
	f.Used("ASIAAAAAAAAAAAAAAAAA", "ec2", "us-east-1")
	f.Used("AKIAAAAAAAAAAAAAAAAA", "ec2", "us-east-1") // of nobody any more
	want := cloud.KeyUse{At: begin, Service: "ec2", Region: "us-east-1"}
	if u := f.LastUsed(f.ann); u != want {
		t.Errorf("got %+v, want %+v", u, want)
	}
	ok(t, f.FlushUses(ctx))
	ok(t, f.store.Close())
	f.open(slog.New(slog.DiscardHandler))
	f.forward(time.Hour)
	f.Used(f.root.ID, "iam", "us-east-1")
	ok(t, f.store.View(ctx, func(tx *store.Tx) error {
		k, _ := tx.AccessKeys().Get(f.ann.ID)
		if u := f.LastUsed(k); u != want {
			t.Errorf("after a restart: %+v, want %+v", u, want)
		}
		if n := tx.AccessKeys().Len(); n != 2 {
			t.Errorf("%d keys", n)
		}
		return nil
	}))
}

// What could not be written is written later, and does not hide a newer use.
func TestKeyUseIsWrittenLater(t *testing.T) {
	f := newFixture(t)
	f.Used(f.ann.ID, "ec2", "us-east-1")
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := f.FlushUses(ended); err == nil {
		t.Fatal("it was written")
	}
	f.forward(time.Minute)
	f.Used(f.ann.ID, "s3", "us-east-1")
	ok(t, f.FlushUses(context.Background()))
	ok(t, f.store.View(context.Background(), func(tx *store.Tx) error {
		if k, _ := tx.AccessKeys().Get(f.ann.ID); k.LastUsed.Service != "s3" || !k.LastUsed.At.Equal(begin.Add(time.Minute)) {
			t.Errorf("%+v", k.LastUsed)
		}
		return nil
	}))
}

func TestPasswords(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	one, err := f.HashPassword(ctx, "Correct horse 1")
	ok(t, err)
	two, err := f.HashPassword(ctx, "Correct horse 1")
	ok(t, err)
	if one == two {
		t.Error("no salt")
	}
	for password, want := range map[string]bool{"Correct horse 1": true, "correct horse 1": false, "": false} {
		if same, err := f.PasswordIs(ctx, password, one); err != nil || same != want {
			t.Errorf("%q: %v %v", password, same, err)
		}
	}
	for _, kept := range []string{"", "plain", "$argon2id$v=19$m=x,t=2,p=1$AA$AA", "$argon2id$v=18$m=64,t=2,p=1$AA$AA", "$argon2i$v=19$m=64,t=2,p=1$AA$AA",
		"$argon2id$v=19$m=64,t=2,p=1$?$AA", strings.Replace(one, "$argon2id", "$argon2id$", 1)} {
		if same, err := f.PasswordIs(ctx, "Correct horse 1", kept); err == nil || same {
			t.Errorf("%q is taken for a kept password: %v", kept, same)
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := f.HashPassword(ended, "x"); err == nil {
		t.Error("it does not hear that nobody waits")
	}
}
