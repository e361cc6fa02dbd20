// Package metrics counts and times what happens and tells it in the text form
// that Prometheus reads. Counting is one atomic addition: whoever counts often
// resolves its counters once, at the start.
//
// It is in place of a library because of what those cost here: client_golang
// 1.25 makes the program 3.9 MiB larger, and the histograms of
// VictoriaMetrics/metrics have buckets that Prometheus cannot read. Labels are
// written by the caller and must come from a fixed set. Every package may
// import it.
package metrics

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Counter is a number that only grows.
type Counter struct{ n atomic.Int64 }

// Add adds n, which is not negative.
func (c *Counter) Add(n int64) { c.n.Add(n) }

// Value returns the number.
func (c *Counter) Value() int64 { return c.n.Load() }

// Histogram counts values in buckets.
type Histogram struct {
	bounds []int64 // upper, rising
	unit   float64 // what 1 is in the text
	counts []atomic.Int64
	sum    atomic.Int64
}

// NewTimes makes a histogram of durations; the text has seconds.
func NewTimes(bounds ...time.Duration) *Histogram {
	b := make([]int64, len(bounds))
	for i, d := range bounds {
		b[i] = int64(d)
	}
	return &Histogram{bounds: b, unit: 1e-9, counts: make([]atomic.Int64, len(b)+1)}
}

// NewSizes makes a histogram of whole numbers.
func NewSizes(bounds ...int64) *Histogram {
	return &Histogram{bounds: bounds, unit: 1, counts: make([]atomic.Int64, len(bounds)+1)}
}

// Observe counts a value.
func (h *Histogram) Observe(v int64) {
	i := 0
	for i < len(h.bounds) && v > h.bounds[i] {
		i++
	}
	h.counts[i].Add(1)
	h.sum.Add(v)
}

// Since counts the time since begin.
func (h *Histogram) Since(begin time.Time) { h.Observe(int64(time.Since(begin))) }

// Count returns how many values were counted.
func (h *Histogram) Count() (n int64) {
	for i := range h.counts {
		n += h.counts[i].Load()
	}
	return n
}

// Set is what is told together. Names are added at the start, in the order they
// are told in; one name has one help text and any number of labels.
type Set struct {
	mu       sync.Mutex
	families []*family
}

type family struct {
	name, help, kind string
	series           []series
}

// series writes itself; it has a name and its labels, as `op="GetObject"` or
// "".
type series func(w *bufio.Writer, name string)

func (s *Set) add(name, help, kind string, one series) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.families, func(f *family) bool { return f.name == name })
	if i < 0 {
		i = len(s.families)
		s.families = append(s.families, &family{name: name, help: help, kind: kind})
	}
	s.families[i].series = append(s.families[i].series, one)
}

// Counter adds a counter. With labels it is not told while it is 0: most of
// many never count anything.
func (s *Set) Counter(name, help, labels string) *Counter {
	c := &Counter{}
	s.add(name, help, "counter", func(w *bufio.Writer, name string) {
		if n := c.Value(); n > 0 || labels == "" {
			line(w, name, labels, float64(n))
		}
	})
	return c
}

// Gauge adds a number that is asked for when it is told; ok is false where it
// is not known.
func (s *Set) Gauge(name, help, labels string, value func() (v float64, ok bool)) {
	s.add(name, help, "gauge", func(w *bufio.Writer, name string) {
		if v, ok := value(); ok {
			line(w, name, labels, v)
		}
	})
}

// Histogram adds a histogram. One that has counted nothing is not told.
func (s *Set) Histogram(name, help, labels string, h *Histogram) {
	s.add(name, help, "histogram", func(w *bufio.Writer, name string) { h.write(w, name, labels) })
}

func (h *Histogram) write(w *bufio.Writer, name, labels string) {
	if h.Count() == 0 {
		return
	}
	comma := ""
	if labels != "" {
		comma = ","
	}
	n := int64(0)
	for i := range h.counts {
		n += h.counts[i].Load()
		le := "+Inf"
		if i < len(h.bounds) {
			le = number(float64(h.bounds[i]) * h.unit)
		}
		line(w, name+"_bucket", fmt.Sprintf(`%s%sle="%s"`, labels, comma, le), float64(n))
	}
	line(w, name+"_sum", labels, float64(h.sum.Load())*h.unit)
	line(w, name+"_count", labels, float64(n))
}

func line(w *bufio.Writer, name, labels string, v float64) {
	if labels != "" {
		labels = "{" + labels + "}"
	}
	_, _ = fmt.Fprintf(w, "%s%s %s\n", name, labels, number(v)) // Flush tells
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 15, 64) }

// Write tells everything.
func (s *Set) Write(to io.Writer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := bufio.NewWriter(to)
	for _, f := range s.families {
		_, _ = fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", f.name, f.help, f.name, f.kind)
		for _, one := range f.series {
			one(w, f.name)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("tell metrics: %w", err)
	}
	return nil
}
