package index

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSaltedExtents(t *testing.T) {
	x := newIndex(t)
	salt := func(b byte) []byte { return bytes.Repeat([]byte{b}, 16) }
	blob := x.NewID()
	want := []Extent{{File: 1, End: 100, Part: 1, Salt: salt(1)}, {File: 2, End: 100, Part: 2, Salt: salt(2)}, {File: 3, End: 250, Part: 7, Salt: salt(3)}}
	if err := x.Update(t.Context(), func(tx *Tx) error { return tx.PutExtents(blob, want) }); err != nil {
		t.Fatal(err)
	}
	err := x.View(func(tx *Tx) error {
		if diff := cmp.Diff(want, tx.Extents(blob)); diff != "" {
			t.Errorf("extents (-want +got):\n%s", diff)
		}
		_, got, err := tx.Bytes(blob, 90, 120)
		stretches := []Stretch{{File: 1, Size: 100, From: 90, To: 100, Salt: salt(1)}, {File: 3, Size: 150, From: 0, To: 20, Salt: salt(3)}}
		if diff := cmp.Diff(stretches, got); diff != "" {
			t.Errorf("stretches (-want +got):\n%s", diff)
		}
		if from, to, ok := tx.PartRange(blob, 7); from != 100 || to != 250 || !ok {
			t.Errorf("part 7: %d to %d, %v", from, to, ok)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, mixed := range map[string][]Extent{
		"only the first": {{File: 1, End: 1, Salt: salt(1)}, {File: 2, End: 2}},
		"only the last":  {{File: 1, End: 1}, {File: 2, End: 2, Salt: salt(1)}},
		"a short one":    {{File: 1, End: 1, Salt: []byte{1}}},
	} {
		if err := x.Update(t.Context(), func(tx *Tx) error { return tx.PutExtents(x.NewID(), mixed) }); err == nil {
			t.Errorf("salt of %s: stored", name)
		}
	}
}

func TestKeyringIsRemembered(t *testing.T) {
	x := newIndex(t)
	read := func() (id string) {
		t.Helper()
		if err := x.View(func(tx *Tx) error { id = tx.Keyring(); return nil }); err != nil {
			t.Fatal(err)
		}
		return id
	}
	if id := read(); id != "" {
		t.Errorf("a new store needs keyring %q", id)
	}
	if err := x.Update(t.Context(), func(tx *Tx) error { return tx.PutKeyring("a") }); err != nil {
		t.Fatal(err)
	}
	if id := read(); id != "a" {
		t.Errorf("keyring %q, want a", id)
	}
}
