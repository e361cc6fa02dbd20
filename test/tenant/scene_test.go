package tenant_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ecc/test/process"
)

// cloud is a cloud in one process.
type cloud struct {
	*process.Server
	t *testing.T
}

// newCloud starts a cloud and waits until it is ready.
func newCloud(t *testing.T, args ...string) *cloud {
	t.Helper()
	dir, err := os.MkdirTemp(folder, "t") // short: there is a socket in it
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{process.New(t, binary, dir, append(append([]string{}, process.Simulated...), args...)...), t}
	c.Start()
	c.AwaitReady()
	return c
}

// wantClean compares records and hosts: nothing leaked, nothing is missing,
// and every node was asked.
func (c *cloud) wantClean() {
	c.t.Helper()
	process.Eventually(c.t, "the audit is clean", func() error {
		o := process.Command{Name: binary, Args: []string{"--data", c.Data, "audit"}, Env: process.Environment()}.Run(c.t)
		if o.Code != 0 || strings.Contains(o.Stdout, "not heard") {
			return fmt.Errorf("%+v", o)
		}
		return nil
	})
}

// wantHealthy stops the cloud, which must have gone through the day without a
// failure of its own.
func (c *cloud) wantHealthy() {
	c.t.Helper()
	c.Stop()
	log, err := os.ReadFile(c.Log)
	if err != nil {
		c.t.Fatal(err)
	}
	for line := range strings.Lines(string(log)) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "panic") {
			c.t.Errorf("the log says %s", line)
		}
	}
}

// home is an empty home folder for clients.
func home(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(folder, "h")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// script is the absolute path of a file in testdata.
func script(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// need finds Debian's program, whatever else is in the PATH. Without it, which
// make deps would have installed, the test is skipped and the summary of make
// test names it.
func need(t *testing.T, program string) string {
	t.Helper()
	path := "/usr/bin/" + program
	if _, err := os.Stat(path); err == nil {
		return path
	}
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("there is no %s: make deps installs it", program)
	}
	return path
}

// mustRun runs a command that must succeed, and returns what it printed.
func mustRun(t *testing.T, c process.Command) string {
	t.Helper()
	o := c.Run(t)
	if o.Code != 0 {
		t.Fatalf("%s %s: exit %d\n%.6000s\n%.6000s", filepath.Base(c.Name), strings.Join(c.Args, " "), o.Code, o.Stdout, o.Stderr)
	}
	return strings.TrimSpace(o.Stdout)
}
