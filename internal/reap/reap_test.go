package reap

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary is its own reaper process when this variable is set.
const asReaper = "ECC_TEST_REAP"

func TestMain(m *testing.M) {
	if os.Getenv(asReaper) == "" {
		os.Exit(m.Run())
	}
	_ = os.Unsetenv(asReaper)
	code, err := Run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 120
	}
	os.Exit(code)
}

func reaper(t *testing.T, argv ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], argv...)
	cmd.Env = append(os.Environ(), asReaper+"=1")
	cmd.Stderr = os.Stderr
	return cmd
}

func TestExitCodeIsTheChilds(t *testing.T) {
	for _, c := range []struct {
		name string
		argv []string
		want int
	}{
		{"success", []string{"true"}, 0},
		{"its own code", []string{"sh", "-c", "exit 7"}, 7},
		{"a signal", []string{"sh", "-c", "kill -9 $$"}, 137},
		{"not found", []string{"/does/not/exist"}, 120},
		{"nothing to run", nil, 120},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := reaper(t, c.argv...)
			var ee *exec.ExitError
			if err := cmd.Run(); err != nil && !errors.As(err, &ee) {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != c.want {
				t.Errorf("exit code %d, want %d", got, c.want)
			}
		})
	}
}

func TestSignalsReachTheChild(t *testing.T) {
	cmd := reaper(t, "sh", "-c", `trap 'echo got TERM; exit 3' TERM; echo ready; while :; do sleep 0.05; done`)
	out := lines(t, cmd)
	want(t, out, "ready")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	want(t, out, "got TERM")
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != 3 {
		t.Errorf("exit code %d, want 3", got)
	}
}

// An orphan must be collected while the child goes on running: that is what
// the package is for.
func TestOrphansAreCollected(t *testing.T) {
	cmd := reaper(t, "sh", "-c", `sh -c 'sleep 0.1 & echo $!'; read x`)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out := lines(t, cmd)
	pid, err := strconv.Atoi(out())
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("orphan %d was never collected: %s", pid, stat)
		}
	}
	_ = in.Close()
	_ = cmd.Wait()
}

func lines(t *testing.T, cmd *exec.Cmd) func() string {
	t.Helper()
	p, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(p)
	return func() string {
		s, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("the child said no more: %v", err)
		}
		return strings.TrimSpace(s)
	}
}

func want(t *testing.T, next func() string, s string) {
	t.Helper()
	if got := next(); got != s {
		t.Fatalf("the child said %q, want %q", got, s)
	}
}
