package store

import (
	"context"
	"sort"
	"sync"

	"ecc/cloud"
)

// Change says that one record was written or deleted. It does not carry the
// record: read it in a View, which shows this revision or a newer one.
type Change struct {
	Revision cloud.Revision // of the commit
	Kind     Kind
	Key      string
	Deleted  bool
}

// history is the newest changes, and what wakes those who wait for more.
type history struct {
	limit int

	mu      sync.Mutex
	changes []Change       // ascending revisions; what is there is never overwritten
	floor   cloud.Revision // changes after it are all in changes
	head    cloud.Revision // newest
	wake    chan struct{}  // closed at the next commit
}

func newHistory(rev cloud.Revision, limit int) *history {
	return &history{limit: limit, floor: rev, head: rev, wake: make(chan struct{})}
}

// add appends the changes of a commit and wakes everyone.
func (h *history) add(rev cloud.Revision, writes []write) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range writes {
		h.changes = append(h.changes, Change{rev, w.kind, w.key, w.value == nil})
	}
	h.head = rev
	h.trim()
	close(h.wake)
	h.wake = make(chan struct{})
}

// trim forgets the oldest changes. It lets a quarter more than the limit
// gather first, so that the copy is rare.
func (h *history) trim() {
	if len(h.changes) <= h.limit+h.limit/4 {
		return
	}
	drop := len(h.changes) - h.limit
	h.floor = h.changes[drop-1].Revision
	h.changes = append([]Change(nil), h.changes[drop:]...)
}

// since returns the changes after a revision, for reading only, and what is
// closed when there are more.
func (h *history) since(after cloud.Revision) ([]Change, <-chan struct{}, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if after < h.floor || after > h.head {
		return nil, nil, cloud.Errorf(cloud.Stale, cloud.AnyResource, "",
			"revision %d is too old, list again (changes are kept from %d to %d)", after, h.floor+1, h.head)
	}
	n := len(h.changes)
	first := sort.Search(n, func(i int) bool { return h.changes[i].Revision > after })
	return h.changes[first:n:n], h.wake, nil
}

// newest returns the newest revision and what is closed at the next.
func (h *history) newest() (cloud.Revision, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.head, h.wake
}

// Wait returns the newest revision as soon as it is above after. It looks at
// the level: commits between two calls are not missed, only run together.
func (s *Store) Wait(ctx context.Context, after cloud.Revision) (cloud.Revision, error) {
	for {
		rev, wake := s.history.newest()
		if rev > after {
			return rev, s.alive()
		}
		if err := s.sleep(ctx, wake); err != nil {
			return 0, err
		}
	}
}

// sleep waits for wake, the end of ctx or that of the store.
func (s *Store) sleep(ctx context.Context, wake <-chan struct{}) error {
	select {
	case <-wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stopped:
		return s.refusal()
	}
}

// Watch is a place in the sequence of changes. It holds nothing: one that is
// not used any more is simply dropped. It is for one goroutine.
type Watch struct {
	store *Store
	after cloud.Revision
}

// Watch returns the place right after a revision, usually that of a View in
// which everything was listed. It fails with cloud.Stale if changes after that
// revision have been forgotten, or the revision is of another history: then
// list again.
func (s *Store) Watch(after cloud.Revision) (*Watch, error) {
	if _, _, err := s.history.since(after); err != nil {
		return nil, err
	}
	return &Watch{store: s, after: after}, nil
}

// Next returns the changes since the last call, at least one, in the order of
// their commits and without a gap, and waits until there is one. All changes
// of a commit come together. It fails with cloud.Stale if the watcher has
// fallen behind what is kept: list again. The slice is for reading only.
func (w *Watch) Next(ctx context.Context) ([]Change, error) {
	for {
		changes, wake, err := w.store.history.since(w.after)
		if err != nil {
			return nil, err
		}
		if n := len(changes); n > 0 {
			w.after = changes[n-1].Revision
			return changes, nil
		}
		if err := w.store.sleep(ctx, wake); err != nil {
			return nil, err
		}
	}
}

// Revision is that of the last change returned, or where the watch began.
func (w *Watch) Revision() cloud.Revision { return w.after }
