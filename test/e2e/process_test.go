package e2e

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ecc/test/lab"
)

// process is one ecc on one host. It can be ended and started again any
// number of times; its data folder stays.
type process struct {
	b      *bench
	host   *lab.Node
	name   string // for failures
	binary string
	data   string
	args   []string
	log    string // what it wrote, over all its lives
	disks  string // folder of the instances' disks

	cmd   *exec.Cmd
	ended chan struct{} // closed when this life is over
}

// newProcess prepares an ecc on a host with a data folder of its own.
func newProcess(b *bench, host *lab.Node, args ...string) *process {
	b.Helper()
	dir := folder(b)
	p := &process{b: b, host: host, name: host.Name, binary: binary(b, "e2e"),
		data: filepath.Join(dir, "data"), log: filepath.Join(dir, "log"),
		disks: filepath.Join(dir, "data", "instances"), args: args}
	t := b.T
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("ecc on %s said last:\n%s", p.name, p.lastWords())
			p.logConsoles(t)
		}
	})
	return p
}

// start starts the process. env is added to its environment.
func (p *process) start(env ...string) {
	p.b.Helper()
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		p.b.Fatal(err)
	}
	defer out.Close()
	fmt.Fprintf(out, "-- start %v\n", env)
	p.cmd = p.host.Command(p.binary, append([]string{"--data", p.data}, p.args...)...)
	p.cmd.Env = append(environment(), env...)
	p.cmd.Stdout, p.cmd.Stderr = out, out
	if err := p.cmd.Start(); err != nil {
		p.b.Fatalf("start ecc on %s: %v", p.name, err)
	}
	p.ended = make(chan struct{})
	go func(cmd *exec.Cmd, ended chan struct{}) {
		_ = cmd.Wait()
		close(ended)
	}(p.cmd, p.ended)
}

// environment is this process's own without what the lab has put there: ecc
// refuses settings that it does not know.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "ECC_") })
}

// kill ends the process as a crash does.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.ended
	p.cmd = nil
}

// stop asks the process to end and wants it to do so with code 0.
func (p *process) stop() {
	p.b.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.awaitEnd()
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.b.Errorf("ecc on %s ended with %d when it was asked to stop", p.name, code)
	}
	p.cmd = nil
}

// awaitEnd waits until the process has ended by itself.
func (p *process) awaitEnd() {
	p.b.Helper()
	select {
	case <-p.ended:
	case <-time.After(soon):
		p.b.Fatalf("ecc on %s does not end", p.name)
	}
}

// over tells whether the process has ended.
func (p *process) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// ecc runs a command of the same binary on the same host and data folder. An
// error holds what it wrote on standard error.
func (p *process) ecc(args ...string) (string, error) {
	cmd := p.host.Command(p.binary, append(args, "--data", p.data)...)
	cmd.Env = environment()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("ecc %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(string(out)), err
}

// mustECC is ecc for what must succeed.
func (p *process) mustECC(args ...string) string {
	p.b.Helper()
	out, err := p.ecc(args...)
	if err != nil {
		p.b.Fatal(err)
	}
	return out
}

// lastWords is the end of what the process wrote, without what the test asked
// over and over.
func (p *process) lastWords() string {
	lines := strings.Split(tail(p.log, 256<<10), "\n")
	lines = slices.DeleteFunc(lines, func(s string) bool {
		return strings.Contains(s, "action=GetConsoleOutput") || strings.Contains(s, "action=DescribeInstances")
	})
	return strings.Join(lines[max(0, len(lines)-60):], "\n")
}

// logConsoles shows the end of every console on the host.
func (p *process) logConsoles(tb testing.TB) {
	files, err := filepath.Glob(filepath.Join(p.disks, "*", "console.log"))
	if err != nil {
		tb.Log(err)
	}
	for _, f := range files {
		tb.Logf("console %s ended with:\n%s", f, tail(f, 2<<10))
	}
}

// copyFile copies a file, for a binary that is to be replaced.
func copyFile(tb testing.TB, from, to string) {
	tb.Helper()
	src, err := os.Open(from)
	if err != nil {
		tb.Fatal(err)
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if err != nil {
		tb.Fatal(err)
	}
	_, err = io.Copy(dst, src)
	if err = errors.Join(err, dst.Close()); err != nil {
		tb.Fatal(err)
	}
}
