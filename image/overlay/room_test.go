package overlay_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ecc/cloud"
	"ecc/image/overlay"
)

const envFull = "ECC_TEST_OVERLAY_FULL"

func TestMain(m *testing.M) {
	if dir := os.Getenv(envFull); dir != "" {
		fmt.Println(onFullDisk(dir))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// onFullDisk mounts a small filesystem, which is this process's own to see,
// and makes an overlay on it.
func onFullDisk(dir string) string {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		return err.Error()
	}
	base := filepath.Join(dir, "base")
	if err := os.WriteFile(base, make([]byte, 512), 0o400); err != nil {
		return err.Error()
	}
	err := overlay.Create(context.Background(), filepath.Join(dir, "disk"), base, mib, overlay.KeepOwner, overlay.Options{})
	files, _ := os.ReadDir(dir)
	return fmt.Sprint(errors.Is(err, cloud.Exhausted), len(files), err)
}

// TestNoRoom: a full disk is told as such, and nothing is left on it.
func TestNoRoom(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to mount a small filesystem")
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), envFull+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "true 1 ") {
		t.Errorf("%v: %s", err, out)
	}
}
