package reserve

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestPlace fills a small file system to the last byte and gets the place back.
func TestPlace(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to mount a small file system")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, 0) })
	p, err := Take(filepath.Join(dir, "reserve"), 1<<30)
	if err != nil || p.Spent() {
		t.Fatalf("spent at once: %v, %v", p, err)
	}
	if p.size != 8<<20/share {
		t.Errorf("%d bytes of a file system of 8 MiB", p.size)
	}
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 16<<20), 0o600); !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
	small := filepath.Join(dir, "small")
	if err := os.WriteFile(small, bytes.Repeat([]byte("x"), 4096), 0o600); !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("not full: %v", err)
	}
	if p.Retake(); p.Spent() {
		t.Error("gone without being spent")
	}
	if !p.Spend() || p.Spend() || !p.Spent() || p.Retake() {
		t.Error("must be spent once, and not retaken while the disk is full")
	}
	if err := os.WriteFile(small, bytes.Repeat([]byte("x"), 4096), 0o600); err != nil {
		t.Errorf("nothing was given back: %v", err)
	}
	if again, err := Take(filepath.Join(dir, "reserve"), 1<<30); err != nil || !again.Spent() {
		t.Errorf("taken on a full disk: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if !p.Retake() || p.Spent() {
		t.Error("not retaken")
	}
}
