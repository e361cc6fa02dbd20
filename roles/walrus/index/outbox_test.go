package index

import (
	"fmt"
	"testing"
	"time"
)

func TestOutbox(t *testing.T) {
	x := newIndex(t)
	now := time.Unix(1, 5).UTC()
	update := func(fn func(*Tx) error) {
		t.Helper()
		if err := x.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 4 {
		update(func(tx *Tx) error {
			room, err := tx.Enqueue("a", 3, now, []byte(fmt.Sprint(i)))
			if room != (i < 3) {
				t.Errorf("message %d has room: %v", i, room)
			}
			return err
		})
	}
	update(func(tx *Tx) error { _, err := tx.Enqueue("ab", 3, now, nil); return err })
	var first []Message
	see := func(target string, max int, want string) {
		t.Helper()
		err := x.View(func(tx *Tx) (err error) {
			first, err = tx.Queue(target, max)
			return err
		})
		got := ""
		for _, m := range first {
			got += string(m.Body)
			if !m.At.Equal(now) {
				t.Errorf("written at %s", m.At)
			}
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", target, got, err, want)
		}
	}
	see("b", 9, "")
	see("a", 9, "012")
	see("a", 2, "01")
	update(func(tx *Tx) error { return tx.Dequeue("a", first[0].ID, first[1].ID, 12345) })
	update(func(tx *Tx) error { return tx.Dequeue("a", first[0].ID) })
	see("a", 9, "2")
	see("ab", 9, "")
	err := x.View(func(tx *Tx) error {
		if a, ab := tx.Queued("a"), tx.Queued("ab"); a != 1 || ab != 1 {
			t.Errorf("%d and %d are said to wait", a, ab)
		}
		targets, err := tx.QueuedTargets()
		if len(targets) != 2 || targets[0] != "a" || targets[1] != "ab" {
			t.Errorf("targets %q", targets)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
