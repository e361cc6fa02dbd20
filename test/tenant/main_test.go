// Package tenant_test is a tenant's day by the clients tenants have, those
// that Debian packages: the aws CLI (and version 1, where there is one), boto3,
// Ansible, s3cmd and old signers, against the real executable over simulated
// guests. A client that needs a special case has found a bug in ecc.
//
// What single actions answer is tested beside them; here is what clients do
// with the answers, one after the other.
package tenant_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"ecc/test/process"
)

// folder is everything these tests write; binary is the executable under test.
var folder, binary string

func TestMain(m *testing.M) {
	// All clients at once: each waits now and then.
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err) // there is no such flag any more
	}
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if folder, err = os.MkdirTemp("", "ecc-tenant-"); err == nil {
		defer os.RemoveAll(folder)
		binary = filepath.Join(folder, "ecc")
		err = process.Build("../..", binary, "v0.0.0-tenant-test")
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
	return code
}
