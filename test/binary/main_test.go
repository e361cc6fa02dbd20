// Package binary_test drives the real executable from outside, as its users
// do: processes, signals, the command line, and the aws CLI, SDKs and s3cmd as
// clients. Everything is simulated below the API, so it needs neither root nor
// guests; those are in test/e2e.
package binary_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

// root is the module's folder, seen from this one.
const root = "../.."

// binary is the executable under test, and folder is everything these tests
// write. Every user may read both: one test runs as nobody.
var binary, folder string

func TestMain(m *testing.M) {
	// They wait more than they work.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err) // there is no such flag any more
	}
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if folder, err = os.MkdirTemp("", "ecc-binary-"); err == nil {
		defer os.RemoveAll(folder)
		err = os.Chmod(folder, 0o755)
	}
	if err == nil {
		binary = filepath.Join(folder, "ecc")
		err = build(binary)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	for _, pid := range running() {
		fmt.Fprintf(os.Stderr, "process %d of %s is left\n", pid, binary)
		code = max(code, 1)
	}
	return code
}

// build makes the binary as "make build" does.
func build(to string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X main.buildVersion="+testVersion, "-o", to, ".")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the binary: %w\n%s", err, out)
	}
	return nil
}

const testVersion = "v0.0.0-binary-test"

// running lists the processes that run the binary.
func running() []int {
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	var pids []int
	for _, l := range links {
		target, err := os.Readlink(l)
		if err != nil || target != binary {
			continue // gone meanwhile, or another user's
		}
		var pid int
		if _, err := fmt.Sscanf(l, "/proc/%d/exe", &pid); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
