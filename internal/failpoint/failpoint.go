// Package failpoint names the places where a process may die or an operation
// may fail, so that tests can make it happen there: always compiled, off
// unless armed, one atomic load when off.
//
// Any package may call Hit. Only package main and package roles may call Arm
// with what the environment (ECC_FAILPOINTS) says; tests use Enable. It is not
// for injecting behaviour: a point can kill, fail or delay, nothing else.
//
// The points are the one piece of state ecc keeps per process: a point is
// where the program text is, not where an object is. Tests that use them must
// therefore not run in parallel with others of the same binary.
//
// A specification is a list of name=action separated by ";". The actions:
//
//	kill          the process ends as with kill -9
//	error(text)   Hit returns an error with that text
//	sleep(10ms)   Hit returns after a while
//	pass          Hit is only noted, see Names
//
// "2*error(text)", or "error(text)*2", acts on the first two hits only.
// "kill@/path" acts only while that file exists, so that a test can let the
// process start first. So, for example:
// run.3=kill;nc.overlay=error(no space)*1;x=sleep(200ms)
package failpoint

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var (
	on    atomic.Bool // anything was armed in this process and not taken back
	state = struct {
		sync.Mutex
		armed map[string]*action
		hit   map[string]bool
	}{armed: map[string]*action{}, hit: map[string]bool{}}
)

// Hit is where the program says "here it could stop". It returns nil unless
// the point was armed with an error, which the caller treats as the failure
// of the step that the point stands for.
func Hit(name string) error {
	if !on.Load() {
		return nil
	}
	return take(name).run(name)
}

// take notes the hit and returns what to do, nil for nothing.
func take(name string) *action {
	state.Lock()
	defer state.Unlock()
	state.hit[name] = true
	a := state.armed[name]
	if a == nil || a.left == 0 || !a.released() {
		return nil
	}
	if a.left > 0 {
		a.left--
	}
	return a
}

// released reports whether the file that the action waits for exists.
func (a *action) released() bool {
	if a.gate == "" {
		return true
	}
	_, err := os.Stat(a.gate)
	return err == nil
}

func (a *action) run(name string) error {
	if a == nil {
		return nil
	}
	switch a.verb {
	case verbKill:
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // nothing more happens while the signal is on its way
	case verbError:
		return fmt.Errorf("failpoint %s: %s", name, a.text)
	case verbSleep:
		time.Sleep(a.pause)
	}
	return nil
}

// Arm adds the points of a specification (see the package comment) to those
// already armed. An empty one changes nothing; of a wrong one nothing is armed.
func Arm(spec string) error {
	armed := map[string]*action{}
	for part := range strings.SplitSeq(spec, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, text, ok := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return fmt.Errorf("failpoint %q: want name=action", part)
		}
		a, err := parse(strings.TrimSpace(text))
		if err != nil {
			return fmt.Errorf("failpoint %s: %w", name, err)
		}
		armed[name] = a
	}
	if len(armed) == 0 {
		return nil
	}
	state.Lock()
	defer state.Unlock()
	maps.Copy(state.armed, armed)
	on.Store(true)
	return nil
}

// TB is what Enable needs of a testing.TB.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Enable arms one point for the rest of a test.
func Enable(tb TB, name, action string) {
	tb.Helper()
	if err := Arm(name + "=" + action); err != nil {
		tb.Fatalf("%v", err)
	}
	tb.Cleanup(func() { disarm(name) })
}

func disarm(name string) {
	state.Lock()
	defer state.Unlock()
	delete(state.armed, name)
	if len(state.armed) == 0 {
		on.Store(false)
		clear(state.hit)
	}
}

// Names lists, sorted, the points hit while any point was armed. A test that
// must visit every point of an operation runs it once with any point armed as
// "pass" and reads them here.
func Names() []string {
	state.Lock()
	defer state.Unlock()
	return slices.Sorted(maps.Keys(state.hit))
}
