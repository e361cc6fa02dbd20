package datafile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/datafile/datafiletest"
)

func TestConformance(t *testing.T) {
	datafiletest.Run(t, func(t *testing.T) datafiletest.Place {
		root := t.TempDir()
		path := func(id datafile.ID) string {
			return filepath.Join(root, "data", id.String()[14:], id.String())
		}
		return datafiletest.Place{
			Files:  mustOpen(t, root),
			Reopen: func() datafile.Files { return mustOpen(t, root) },
			Raw: func(id datafile.ID) []byte {
				b, err := os.ReadFile(path(id))
				if err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Fatal(err)
				}
				return b
			},
			SetRaw: func(id datafile.ID, raw []byte) {
				if err := os.WriteFile(path(id), raw, 0o600); err != nil {
					t.Fatal(err)
				}
			},
			Litter: func() {
				if err := os.WriteFile(filepath.Join(root, "tmp", datafile.ID(99).String()), []byte("half"), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			Hidden: func(id datafile.ID) bool {
				_, err := os.Stat(filepath.Join(root, "quarantine", id.String()))
				return err == nil
			},
			Loose: func() int {
				left, err := os.ReadDir(filepath.Join(root, "tmp"))
				if err != nil {
					t.Fatal(err)
				}
				return len(left)
			},
		}
	})
}

func mustOpen(tb testing.TB, root string) *datafile.Dir {
	tb.Helper()
	d, err := datafile.Open(root)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// TestStrangers: what else lies in the folder is no data file, and stays.
func TestStrangers(t *testing.T) {
	root := t.TempDir()
	d := mustOpen(t, root)
	stranger := filepath.Join(root, "data", "07", "lost+found")
	if err := os.WriteFile(stranger, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for id, err := range d.All() {
		t.Errorf("file %v, %v", id, err)
	}
	if has, err := datafile.Has(root); has || err != nil {
		t.Errorf("has files: %v, %v", has, err)
	}
	mustOpen(t, root)
	if _, err := os.Stat(stranger); err != nil {
		t.Error(err)
	}
}
