package store

import (
	"path/filepath"
	"testing"

	"ecc/cloud"
)

// Tallies follow every write, also those an Update takes back, and Check holds
// them against the records.
func TestTally(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "ecc.db"), Options{})
	i := cloud.Instance{ID: "i-1", Account: "a", VCPU: 2, Memory: 3, Disk: 5, Desired: cloud.Desired{Goal: cloud.GoalRunning, Node: "n"}}
	mustUpdate(t, s, func(tx *Tx) error {
		if err := tx.Instances().Put(i); err != nil {
			return err
		}
		if got := tx.TallyBefore(KindInstance, OfAccount("a")); got != (Tally{}) {
			t.Errorf("before: %+v", got)
		}
		return tx.KeyPairs().Put(cloud.KeyPair{ID: "key-1", Account: "a", Name: "k"})
	})
	check := func(tx *Tx, k Kind, of string, want Tally) {
		t.Helper()
		if got := tx.Tally(k, of); got != want {
			t.Errorf("%s of %s: %+v, want %+v", k, of, got, want)
		}
	}
	whole := Tally{Records: 1, VCPU: 2, Memory: 3, Disk: 5}
	mustView(t, s, func(tx *Tx) {
		check(tx, KindInstance, OfAccount("a"), whole)
		check(tx, KindInstance, OfNode("n"), whole)
		check(tx, KindKeyPair, OfAccount("a"), Tally{Records: 1})
		check(tx, KindKeyPair, OfAccount("b"), Tally{})
	})
	i.Want(cloud.GoalTerminated, cloud.Reason{}, s.now())
	i.Observed.Phase = cloud.PhaseGone
	refused := s.Update(t.Context(), func(tx *Tx) error {
		if err := tx.Instances().Put(i); err != nil {
			return err
		}
		check(tx, KindInstance, OfAccount("a"), Tally{})
		return cloud.Denied
	})
	if refused == nil {
		t.Error("it was not refused")
	}
	mustView(t, s, func(tx *Tx) { check(tx, KindInstance, OfAccount("a"), whole) })
	mustCheck(t, s)
}
