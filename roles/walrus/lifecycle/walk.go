package lifecycle

import "time"

// Action is what is to be done to a version.
type Action int

// The actions.
const (
	Keep   Action = iota
	Expire        // the newest version: as a DELETE without a version does
	Remove        // another version, or a delete marker: for good
)

// Walk looks at the versions of a bucket in order of key, the newest of a key
// first, and says what is due of each.
type Walk struct {
	rules *Rules
	now   time.Time

	key        string
	begun      bool
	newer      int       // noncurrent versions of the key that were seen
	superseded time.Time // when the version to come stopped being the newest
}

// Walk begins a walk.
func (r *Rules) Walk(now time.Time) *Walk { return &Walk{rules: r, now: now} }

// Next says what is due of the next version. last tells that no other version
// of the key follows.
func (w *Walk) Next(v Version, last bool) Action {
	if !w.begun || v.Key != w.key {
		w.begun, w.key, w.newer, w.superseded = true, v.Key, 0, v.Modified
		return w.newest(v, last)
	}
	due, ok := w.rules.noncurrentExpiry(v, w.superseded, w.newer)
	w.newer, w.superseded = w.newer+1, v.Modified
	if ok && !w.now.Before(due.At) {
		return Remove
	}
	return Keep
}

func (w *Walk) newest(v Version, last bool) Action {
	if v.Marker {
		due, ok := w.rules.markerExpiry(v)
		if ok && last && !w.now.Before(due.At) {
			return Remove
		}
		return Keep
	}
	if due, ok := w.rules.Expiry(v); ok && !w.now.Before(due.At) {
		return Expire
	}
	return Keep
}
