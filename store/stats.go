package store

import (
	"os"
	"sync/atomic"

	"ecc/cloud"
)

// Stats are figures of a store since it was opened.
type Stats struct {
	Revision cloud.Revision
	Records  map[Kind]int
	Commits  uint64 // of the file, each with its syncs
	Updates  uint64 // that wrote something, durable
	Failed   uint64 // Updates that returned an error
	Largest  int    // Updates in one commit, at most so far
	FileSize int64  // bytes; 0 if the file has gone
}

type counters struct {
	commits, updates, failed, largest atomic.Uint64
}

// count takes a batch and the error of its commit into account. Only the
// committer calls it.
func (c *counters) count(b *batch, err error) {
	for _, t := range b.turns {
		switch {
		case err != nil || t.result != nil:
			c.failed.Add(1)
		case t.wrote:
			c.updates.Add(1)
		}
	}
	if err == nil && len(b.writes) > 0 {
		c.commits.Add(1)
		c.largest.Store(max(c.largest.Load(), uint64(len(b.turns))))
	}
}

// Stats returns the figures.
func (s *Store) Stats() Stats {
	snap := s.current.Load()
	st := Stats{
		Revision: snap.rev, Records: map[Kind]int{},
		Commits: s.stats.commits.Load(), Updates: s.stats.updates.Load(),
		Failed: s.stats.failed.Load(), Largest: int(s.stats.largest.Load()),
	}
	for k := range Kind(kinds) {
		st.Records[k] = snap.counts[k]
	}
	if info, err := os.Stat(s.bolt.Path()); err == nil {
		st.FileSize = info.Size()
	}
	return st
}
