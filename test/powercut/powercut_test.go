package powercut

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"testing"

	"ecc/test/lab"
)

func TestMain(m *testing.M) { lab.Main(m) }

// mount mounts a disk at a folder of the test's own.
func mount(t *testing.T, d *Disk) string {
	t.Helper()
	lab.Require(t)
	at := t.TempDir()
	m, err := d.Mount(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return at
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// syncPath makes one file or folder durable.
func syncPath(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	must(t, f.Sync())
	must(t, f.Close())
}

// What is seen is what was written, whatever is durable.
func TestAFilesystem(t *testing.T) {
	at := mount(t, NewDisk())
	must(t, os.MkdirAll(filepath.Join(at, "a/b"), 0o700))
	data := bytes.Repeat([]byte("0123456789"), 1_000_00)
	must(t, os.WriteFile(filepath.Join(at, "a/b/f"), data, 0o600))
	must(t, os.Rename(filepath.Join(at, "a/b/f"), filepath.Join(at, "g")))
	f, err := os.OpenFile(filepath.Join(at, "g"), os.O_RDWR, 0)
	must(t, err)
	_, err = f.WriteAt([]byte("xyz"), 4095)
	must(t, err)
	must(t, f.Truncate(500_000))
	must(t, f.Truncate(500_010))
	must(t, f.Close())
	want := append(bytes.Clone(data[:500_000]), make([]byte, 10)...)
	copy(want[4095:], "xyz")
	if got, err := os.ReadFile(filepath.Join(at, "g")); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v; want %d", len(got), err, len(want))
	}
	if err := os.Remove(filepath.Join(at, "a")); err == nil {
		t.Error("a folder that is not empty was removed")
	}
	entries, err := os.ReadDir(at)
	if err != nil || len(entries) != 2 || entries[0].Name() != "a" || entries[1].Name() != "g" {
		t.Errorf("%v, %v", entries, err)
	}
	ln, err := net.Listen("unix", filepath.Join(at, "socket"))
	must(t, err)
	must(t, ln.Close()) // which takes its name away
	var names []string
	must(t, filepath.WalkDir(at, func(path string, _ fs.DirEntry, err error) error {
		names = append(names, path)
		return err
	}))
	if len(names) != 4 {
		t.Errorf("%q", names)
	}
}

// Each thing is durable by a sync of its own, and only by that.
func TestWhatIsLeft(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(t *testing.T, at string)
		want map[string]string // what is left; of an empty disk otherwise
	}{
		{"nothing synced", func(*testing.T, string) {}, map[string]string{}},
		{"the data, not the name", func(t *testing.T, at string) { syncPath(t, at+"/f") }, map[string]string{}},
		{"the name, not the data", func(t *testing.T, at string) { syncPath(t, at) }, map[string]string{"f": ""}},
		{"both", func(t *testing.T, at string) { syncPath(t, at+"/f"); syncPath(t, at) }, map[string]string{"f": "data"}},
		{"renamed, not synced", func(t *testing.T, at string) {
			syncPath(t, at+"/f")
			syncPath(t, at)
			must(t, os.Rename(at+"/f", at+"/g"))
		}, map[string]string{"f": "data"}},
		{"renamed and synced", func(t *testing.T, at string) {
			syncPath(t, at+"/f")
			must(t, os.Rename(at+"/f", at+"/g"))
			syncPath(t, at)
		}, map[string]string{"g": "data"}},
		{"overwritten, not synced", func(t *testing.T, at string) {
			syncPath(t, at+"/f")
			syncPath(t, at)
			must(t, os.WriteFile(at+"/f", []byte("longer data"), 0o600))
		}, map[string]string{"f": "data"}},
		{"removed, not synced", func(t *testing.T, at string) {
			syncPath(t, at+"/f")
			syncPath(t, at)
			must(t, os.Remove(at+"/f"))
		}, map[string]string{"f": "data"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := NewDisk()
			at := mount(t, d)
			must(t, os.WriteFile(at+"/f", []byte("data"), 0o600))
			c.do(t, at)
			left := mount(t, d.Cut(All, nil).Cut(All, nil)) // what is left once is left for good
			entries, err := os.ReadDir(left)
			if err != nil || len(entries) != len(c.want) {
				t.Errorf("%v, %v; want %v", entries, err, c.want)
			}
			for name, want := range c.want {
				if got, err := os.ReadFile(filepath.Join(left, name)); err != nil || string(got) != want {
					t.Errorf("%s: %q, %v; want %q", name, got, err, want)
				}
			}
		})
	}
}

// By chance more may be left, never less, and of each sector the one or the
// other state.
func TestTornWrites(t *testing.T) {
	d := NewDisk()
	at := mount(t, d)
	old, fresh := bytes.Repeat([]byte("o"), 5*block), bytes.Repeat([]byte("n"), 5*block)
	must(t, os.WriteFile(at+"/f", old, 0o600))
	must(t, os.WriteFile(at+"/safe", old, 0o600))
	for _, name := range []string{"/f", "/safe", ""} {
		syncPath(t, at+name)
	}
	f, err := os.OpenFile(at+"/f", os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(fresh, 0)
	must(t, err)
	must(t, f.Close())
	mixed := 0
	for seed := range uint64(20) {
		left := mount(t, d.Cut(Some, rand.New(rand.NewPCG(seed, 0))))
		got, err := os.ReadFile(left + "/f")
		if err != nil || len(got) != len(old) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
		for i := 0; i < len(got); i += sector {
			if s := got[i : i+sector]; !bytes.Equal(s, old[:sector]) && !bytes.Equal(s, fresh[:sector]) {
				t.Fatal("a sector is torn")
			}
		}
		if bytes.ContainsRune(got, 'o') && bytes.ContainsRune(got, 'n') {
			mixed++
		}
		if got, err := os.ReadFile(left + "/safe"); err != nil || !bytes.Equal(got, old) {
			t.Errorf("synced data: %d bytes, %v", len(got), err)
		}
	}
	if mixed < 10 {
		t.Errorf("%d of 20 cuts mixed old and new", mixed)
	}
	if _, err := os.Stat(at + "/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
