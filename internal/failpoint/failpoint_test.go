package failpoint

import (
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// childSpec, when set, makes TestMain behave as a process that was armed from
// its environment.
const childSpec = "FAILPOINT_TEST_SPEC"

func TestMain(m *testing.M) {
	if spec := os.Getenv(childSpec); spec != "" {
		if err := Arm(spec); err != nil {
			os.Exit(3)
		}
		if err := Hit("here"); err != nil {
			os.Exit(4)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestKillEndsTheProcess(t *testing.T) {
	for _, c := range []struct {
		spec string
		code int // -1: by SIGKILL
	}{
		{"here=kill", -1},
		{"elsewhere=kill", 0},
		{"here=error(x)", 4},
		{"here=0*kill", 0},
		{"here=explode", 3},
	} {
		t.Run(c.spec, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), childSpec+"="+c.spec)
			err := cmd.Run()
			if c.code >= 0 {
				if got := cmd.ProcessState.ExitCode(); got != c.code {
					t.Fatalf("exit code %d (%v), want %d", got, err, c.code)
				}
				return
			}
			ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if !ok || !ws.Signaled() || ws.Signal() != syscall.SIGKILL {
				t.Fatalf("ended with %v, want SIGKILL", cmd.ProcessState)
			}
		})
	}
}

func TestOffReturnsNilAndNotesNothing(t *testing.T) {
	if err := Hit("quiet"); err != nil {
		t.Fatal(err)
	}
	if n := Names(); len(n) != 0 {
		t.Fatalf("names %v", n)
	}
}

func TestErrorActsAsOftenAsCounted(t *testing.T) {
	for _, c := range []struct {
		action string
		want   []bool
	}{
		{"error(no space)", []bool{true, true, true}},
		{"1*error(no space)", []bool{true, false, false}},
		{"error(no space)*2", []bool{true, true, false}},
		{"pass", []bool{false, false, false}},
	} {
		t.Run(c.action, func(t *testing.T) {
			Enable(t, "p", c.action)
			for i, want := range c.want {
				err := Hit("p")
				if (err != nil) != want {
					t.Errorf("hit %d: %v", i+1, err)
				}
				if err != nil && err.Error() != "failpoint p: no space" {
					t.Errorf("text %q", err)
				}
			}
		})
	}
	if err := Hit("p"); err != nil {
		t.Errorf("still armed after its test: %v", err)
	}
}

func TestActsWhileItsFileExists(t *testing.T) {
	gate := t.TempDir() + "/gate"
	Enable(t, "p", "error(x@/y)@"+gate)
	steps := []struct {
		change func() error
		want   bool
	}{
		{func() error { return nil }, false},
		{func() error { return os.WriteFile(gate, nil, 0o600) }, true},
		{func() error { return os.Remove(gate) }, false},
	}
	for i, s := range steps {
		if err := s.change(); err != nil {
			t.Fatal(err)
		}
		if err := Hit("p"); (err != nil) != s.want {
			t.Errorf("step %d: %v", i, err)
		}
	}
}

func TestSleepTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		Enable(t, "slow", "sleep(200ms)")
		start := time.Now()
		if err := Hit("slow"); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d != 200*time.Millisecond {
			t.Fatalf("slept %v", d)
		}
	})
}

func TestNamesListsWhatWasHitWhileArmed(t *testing.T) {
	Enable(t, "any", "pass")
	for _, n := range []string{"b", "a", "b"} {
		if err := Hit(n); err != nil {
			t.Fatal(err)
		}
	}
	if got := Names(); !slices.Equal(got, []string{"a", "b"}) {
		t.Fatalf("names %v", got)
	}
}

func TestArmRefusesAWrongSpecWhole(t *testing.T) {
	for _, spec := range []string{
		"x", "=kill", "x=", "x=boom", "x=sleep", "x=sleep(soon)", "x=sleep(-1s)", "x=kill(9)",
		"x=2*kill*3", "y=error(a);x=boom",
	} {
		if err := Arm(spec); err == nil {
			t.Errorf("%q was accepted", spec)
		}
	}
	if on.Load() {
		t.Error("something is armed")
	}
	if err := Arm(" ; "); err != nil || on.Load() {
		t.Errorf("an empty spec: %v, on %v", err, on.Load())
	}
}

func TestEnableFailsTheTestOnAWrongAction(t *testing.T) {
	tb := &recorder{}
	Enable(tb, "x", "boom")
	if !tb.failed {
		t.Fatal("accepted")
	}
}

type recorder struct{ failed bool }

func (*recorder) Helper()                 {}
func (*recorder) Cleanup(func())          {}
func (r *recorder) Fatalf(string, ...any) { r.failed = true }

func FuzzParse(f *testing.F) {
	for _, s := range []string{"kill", "2*error(x)", "sleep(1s)*3", "pass", "error(a)b)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := parse(s)
		if (a == nil) == (err == nil) {
			t.Fatalf("%q: %v, %v", s, a, err)
		}
		if a != nil && (a.pause < 0 || a.left < -1) {
			t.Fatalf("%q: %+v", s, a)
		}
	})
}

func BenchmarkHitOff(b *testing.B) {
	for b.Loop() {
		if err := Hit("off"); err != nil {
			b.Fatal(err)
		}
	}
}
