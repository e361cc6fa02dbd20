package bench

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSeries(t *testing.T) {
	for _, c := range []struct {
		s                 Series
		median, p99, most float64
	}{
		{Series{3}, 3, 3, 3},
		{Series{3, 1, 2}, 2, 3, 3},
		{Series{4, 1, 3, 2}, 2.5, 4, 4},
	} {
		if c.s.Median() != c.median || c.s.Quantile(0.99) != c.p99 || c.s.Quantile(1) != c.most {
			t.Errorf("%v: median %v, p99 %v, most %v", c.s, c.s.Median(), c.s.Quantile(0.99), c.s.Quantile(1))
		}
	}
	if !math.IsNaN(Series(nil).Median()) {
		t.Error("an empty series has a median")
	}
}

func TestOver(t *testing.T) {
	for _, c := range []struct{ ours, floor, want Series }{
		{Series{2, 9}, Series{1, 3}, Series{2, 3}},
		{Series{2, 4, 6}, Series{1, 3}, Series{2}}, // not in turns
	} {
		if diff := cmp.Diff(c.want, c.ours.Over(c.floor)); diff != "" {
			t.Errorf("%v over %v (-want +got):\n%s", c.ours, c.floor, diff)
		}
	}
}

func TestInTurns(t *testing.T) {
	for _, c := range []struct {
		n      int
		within time.Duration
		want   string
	}{
		{3, time.Hour, "fooffo"},
		{3, -1, "foof"}, // the time is over from the start
		{1, -1, "fo"},
	} {
		var order strings.Builder
		note := func(s string) func() float64 {
			return func() float64 { order.WriteString(s); return 1 }
		}
		floors, ours := InTurns(c.n, c.within, note("f"), note("o"))
		if order.String() != c.want || len(floors) != len(ours) || len(ours) != len(c.want)/2 {
			t.Errorf("%d turns within %v: order %q, want %q; %d and %d values", c.n, c.within, &order, c.want, len(floors), len(ours))
		}
	}
}

func TestReport(t *testing.T) {
	r := Report{Machine: Machine{CPUs: 2, Hash: Series{0.05}, Sync: Series{0.002}}}
	s := r.Section("Starts", "by hand.")
	s.Add(Figure{What: "one", Unit: Seconds, Ours: Series{0.6, 1.2}, Floor: Series{0.5, 0.5}, Aim: "≤ 1.3×"})
	s.Add(Figure{What: "size", Note: "of the program", Unit: Bytes, Ours: Series{3 << 20}})
	s.Say("That is %d.", 1)
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	const want = `
### Starts

Floor: by hand.

| what                  | ecc                   | floor                  | ratio               | runs | aim    |
|-----------------------|-----------------------|------------------------|---------------------|------|--------|
| one                   | 900 ms (600 ms–1.2 s) | 500 ms (500 ms–500 ms) | 1.80× (1.20×–2.40×) | 2    | ≤ 1.3× |
| size (of the program) | 3.0 MiB               |                        |                     | 1    |        |

That is 1.
`
	_, got, _ := strings.Cut(b.String(), "p99 2.00 ms\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestReportCPU: a section with processor and memory has columns for them.
func TestReportCPU(t *testing.T) {
	r := Report{}
	s := r.Section("Objects", "")
	s.Add(Figure{What: "GET", Unit: PerSecond, Ours: Series{600}, Floor: Series{1000}, Aim: "≥ 0.6×", CPU: Series{50e-6}, FloorCPU: Series{30e-6},
		Memory: Series{40 << 20}, FloorMemory: Series{20 << 20}})
	s.Add(Figure{What: "moved", Unit: Rate, Ours: Series{512}, CPU: Series{1.5}})
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	const want = `
### Objects

| what  | ecc       | floor  | ratio | runs | aim    | CPU (floor)   | memory (floor)      |
|-------|-----------|--------|-------|------|--------|---------------|---------------------|
| GET   | 600/s     | 1000/s | 0.60× | 1    | ≥ 0.6× | 50 µs (30 µs) | 40.0 MiB (20.0 MiB) |
| moved | 512 MiB/s |        |       | 1    |        | 1.5 s         |                     |
`
	if got := b.String()[strings.Index(b.String(), "\n### "):]; got != want {
		t.Error(cmp.Diff(want, got))
	}
}
