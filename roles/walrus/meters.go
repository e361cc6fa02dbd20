package walrus

import (
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	"ecc/internal/metrics"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/index"
)

// meters are what is counted of requests, by operation: the labels are those of
// the operations table, never anything a tenant chose.
type meters struct {
	set     metrics.Set
	ops     map[string]*opMeters
	in, out *metrics.Counter   // bytes of bodies
	commit  *metrics.Histogram // of data files
}

// opMeters are of one operation.
type opMeters struct {
	classes [6]*metrics.Counter // by the first digit of the status; 0: nobody was answered
	seconds *metrics.Histogram
}

// noOp is what requests count as that ended before their operation was known.
const noOp = "none"

var classNames = [6]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"}

func newMeters(w *Walrus) *meters {
	m := &meters{ops: map[string]*opMeters{}}
	names := append(slices.Sorted(maps.Keys(operations)), noOp)
	for _, op := range names {
		m.ops[op] = m.operation(op)
	}
	m.in = m.set.Counter("ecc_s3_received_bytes_total", "Bytes of requests' bodies.", "")
	m.out = m.set.Counter("ecc_s3_sent_bytes_total", "Bytes of answers' bodies.", "")
	m.commit = metrics.NewTimes(commitBounds...)
	m.set.Histogram("ecc_walrus_file_commit_seconds", "Times until a data file was durable: its sync, name and folder, or the other S3's answer.", "", m.commit)
	m.ofIndex(w)
	m.ofStore(w)
	return m
}

var commitBounds = []time.Duration{500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond,
	25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, time.Second, 5 * time.Second}

func (m *meters) operation(op string) *opMeters {
	o := &opMeters{seconds: metrics.NewTimes(time.Millisecond, 5*time.Millisecond, 10*time.Millisecond, 25*time.Millisecond, 100*time.Millisecond,
		250*time.Millisecond, time.Second, 5*time.Second, 30*time.Second)}
	for i, class := range classNames {
		o.classes[i] = m.set.Counter("ecc_s3_requests_total", "Requests by operation and class of status.", fmt.Sprintf("op=%q,code=%q", op, class))
	}
	m.set.Histogram("ecc_s3_request_seconds", "Times from a request's header to its answer's end.", fmt.Sprintf("op=%q", op), o.seconds)
	return o
}

// ofIndex adds what the index counts of its commits.
func (m *meters) ofIndex(w *Walrus) {
	i := &w.index.Meters
	m.set.Histogram("ecc_walrus_commit_seconds", "Times of commits to the index, with their sync.", "", i.Commit)
	m.set.Histogram("ecc_walrus_commit_updates", "Updates that shared a commit.", "", i.Batch)
	m.set.Histogram("ecc_walrus_queue_seconds", "Times that updates waited for their commit to begin.", "", i.Queue)
	m.set.Gauge("ecc_walrus_index_bytes", "Size of the index.", "", func() (size float64, ok bool) {
		err := w.index.View(func(tx *index.Tx) error { size = float64(tx.Size()); return nil })
		return size, err == nil
	})
	m.set.Gauge("ecc_walrus_failed", "1 if nothing can be stored until ecc starts again.", "", func() (float64, bool) { return flag(w.Err() != nil), true })
	m.set.Gauge("ecc_walrus_full", "1 while the disk is full and only deleting goes on.", "", func() (float64, bool) { return flag(w.index.Full()), true })
}

func flag(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

// maxCounted bounds the garbage that is counted for a scrape.
const maxCounted = 100_000

// ofStore adds what is looked up when somebody asks.
func (m *meters) ofStore(w *Walrus) {
	m.set.Gauge("ecc_walrus_streams", "Large uploads under way.", "", func() (float64, bool) { return float64(len(w.streams)), true })
	m.set.Gauge("ecc_walrus_garbage", "Deleted objects, files and buckets that wait to be taken away; 100000 at most.", "", func() (float64, bool) {
		var batch []index.Garbage
		err := w.index.View(func(tx *index.Tx) (err error) { batch, err = tx.Garbage(index.Garbage{}, maxCounted); return err })
		return float64(len(batch)), err == nil
	})
	m.set.Gauge("ecc_walrus_free_bytes", "Space left on the disk of the index.", `of="index"`, func() (float64, bool) {
		n, err := datafile.DiskFree(w.cfg.Dir)
		return float64(n), err == nil
	})
	m.set.Gauge("ecc_walrus_free_bytes", "", `of="files"`, func() (float64, bool) {
		n, err := w.files.Free()
		return float64(n), err == nil && n < math.MaxInt64
	})
	scrub := func(name, help string, value func(index.Scrub) float64) {
		m.set.Gauge(name, help, "", func() (v float64, ok bool) {
			err := w.index.View(func(tx *index.Tx) error {
				s, err := tx.Scrub()
				v, ok = value(s), !s.Last.Ended.IsZero()
				return err
			})
			return v, ok && err == nil
		})
	}
	scrub("ecc_walrus_scrub_ended_seconds", "When the last whole pass of the scrubber ended, in Unix time.", func(s index.Scrub) float64 { return float64(s.Last.Ended.Unix()) })
	scrub("ecc_walrus_scrub_bytes", "Bytes that pass read.", func(s index.Scrub) float64 { return float64(s.Last.Bytes) })
	scrub("ecc_walrus_scrub_damaged", "Blobs and data files it found damaged.", func(s index.Scrub) float64 { return float64(s.Last.Bad) })
	scrub("ecc_walrus_damages", "Damages known now.", func(s index.Scrub) float64 { return float64(int64(len(s.Damages)) + s.Unlisted) })
}

// count counts a request that has ended.
func (m *meters) count(c *call, begin time.Time) {
	op := m.ops[c.route.Op]
	if op == nil {
		op = m.ops[noOp]
	}
	class := c.out.status / 100
	if class >= len(op.classes) || c.out.status < http.StatusContinue {
		class = 0
	}
	op.classes[class].Add(1)
	op.seconds.Since(begin)
	m.in.Add(c.out.taken)
	m.out.Add(c.out.sent)
}

// WriteMetrics tells what walrus counted, as Prometheus reads it.
func (w *Walrus) WriteMetrics(to io.Writer) error { return w.meters.set.Write(to) }
