// Package s3_test is the proof that walrus is S3: one table of what every
// operation must answer, played through three clients against the real binary;
// the aws CLI and s3cmd as people use them; and what is left after crashes,
// failing disks and power cuts.
//
// What is inside walrus is tested beside it, in roles/walrus. The table is for
// what a client can see; whoever adds an operation adds its rows here.
package s3_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"ecc/test/lab"
)

// root is the module's folder, seen from this one.
const root = "../.."

// folder is everything these tests write; binary is the executable under test,
// built by them unless another one is given.
var (
	folder string
	binary string
	given  = flag.String("binary", "", "test this executable instead of building one")
)

func TestMain(m *testing.M) {
	// The rows wait for the disk more than they work.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err) // there is no such flag any more
	}
	lab.Run(func() int { return run(m) })
}

// run runs the tests in the lab, where mounts are nobody else's, or with
// -short or without root where it is.
func run(m *testing.M) int {
	flag.Parse()
	var err error
	if folder, err = os.MkdirTemp("", "ecc-s3-"); err == nil {
		defer os.RemoveAll(folder)
		if binary = *given; binary == "" {
			binary = filepath.Join(folder, "ecc")
			err = build(binary)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	plain.CloseIdleConnections()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	return code
}

// build makes the binary as "make build" does.
func build(to string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", to, ".")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the binary: %w\n%s", err, out)
	}
	return nil
}
