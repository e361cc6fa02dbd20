package roles

import (
	"io"
	"net/http"
	"runtime"

	"ecc/internal/metrics"
)

// tellMetrics answers with the numbers of the process and of its roles, in the
// text form of Prometheus.
func (p *Process) tellMetrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	for _, tell := range append([]func(io.Writer) error{ofProcess().Write}, p.metrics...) {
		if err := tell(w); err != nil {
			p.log.Debug("tell metrics", "err", err)
			return
		}
	}
}

// ofProcess are the numbers of the process itself.
func ofProcess() *metrics.Set {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s := &metrics.Set{}
	gauge := func(name, help string, v float64) {
		s.Gauge(name, help, "", func() (float64, bool) { return v, true })
	}
	gauge("go_goroutines", "Goroutines there are.", float64(runtime.NumGoroutine()))
	gauge("go_memstats_heap_inuse_bytes", "Bytes of the heap in use.", float64(m.HeapInuse))
	gauge("go_memstats_sys_bytes", "Bytes taken from the system.", float64(m.Sys))
	gauge("go_gc_cycles_total", "Collections since the start.", float64(m.NumGC))
	return s
}
