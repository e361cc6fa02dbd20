package index

import (
	"time"

	"ecc/internal/metrics"
)

// Meters are what an index counts of its commits.
type Meters struct {
	Commit *metrics.Histogram // times of commits, with their sync
	Batch  *metrics.Histogram // updates that shared one
	Queue  *metrics.Histogram // times that updates waited before it began
}

func newMeters() Meters {
	bounds := []time.Duration{100 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
		10 * time.Millisecond, 25 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second}
	return Meters{Commit: metrics.NewTimes(bounds...), Queue: metrics.NewTimes(bounds...), Batch: metrics.NewSizes(1, 2, 4, 8, 16, 32, 64, 128, 256)}
}

// gathered counts a batch that is about to be tried.
func (m *Meters) gathered(batch []*request) {
	now := time.Now()
	for _, r := range batch {
		m.Queue.Observe(int64(now.Sub(r.at)))
	}
	m.Batch.Observe(int64(len(batch)))
}

// Size is how large the index file is, in bytes.
func (t *Tx) Size() int64 { return t.tx.Size() }
