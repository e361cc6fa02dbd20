// Package e2e runs the whole of ecc as people do: the real binary, real
// libvirtd, QEMU and guests, the AWS SDK and the aws CLI, on hosts that are
// network and mount namespaces of the lab (package test/lab).
//
//	bench   one cloud: its head, its accounts, its nodes
//	process one ecc on one host, which can be killed and started again
//	tenant  an account's clients
//	machine an instance, its console and the way into its guest
//
// A test waits for what can be seen from outside, with a bound, and what it
// has seen last is in the failure. Guests that need a userland are those of
// test/guest; where it is enough that something boots, the disk is a boot
// sector (boot), up in a fraction of a second.
//
// It needs root and some minutes; -short skips it.
package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"ecc/test/lab"
)

func TestMain(m *testing.M) { lab.Main(m) }

// builds are the binaries of this run, by the version they name. The lab
// removes its temporary folder when it ends.
var builds struct {
	sync.Mutex
	paths map[string]string
}

// binary builds ecc, static as it is shipped, and returns its path.
func binary(tb testing.TB, version string) string {
	tb.Helper()
	lab.Require(tb)
	builds.Lock()
	defer builds.Unlock()
	if path, ok := builds.paths[version]; ok {
		return path
	}
	path := filepath.Join(os.TempDir(), "ecc-"+version)
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X main.buildVersion="+version, "-o", path, "../..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("build ecc: %v\n%s", err, out)
	}
	if builds.paths == nil {
		builds.paths = map[string]string{}
	}
	builds.paths[version] = path
	return path
}

// folder is like tb.TempDir, but others may pass through it: QEMU does not run
// as root.
func folder(tb testing.TB) string {
	tb.Helper()
	lab.Require(tb)
	dir, err := os.MkdirTemp("", "e2e-")
	if err == nil {
		tb.Cleanup(func() {
			if err := os.RemoveAll(dir); err != nil {
				tb.Errorf("clean up: %v", err)
			}
		})
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return dir
}

// tail returns the last bytes of a file, or why there are none.
func tail(path string, n int64) string {
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err.Error()
	}
	buf := make([]byte, min(n, st.Size()))
	k, err := f.ReadAt(buf, st.Size()-int64(len(buf)))
	return string(buf[:k]) + errText(err)
}

func errText(err error) string {
	if err == nil || errors.Is(err, os.ErrClosed) {
		return ""
	}
	return "(" + err.Error() + ")"
}
