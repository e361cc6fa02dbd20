package imagecache

import "ecc/cloud"

// Stats tell what is in the folder, and what this cache did since New.
type Stats struct {
	Images  int         // complete ones
	Partial int         // images that are being fetched, or were
	Pinned  int         // complete ones in use
	Bytes   cloud.Bytes // on disk

	Hits    int64 // Ensure found the image
	Fills   int64 // Ensure fetched it
	Waits   int64 // Ensure waited for another process
	Fetched int64 // stored bytes fetched
}

// Stats looks at the folder and the counters.
func (c *Cache) Stats() (Stats, error) {
	s := Stats{
		Hits: c.counts.hits.Load(), Fills: c.counts.fills.Load(),
		Waits: c.counts.waits.Load(), Fetched: c.counts.fetched.Load(),
	}
	entries, err := c.entries()
	for _, e := range entries {
		s.Bytes += cloud.Bytes(e.bytes)
		switch {
		case e.raw && e.pins > 0:
			s.Images, s.Pinned = s.Images+1, s.Pinned+1
		case e.raw:
			s.Images++
		case e.bytes > 0:
			s.Partial++
		}
	}
	return s, err
}
