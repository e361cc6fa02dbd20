package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"ecc/internal/atomicfile"
)

func TestWriteReplaces(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := atomicfile.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "state")
	for _, want := range []string{"one", "two, longer", ""} {
		if err := atomicfile.Write(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("read %q, %v; want %q", got, err, want)
		}
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("folder holds %v, want the file alone", names)
	}
}

func TestWritePermissionsIgnoreUmask(t *testing.T) {
	for _, perm := range []os.FileMode{0o600, 0o644, 0o666} {
		path := filepath.Join(t.TempDir(), "f")
		if err := atomicfile.Write(path, []byte("x"), perm); err != nil {
			t.Fatal(err)
		}
		if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != perm {
			t.Errorf("mode %v, %v; want %v", fi.Mode(), err, perm)
		}
	}
}

func TestWriteNeedsFolder(t *testing.T) {
	if err := atomicfile.Write(filepath.Join(t.TempDir(), "none", "f"), nil, 0o600); err == nil {
		t.Error("wrote into a folder that does not exist")
	}
}

func TestMkdirAllOverFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.MkdirAll(filepath.Join(path, "d"), 0o700); err == nil {
		t.Error("made a folder below a file")
	}
}
