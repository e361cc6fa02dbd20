package lifecycle

import "time"

// Due is something that will happen, or has to.
type Due struct {
	Rule string // its id
	At   time.Time
}

// sooner keeps the earlier one.
func (d *Due) sooner(rule string, at time.Time) {
	if d.Rule == "" || at.Before(d.At) {
		d.Rule, d.At = rule, at
	}
}

// Expiry tells when a version expires that is the newest of its key and no
// delete marker, and whether it does.
func (r *Rules) Expiry(v Version) (Due, bool) {
	var due Due
	for i := range r.rules {
		x := &r.rules[i]
		if !x.matches(v) {
			continue
		}
		if x.days > 0 {
			due.sooner(x.id, after(v.Modified, x.days))
		}
		if !x.date.IsZero() {
			due.sooner(x.id, x.date)
		}
	}
	return due, due.Rule != ""
}

// Abort tells when an upload is aborted that was begun for a key at a time,
// and whether it is.
func (r *Rules) Abort(key string, begun time.Time) (Due, bool) {
	var due Due
	for i := range r.rules {
		if x := &r.rules[i]; x.abort > 0 && x.matches(Version{Key: key, Marker: true}) {
			due.sooner(x.id, after(begun, x.abort))
		}
	}
	return due, due.Rule != ""
}

// markerExpiry tells when a delete marker goes that is all that is left of its
// key: at once, or when it is as old as objects become.
func (r *Rules) markerExpiry(v Version) (Due, bool) {
	due, ok := r.Expiry(v)
	for i := range r.rules {
		if x := &r.rules[i]; x.marker && x.matches(v) {
			due.sooner(x.id, v.Modified)
		}
	}
	return due, ok || due.Rule != ""
}

// noncurrentExpiry tells when a version goes that was superseded at a time, and
// that has so many noncurrent versions before it.
func (r *Rules) noncurrentExpiry(v Version, superseded time.Time, newer int) (Due, bool) {
	var due Due
	for i := range r.rules {
		if x := &r.rules[i]; x.noncurrent > 0 && newer >= x.newer && x.matches(v) {
			due.sooner(x.id, after(superseded, x.noncurrent))
		}
	}
	return due, due.Rule != ""
}
