package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ecc/cloud"
)

// TestAFullDiskIsSurvived fills a small filesystem. Updates must fail without
// a trace, reading, changing and deleting must go on, and everything once there
// is room again.
func TestAFullDiskIsSurvived(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to mount a small filesystem")
	}
	dir := t.TempDir()
	must0(t, unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"))
	t.Cleanup(func() { must0(t, unix.Unmount(dir, 0)) })
	s := mustOpen(t, filepath.Join(dir, "ecc.db"), Options{Fatal: func(err error) { t.Errorf("fatal: %v", err) }})
	id := func(n int) string { return fmt.Sprintf("i-%05d", n) }
	n, err := 0, error(nil)
	for ; n < 10000 && err == nil; n++ {
		err = s.Update(t.Context(), func(tx *Tx) error {
			return tx.Instances().Put(cloud.Instance{ID: cloud.InstanceID(id(n)), UserData: strings.Repeat("x", 500)})
		})
	}
	if !errors.Is(err, cloud.Unavailable) || !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("update %d on a full disk: %v", n, err)
	}
	n--                 // the last one failed
	for i := range 20 { // what ends instances goes on, far longer than the free pages of the file last
		mustUpdate(t, s, func(tx *Tx) error {
			return tx.Instances().Put(cloud.Instance{ID: cloud.InstanceID(id(i)), UserData: strings.Repeat("y", 500)})
		})
	}
	mustCheck(t, s)
	if got := s.Stats().Records[KindInstance]; got != n {
		t.Errorf("%d instances, want %d", got, n)
	}
	for i := range n / 2 {
		mustUpdate(t, s, func(tx *Tx) error { return tx.Instances().Delete(cloud.InstanceID(id(i))) })
	}
	if err := s.Update(t.Context(), putInstance("i-more")); !errors.Is(err, cloud.Unavailable) {
		t.Errorf("a record more while the disk is full: %v", err)
	}
	must0(t, unix.Mount("", dir, "", unix.MS_REMOUNT, "size=8m"))
	mustUpdate(t, s, putInstance("i-again"))
	mustCheck(t, s)
}
