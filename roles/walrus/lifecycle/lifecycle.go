// Package lifecycle decides what the lifecycle rules of a bucket do to the
// versions of its keys and to its uploads. It is pure: it is told the time and
// what there is, and answers what is due.
//
// It deletes nothing and knows no store; locks and the state of versioning are
// the business of who acts on its answers. Only roles/walrus imports it.
package lifecycle

import (
	"slices"
	"strings"
	"time"

	"ecc/api/s3"
)

// Rules are the enabled rules of a bucket, ready to be asked. They never
// change. The zero value has none.
type Rules struct {
	rules  []rule
	tagged bool
}

type rule struct {
	id      string
	prefix  string
	tags    []s3.Tag
	larger  int64 // -1 for any size
	smaller int64 // 0 for any size

	days   int       // of a current version; 0 for none
	date   time.Time // zero for none
	marker bool      // removes delete markers that hide nothing

	noncurrent int // days; 0 for none
	newer      int // noncurrent versions that stay

	abort int // days; 0 for none
}

// Compile takes a configuration that was read and checked.
func Compile(l s3.Lifecycle) *Rules {
	r := &Rules{}
	for i := range l.Rules {
		if l.Rules[i].Status == "Enabled" {
			c := compile(&l.Rules[i])
			r.rules = append(r.rules, c)
			r.tagged = r.tagged || len(c.tags) > 0
		}
	}
	return r
}

func compile(from *s3.LifecycleRule) rule {
	all := from.All()
	r := rule{id: from.ID, prefix: value(all.Prefix, ""), tags: all.Tags, larger: value(all.Larger, -1), smaller: value(all.Smaller, 0)}
	if e := from.Expiration; e != nil {
		r.days, r.date, r.marker = value(e.Days, 0), e.At(), value(e.Marker, false)
	}
	if n := from.Noncurrent; n != nil {
		r.noncurrent, r.newer = value(n.Days, 0), value(n.Newer, 0)
	}
	if from.Abort != nil {
		r.abort = value(from.Abort.Days, 0)
	}
	return r
}

func value[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// Version is what the rules look at of a version.
type Version struct {
	Key      string
	Modified time.Time
	Size     int64
	Marker   bool     // a delete marker
	Tags     []s3.Tag // needed only if the rules are Tagged
}

// Tagged reports whether a rule has a condition on tags.
func (r *Rules) Tagged() bool { return r.tagged }

// matches reports whether a rule is about a version. A delete marker has
// neither a size nor tags: a rule that asks for them is not about it.
func (r *rule) matches(v Version) bool {
	sized := r.larger >= 0 || r.smaller > 0
	switch {
	case !strings.HasPrefix(v.Key, r.prefix), v.Marker && (sized || len(r.tags) > 0):
		return false
	case r.larger >= 0 && v.Size <= r.larger, r.smaller > 0 && v.Size >= r.smaller:
		return false
	}
	for _, t := range r.tags {
		if !slices.Contains(v.Tags, t) {
			return false
		}
	}
	return true
}

// after is when something is days old, as S3 counts: the next midnight.
func after(t time.Time, days int) time.Time {
	return t.UTC().AddDate(0, 0, days).Truncate(24*time.Hour).AddDate(0, 0, 1)
}

// Prefixes are the shortest prefixes under which all keys are that any rule is
// about, in order.
func (r *Rules) Prefixes() []string {
	var all []string
	for _, x := range r.rules {
		all = append(all, x.prefix)
	}
	slices.Sort(all)
	var out []string
	for _, p := range all {
		if len(out) == 0 || !strings.HasPrefix(p, out[len(out)-1]) {
			out = append(out, p)
		}
	}
	return out
}
