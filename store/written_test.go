package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"ecc/cloud"
)

// What an update wrote is told once for each record, with what was there
// before it began, and sums up to how the accounts grew.
func TestWritten(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "ecc.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	do := func(fn func(tx *Tx) error) {
		t.Helper()
		if err := s.Update(context.Background(), fn); err != nil {
			t.Fatal(err)
		}
	}
	do(func(tx *Tx) error {
		return errors.Join(tx.KeyPairs().Put(cloud.KeyPair{ID: "old", Account: "1", Name: "was"}),
			tx.KeyPairs().Put(cloud.KeyPair{ID: "gone", Account: "2"}), tx.KeyPairs().Put(cloud.KeyPair{ID: "same", Account: "1"}))
	})
	do(func(tx *Tx) error {
		err := errors.Join(
			tx.KeyPairs().Put(cloud.KeyPair{ID: "same", Account: "1"}),                 // as it is: no write
			tx.KeyPairs().Put(cloud.KeyPair{ID: "old", Account: "1", Name: "between"}), // twice: told once
			tx.KeyPairs().Put(cloud.KeyPair{ID: "old", Account: "1", Name: "is"}),
			tx.KeyPairs().Delete("gone"),
			tx.KeyPairs().Put(cloud.KeyPair{ID: "brief", Account: "1"}), tx.KeyPairs().Delete("brief"),
			tx.Instances().Put(cloud.Instance{ID: "i-1", Account: "1", VCPU: 4, Memory: 8}),
			tx.Accounts().Put(cloud.Account{ID: "9"}),
			tx.Meta().Put("x", "y"))
		if err != nil {
			return err
		}
		written := tx.Written()
		var told []string
		for _, w := range written {
			told = append(told, fmt.Sprintf("%s %s of %q: %t → %t", w.Kind, w.Key, w.Account, w.Before != nil, w.After != nil))
		}
		want := []string{
			`key-pairs old of "1": true → true`,
			`key-pairs gone of "2": true → false`,
			`key-pairs brief of "": false → false`,
			`instances i-1 of "1": false → true`,
			`accounts 9 of "9": false → true`,
			`meta x of "": false → true`,
		}
		if diff := gocmp.Diff(want, told); diff != "" {
			t.Errorf("written (-want +got):\n%s", diff)
		}
		if was := written[0].Before.(*cloud.KeyPair).Name; was != "was" {
			t.Errorf("before it was %q", was)
		}
		grown := Grown(written)
		slices.SortFunc(grown, func(a, b Growth) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Account, b.Account))
		})
		if diff := gocmp.Diff([]Growth{{KindInstance, "1", Tally{Records: 1, VCPU: 4, Memory: 8}}, {KindKeyPair, "1", Tally{}}, {KindKeyPair, "2", Tally{Records: -1}}}, grown); diff != "" {
			t.Errorf("grown (-want +got):\n%s", diff)
		}
		return nil
	})
	if err := s.View(context.Background(), func(tx *Tx) error {
		if w := tx.Written(); w != nil {
			t.Errorf("a view wrote %v", w)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
