// Package bench measures ecc: how long a start takes, what an import writes,
// what an idle process holds, how many requests a second. "make bench" runs it
// and docs/performance.md has the figures.
//
// A figure is a ratio to a floor: the same thing done by hand, with the same
// programs, in the same run. Both are done in turns, so that a busy neighbour
// hits both, and the median counts; what the machine was and how busy is
// printed above the tables. Nothing here fails because something was slow.
//
// The code is in benchmarks (they need test/lab, which gives tests a libvirtd
// and namespaces of their own) and never runs with the tests. Nobody imports
// this package.
package bench

import (
	"math"
	"slices"
	"time"
)

// Series is what was measured, run after run. All values of a series have one
// unit: see Unit.
type Series []float64

// Quantile returns the value that a share q of the runs (0 to 1) did not
// exceed, NaN of an empty series.
func (s Series) Quantile(q float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[max(int(math.Ceil(q*float64(len(sorted))))-1, 0)]
}

// Median returns the value in the middle; of an even number, the mean of both.
func (s Series) Median() float64 {
	if len(s)%2 == 1 || len(s) == 0 {
		return s.Quantile(0.5)
	}
	sorted := slices.Sorted(slices.Values(s))
	return (sorted[len(s)/2-1] + sorted[len(s)/2]) / 2
}

// Over returns the ratios of s to floor, run by run. Series of different
// lengths were not measured in turns: then it is the one ratio of the medians.
func (s Series) Over(floor Series) Series {
	if len(s) != len(floor) {
		return Series{s.Median() / floor.Median()}
	}
	ratios := make(Series, len(s))
	for i := range s {
		ratios[i] = s[i] / floor[i]
	}
	return ratios
}

// InTurns measures floor and ours n times each, the one first and then the
// other first. A busy machine gets fewer turns instead of longer ones: no turn
// begins when the time is over, but two are made in any case.
func InTurns(n int, within time.Duration, floor, ours func() float64) (floors, all Series) {
	begin := time.Now()
	for i := range n {
		if i >= 2 && time.Since(begin) > within {
			break
		}
		if i%2 == 0 {
			floors = append(floors, floor())
		}
		all = append(all, ours())
		if i%2 == 1 {
			floors = append(floors, floor())
		}
	}
	return floors, all
}
