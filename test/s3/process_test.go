package s3_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is one ecc with the roles clc and walrus. It can be ended and started
// again any number of times; its data folder and ports stay.
type process struct {
	tb    testing.TB
	data  string
	port  int // of the tenants' endpoint; the edge has the next, admin the one after
	args  []string
	log   string // file of what it wrote, over all its lives
	cmd   *exec.Cmd
	ended chan struct{} // closed when this life is over
}

// patience bounds every wait. It is long because the build machine is busy;
// nothing is measured.
const patience = 60 * time.Second

// newProcess prepares an ecc. It ends with the test, and its log is shown when
// the test failed.
func newProcess(tb testing.TB, args ...string) *process {
	tb.Helper()
	dir := tempDir(tb)
	p := &process{tb: tb, data: filepath.Join(dir, "data"), log: filepath.Join(dir, "log"), port: freePorts(tb),
		args: append([]string{"--roles", "clc,walrus", "--hypervisor", "sim"}, args...)}
	tb.Cleanup(func() {
		p.kill()
		if tb.Failed() {
			tb.Logf("ecc %s said last:\n%s", strings.Join(args, " "), tail(p.log, 8<<10))
		}
	})
	return p
}

// newServer starts an ecc and waits until it is ready.
func newServer(tb testing.TB, args ...string) *process {
	tb.Helper()
	p := newProcess(tb, args...)
	p.start()
	p.awaitReady()
	return p
}

// tempDir is t.TempDir inside folder, and small in name.
func tempDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp(folder, "t")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	return dir
}

var taken = struct {
	sync.Mutex
	ports map[int]bool
}{ports: map[int]bool{}}

// freePorts finds three ports in a row that nobody listens on. They are below
// those that the kernel gives to outgoing connections, so that they are still
// free when a process starts again.
func freePorts(tb testing.TB) int {
	tb.Helper()
	taken.Lock()
	defer taken.Unlock()
	for range 1000 {
		port := 15000 + 3*rand.IntN(1600)
		if taken.ports[port] || !free(port) || !free(port+1) || !free(port+2) {
			continue
		}
		taken.ports[port] = true
		return port
	}
	tb.Fatal("no free ports")
	return 0
}

func free(port int) bool {
	ln, err := net.Listen("tcp", local(port))
	if err != nil {
		return false
	}
	return ln.Close() == nil
}

func local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

func (p *process) listen() string   { return local(p.port) }
func (p *process) endpoint() string { return "http://" + p.listen() }
func (p *process) admin() string    { return local(p.port + 2) }

// start starts the process. env is added to its environment.
func (p *process) start(env ...string) {
	p.tb.Helper()
	p.startUnder(nil, env...)
}

// startUnder starts the process below another program, given with its
// arguments.
func (p *process) startUnder(program []string, env ...string) {
	p.tb.Helper()
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		p.tb.Fatal(err)
	}
	defer out.Close()
	fmt.Fprintf(out, "-- start %v\n", env)
	words := append(slices.Clone(program), binary, "--data", p.data, "--listen", p.listen(), "--set", "admin.listen="+p.admin())
	words = append(words, p.args...)
	p.cmd = exec.Command(words[0], words[1:]...)
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = environment(env...), out, out
	// A test binary that dies takes its processes along.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	ended := make(chan struct{})
	go func(cmd *exec.Cmd) {
		runtime.LockOSThread() // the signal is tied to the thread
		started <- cmd.Start()
		_ = cmd.Wait()
		close(ended)
	}(p.cmd)
	if err := <-started; err != nil {
		p.tb.Fatalf("start ecc: %v", err)
	}
	p.ended = ended
}

// environment is this process's own without settings of ecc and clients.
func environment(more ...string) []string {
	own := slices.DeleteFunc(os.Environ(), func(s string) bool {
		return strings.HasPrefix(s, "ECC_") || strings.HasPrefix(s, "AWS_") || strings.Contains(strings.ToLower(s), "_proxy=")
	})
	return append(own, more...)
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

// crash ends the process as a crash does; that it has ended is for others to see.
func (p *process) crash() { _ = p.cmd.Process.Kill() }

// stop asks the process to end and wants it to do so with code 0.
func (p *process) stop() {
	p.tb.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if code := p.awaitEnd(); code != 0 {
		p.tb.Errorf("ecc ended with %d when it was asked to stop", code)
	}
}

// awaitEnd waits until the process has ended by itself and returns its code,
// -1 when a signal ended it.
func (p *process) awaitEnd() int {
	p.tb.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.tb.Fatalf("ecc does not end")
	}
	code := p.cmd.ProcessState.ExitCode()
	p.cmd = nil
	return code
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

// client is for looks from aside; its connections do not outlive a request.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}

// awaitReady waits until every role of the process is ready.
func (p *process) awaitReady() {
	p.tb.Helper()
	eventually(p.tb, "ecc is ready", func() error {
		if p.over() {
			p.tb.Fatalf("ecc ended instead of getting ready:\n%s", tail(p.log, 2<<10))
		}
		resp, err := client.Get("http://" + p.admin() + "/_/health")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		var h struct{ Status string }
		if err := json.NewDecoder(resp.Body).Decode(&h); err != nil || h.Status != "ok" {
			return fmt.Errorf("%+v, %w", h, err)
		}
		return nil
	})
}

// tail is the end of a file.
func tail(name string, n int) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(b[max(0, len(b)-n):]))
}

// eventually waits until f returns nil.
func eventually(tb testing.TB, what string, f func() error) {
	tb.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			tb.Fatalf("not so after %s: %s: %v", patience, what, err)
		}
		time.Sleep(10 * time.Millisecond) // between looks at a level
	}
}
