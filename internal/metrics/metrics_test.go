package metrics

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWrite(t *testing.T) {
	var s Set
	get := s.Counter("x_requests_total", "Requests.", `op="get"`)
	s.Gauge("x_free_bytes", "Free.", "", func() (float64, bool) { return 12345678901234, true })
	s.Gauge("x_unknown", "Not known.", "", func() (float64, bool) { return 0, false })
	put := s.Counter("x_requests_total", "Requests.", `op="put"`)
	s.Counter("x_requests_total", "Requests.", `op="never"`)
	h := NewTimes(time.Millisecond, time.Second)
	s.Histogram("x_seconds", "Times.", `op="get"`, h)
	s.Histogram("x_sizes", "Sizes.", "", NewSizes(1))
	get.Add(3)
	put.Add(1)
	for _, d := range []time.Duration{0, time.Millisecond, 2 * time.Millisecond, time.Minute} {
		h.Observe(int64(d))
	}
	var out strings.Builder
	if err := s.Write(&out); err != nil {
		t.Fatal(err)
	}
	want := `# HELP x_requests_total Requests.
# TYPE x_requests_total counter
x_requests_total{op="get"} 3
x_requests_total{op="put"} 1
# HELP x_free_bytes Free.
# TYPE x_free_bytes gauge
x_free_bytes 12345678901234
# HELP x_unknown Not known.
# TYPE x_unknown gauge
# HELP x_seconds Times.
# TYPE x_seconds histogram
x_seconds_bucket{op="get",le="0.001"} 2
x_seconds_bucket{op="get",le="1"} 3
x_seconds_bucket{op="get",le="+Inf"} 4
x_seconds_sum{op="get"} 60.003
x_seconds_count{op="get"} 4
# HELP x_sizes Sizes.
# TYPE x_sizes histogram
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken") }

func TestConcurrent(t *testing.T) {
	var s Set
	c, h := s.Counter("c", "", ""), NewSizes(1, 2)
	s.Histogram("h", "", "", h)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range int64(1000) {
				c.Add(1)
				h.Observe(i)
			}
			if err := s.Write(broken{}); err == nil {
				t.Error("a writer that fails was not noticed")
			}
		})
	}
	wg.Wait()
	if c.Value() != 4000 || h.Count() != 4000 {
		t.Errorf("%d, %d", c.Value(), h.Count())
	}
}
