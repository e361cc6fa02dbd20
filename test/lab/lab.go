// Package lab gives tests real hosts: network namespaces, private mounts,
// libvirtd and QEMU, all inside namespaces of the test binary's own, so that
// nothing of them is left when it ends, however it ends.
//
// A package whose tests need it has
//
//	func TestMain(m *testing.M) { lab.Main(m) }
//
// and calls StartNode, Single or Require in the tests. Main starts the test
// binary once more in new mount, network, PID, IPC and UTS namespaces, below a
// PID 1 that collects orphans; the kernel ends and removes everything in them
// with that PID 1, and that PID 1 dies with the outer process.
//
//	go test ── outer: waits, forwards signals
//	             └─ PID 1 (internal/reap): private mounts, /proc, /sys, /run
//	                  ├─ the tests
//	                  ├─ holder of node n1's namespaces ─ veth ─ bridge "under"
//	                  ├─ libvirtd, virtlogd of n1
//	                  └─ QEMUs of n1 (orphans of libvirtd)
//
// It needs root. Without root tests that ask for a node fail and say so; with
// -short they are skipped and say so. Only tests import it.
package lab

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"testing"
)

// stepEnv tells a re-executed test binary which part it plays.
const stepEnv = "ECC_LAB_STEP"

const (
	stepInit   = "init"   // PID 1 of the namespaces
	stepInside = "inside" // the tests
	stepNode   = "node"   // holder of a node's namespaces
)

// Main runs the tests of m inside the lab and exits with their code. With
// -short or without root it runs them where it is: then those that need the
// lab skip or fail with the reason.
func Main(m *testing.M) { Run(m.Run) }

// Run is Main for a package that has more to do around its tests: tests is
// called where they run, and returns their code.
func Run(tests func() int) {
	switch os.Getenv(stepEnv) {
	case stepInit:
		os.Exit(report(runInit()))
	case stepNode:
		os.Exit(report(runHolder()))
	case stepInside:
		os.Exit(tests())
	}
	flag.Parse()
	if testing.Short() || os.Geteuid() != 0 {
		os.Exit(tests())
	}
	os.Exit(report(runOuter()))
}

// Require makes the test fail, or with -short be skipped, unless it runs
// inside the lab.
func Require(tb testing.TB) {
	tb.Helper()
	switch {
	case os.Getenv(stepEnv) == stepInside:
	case testing.Short():
		tb.Skip("lab: skipped because of -short: this test starts real libvirt, QEMU or network namespaces")
	case os.Geteuid() != 0:
		tb.Fatal("lab: this test makes namespaces and starts libvirt and needs root: run it as root, or with -short to leave it out")
	default:
		tb.Fatal("lab: the package lacks `func TestMain(m *testing.M) { lab.Main(m) }`")
	}
}

func report(code int, err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		return 1
	}
	return code
}

// runOuter starts PID 1 of the namespaces and waits for it. Temporary files
// of the tests are in a folder removed here, because a killed test removes
// nothing.
func runOuter() (int, error) {
	tmp, err := os.MkdirTemp("", "ecc-lab-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(tmp)
	// QEMU may run as another user and must get through.
	if err := os.Chmod(tmp, 0o755); err != nil {
		return 0, err
	}
	// Pdeathsig is sent when the thread that started the child ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), stepEnv+"="+stepInit, "TMPDIR="+tmp)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID |
			syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
		Pdeathsig: syscall.SIGKILL,
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("make the lab's namespaces: %w", err)
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s)
		}
	}()
	return exitCode(cmd.Wait())
}

func exitCode(err error) (int, error) {
	var ee *exec.ExitError
	if errors.As(err, &ee) && ee.ExitCode() >= 0 {
		return ee.ExitCode(), nil
	}
	return 0, err
}
