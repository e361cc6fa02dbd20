package iam

import (
	"sync"
	"time"

	"ecc/cloud"
)

// maxReports bounds the memory of all reports, in bytes.
const maxReports = 16 << 20

// report is a credential report.
type report struct {
	made time.Time
	text []byte
}

// reports are the newest report of each account. They are in memory only: after
// a restart clients are told that there is none, and ask for one.
type reports struct {
	mu   sync.Mutex
	of   map[cloud.AccountID]report
	size int
}

func (r *reports) get(a cloud.AccountID) (report, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.of[a]
	return found, ok
}

// put keeps a report. When there is no room, the oldest go.
func (r *reports) put(a cloud.AccountID, made report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(a)
	for r.size+len(made.text) > maxReports && len(r.of) > 0 {
		r.drop(r.oldest())
	}
	if r.of == nil {
		r.of = map[cloud.AccountID]report{}
	}
	r.of[a] = made
	r.size += len(made.text)
}

func (r *reports) drop(a cloud.AccountID) {
	r.size -= len(r.of[a].text)
	delete(r.of, a)
}

func (r *reports) oldest() (oldest cloud.AccountID) {
	for a, rep := range r.of {
		if oldest == "" || rep.made.Before(r.of[oldest].made) {
			oldest = a
		}
	}
	return oldest
}
