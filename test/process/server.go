package process

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is one ecc. It can be ended and started again any number of times;
// its data folder and ports stay.
type Server struct {
	Binary string
	Data   string              // its data folder
	Log    string              // file of what it wrote, over all its lives
	Port   int                 // of the tenants' endpoint; the edge has the next, admin the one after
	Args   []string            // beside data and ports
	User   *syscall.Credential // as whom it runs; nil is this one

	tb    testing.TB
	cmd   *exec.Cmd
	ended chan struct{} // closed when this life is over
}

// Simulated are the arguments of a whole cloud in one process whose guests
// boot at once.
var Simulated = []string{"--roles", "all", "--hypervisor", "sim", "--set", "sim.boot_time=50ms"}

// New prepares an ecc whose files are in dir. It ends with the test, and its
// log is shown when the test failed.
func New(tb testing.TB, binary, dir string, args ...string) *Server {
	tb.Helper()
	s := &Server{tb: tb, Binary: binary, Data: filepath.Join(dir, "data"), Log: filepath.Join(dir, "log"), Port: FreePorts(tb), Args: args}
	tb.Cleanup(func() {
		s.Kill()
		if tb.Failed() {
			tb.Logf("ecc %s said last:\n%s", strings.Join(args, " "), Tail(s.Log, 4<<10))
		}
	})
	return s
}

// Listen is the host:port of the tenants' endpoint.
func (s *Server) Listen() string { return Local(s.Port) }

// Endpoint is the URL of the tenants' endpoint.
func (s *Server) Endpoint() string { return "http://" + s.Listen() }

// Edge is the host:port that other hosts of the cloud join at.
func (s *Server) Edge() string { return Local(s.Port + 1) }

// Admin is the host:port of health and metrics.
func (s *Server) Admin() string { return Local(s.Port + 2) }

// Start starts the process. env is added to its environment.
func (s *Server) Start(env ...string) {
	s.tb.Helper()
	out, err := os.OpenFile(s.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		s.tb.Fatal(err)
	}
	defer out.Close()
	fmt.Fprintf(out, "-- start %v\n", env)
	s.cmd = exec.Command(s.Binary, append([]string{"--data", s.Data, "--listen", s.Listen(), "--set", "admin.listen=" + s.Admin()}, s.Args...)...)
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = Environment(env...), out, out
	// A test binary that dies takes its processes along.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.User, Pdeathsig: syscall.SIGKILL}
	if s.ended, err = launch(s.cmd); err != nil {
		s.tb.Fatalf("start ecc: %v", err)
	}
}

// launch starts cmd and returns what is closed when it has ended.
func launch(cmd *exec.Cmd) (chan struct{}, error) {
	started := make(chan error)
	ended := make(chan struct{})
	go func() {
		runtime.LockOSThread() // the signal of a parent's death is tied to the thread
		started <- cmd.Start()
		_ = cmd.Wait()
		close(ended)
	}()
	return ended, <-started
}

// Environment is this process's own without settings of ecc and clients.
func Environment(more ...string) []string {
	own := slices.DeleteFunc(os.Environ(), func(s string) bool {
		return strings.HasPrefix(s, "ECC_") || strings.HasPrefix(s, "AWS_") || strings.Contains(strings.ToLower(s), "_proxy=")
	})
	return append(own, more...)
}

// Signal sends a signal to the process.
func (s *Server) Signal(sig os.Signal) { _ = s.cmd.Process.Signal(sig) }

// Kill ends the process as a crash does; it may have ended before.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	<-s.ended
	s.cmd = nil
}

// Stop asks the process to end and wants it to do so with code 0.
func (s *Server) Stop() {
	s.tb.Helper()
	s.Signal(syscall.SIGTERM)
	if code := s.AwaitEnd(); code != 0 {
		s.tb.Errorf("ecc ended with %d when it was asked to stop", code)
	}
}

// AwaitEnd waits until the process has ended by itself and returns its code,
// -1 when a signal ended it.
func (s *Server) AwaitEnd() int {
	s.tb.Helper()
	select {
	case <-s.ended:
	case <-time.After(Patience):
		s.tb.Fatalf("ecc does not end")
	}
	code := s.cmd.ProcessState.ExitCode()
	s.cmd = nil
	return code
}

// Over tells whether the process has ended.
func (s *Server) Over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// Health is the answer of /_/health.
type Health struct {
	Status string            // ok, or what is wrong
	Roles  map[string]string // each role's, by its name
}

// Health asks the admin listener, which every process has here.
func (s *Server) Health() (Health, error) {
	var h Health
	resp, err := Client().Get("http://" + s.Admin() + "/_/health")
	if err != nil {
		return h, err
	}
	defer resp.Body.Close()
	return h, json.NewDecoder(resp.Body).Decode(&h)
}

// Client makes an HTTP client whose connections do not outlive its requests.
func Client() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: Patience}, Timeout: Patience}
}

// AwaitReady waits until every role of the process is ready.
func (s *Server) AwaitReady() {
	s.tb.Helper()
	Eventually(s.tb, "ecc is ready", func() error {
		if s.Over() {
			s.tb.Fatalf("ecc ended instead of getting ready:\n%s", Tail(s.Log, 2<<10))
		}
		h, err := s.Health()
		if err == nil && h.Status != "ok" {
			err = fmt.Errorf("%+v", h)
		}
		return err
	})
}
