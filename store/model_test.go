package store

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ecc/cloud"
)

// TestStoreIsAMap compares the store with a Go map over random updates, some
// failing, and random reopening. The alphabet of keys is small and has keys
// that begin with each other, which trees like to get wrong.
func TestStoreIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{path: filepath.Join(tempDir(t), "ecc.db"), want: map[cloud.KeyPairID]cloud.KeyPair{}}
		m.reopen(t)
		defer func() { m.fail(t, m.s.Close()) }()
		t.Repeat(map[string]func(*rapid.T){
			"update": m.update,
			"reopen": m.reopen,
			"":       m.compare,
		})
	})
}

// tempDir is removed at the end of one run, not of the whole test.
func tempDir(t *rapid.T) string {
	dir, remove, err := scratch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(remove)
	return dir
}

type machine struct {
	path string
	s    *Store
	want map[cloud.KeyPairID]cloud.KeyPair
	rev  cloud.Revision
}

var (
	drawKey  = rapid.SampledFrom([]cloud.KeyPairID{"a", "ab", "abc", "b", "a/", "a0", "ba", "\x01", "é"})
	drawText = rapid.SampledFrom([]string{"", "a", "ab", "a/b", "b", "\x01"})
)

func (m *machine) fail(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func (m *machine) reopen(t *rapid.T) {
	if m.s != nil {
		m.fail(t, m.s.Close())
	}
	s, err := Open(m.path, Options{})
	m.fail(t, err)
	m.s = s
}

func (m *machine) update(t *rapid.T) {
	boom := errors.New("boom")
	next := maps.Clone(m.want)
	fails := rapid.Bool().Draw(t, "fails")
	puts := rapid.SliceOfN(rapid.Custom(drawPair), 0, 4).Draw(t, "puts")
	deletes := rapid.SliceOfN(drawKey, 0, 2).Draw(t, "deletes")
	err := m.s.Update(t.Context(), func(tx *Tx) error {
		for _, p := range puts {
			m.fail(t, tx.KeyPairs().Put(p))
			next[p.ID] = p
		}
		for _, k := range deletes {
			m.fail(t, tx.KeyPairs().Delete(k))
			delete(next, k)
		}
		m.equal(t, tx, next)
		if fails {
			return boom
		}
		return nil
	})
	if fails != errors.Is(err, boom) {
		t.Fatalf("update: %v", err)
	}
	if !fails {
		m.want = next
	}
}

func drawPair(t *rapid.T) cloud.KeyPair {
	return cloud.KeyPair{ID: drawKey.Draw(t, "id"), Account: cloud.AccountID(drawText.Draw(t, "account")), Name: drawText.Draw(t, "name")}
}

func (m *machine) compare(t *rapid.T) {
	m.fail(t, m.s.View(t.Context(), func(tx *Tx) error { m.equal(t, tx, m.want); return nil }))
	m.fail(t, m.s.Check(t.Context()))
	if rev := m.s.Revision(); rev < m.rev {
		t.Fatalf("revision fell from %d to %d", m.rev, rev)
	}
	m.rev = m.s.Revision()
}

// equal compares every way to read a table with the model.
func (m *machine) equal(t *rapid.T, tx *Tx, want map[cloud.KeyPairID]cloud.KeyPair) {
	table := tx.KeyPairs()
	sorted := func(keep func(cloud.KeyPair) bool) (list []cloud.KeyPair) {
		for _, k := range slices.Sorted(maps.Keys(want)) {
			if keep(want[k]) {
				list = append(list, want[k])
			}
		}
		return list
	}
	same := func(what string, want, got []cloud.KeyPair) {
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%s: %s", what, d)
		}
	}
	key, text := drawKey.Draw(t, "key"), drawText.Draw(t, "text")
	byName := func(p cloud.KeyPair) bool { return string(p.Account)+"/"+p.Name == text }
	same("all", sorted(func(cloud.KeyPair) bool { return true }), slices.Collect(table.All()))
	same("after", sorted(func(p cloud.KeyPair) bool { return p.ID > key }), slices.Collect(table.After(key)))
	same("by", sorted(byName), slices.Collect(table.By(ByName, text)))
	same("by after", sorted(func(p cloud.KeyPair) bool { return p.ID > key && byName(p) }), slices.Collect(table.ByAfter(ByName, text, key)))
	same("by account", sorted(func(p cloud.KeyPair) bool { return string(p.Account) == text }), slices.Collect(table.By(ByAccount, text)))
	got, ok := table.Get(key)
	if p, there := want[key]; ok != there || got != p {
		t.Fatalf("get %q: %+v, %v", key, got, ok)
	}
	if table.Len() != len(want) {
		t.Fatalf("length %d, want %d", table.Len(), len(want))
	}
}
