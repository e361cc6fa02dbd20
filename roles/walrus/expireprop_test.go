package walrus_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ecc/api/s3"
	"ecc/roles/walrus"
	"ecc/roles/walrus/index"
)

// draft is a rule as the test understands it, and as S3 has it.
type draft struct {
	prefix     string
	tagged     bool
	larger     bool // than 10 bytes
	days       int
	marker     bool
	noncurrent int
	newer      int
}

func (d draft) xml() string {
	var f, actions strings.Builder
	fmt.Fprintf(&f, "<Prefix>%s</Prefix>", d.prefix)
	if d.tagged {
		f.WriteString("<Tag><Key>k</Key><Value>v</Value></Tag>")
	}
	if d.larger {
		f.WriteString("<ObjectSizeGreaterThan>10</ObjectSizeGreaterThan>")
	}
	switch {
	case d.days > 0:
		fmt.Fprintf(&actions, "<Expiration><Days>%d</Days></Expiration>", d.days)
	case d.marker:
		actions.WriteString("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>")
	}
	if d.noncurrent > 0 {
		fmt.Fprintf(&actions, "<NoncurrentVersionExpiration><NoncurrentDays>%d</NoncurrentDays>", d.noncurrent)
		if d.newer > 0 {
			fmt.Fprintf(&actions, "<NewerNoncurrentVersions>%d</NewerNoncurrentVersions>", d.newer)
		}
		actions.WriteString("</NoncurrentVersionExpiration>")
	}
	return "<Rule><Status>Enabled</Status><Filter><And>" + f.String() + "</And></Filter>" + actions.String() + "</Rule>"
}

func drawRule(t *rapid.T) draft {
	d := draft{
		prefix: rapid.SampledFrom([]string{"", "a", "a/", "b"}).Draw(t, "prefix"),
		days:   rapid.IntRange(0, 3).Draw(t, "days"), noncurrent: rapid.IntRange(0, 3).Draw(t, "noncurrent"), newer: rapid.IntRange(0, 2).Draw(t, "newer"),
	}
	if d.marker = d.days == 0 && (d.noncurrent == 0 || rapid.Bool().Draw(t, "marker")); !d.marker {
		d.tagged, d.larger = rapid.Bool().Draw(t, "tagged"), rapid.Bool().Draw(t, "larger")
	}
	return d
}

// about says, in as few words as can be, whether a rule is about a version.
func (d draft) about(o index.Object) bool {
	if o.Marker && (d.tagged || d.larger) {
		return false
	}
	return strings.HasPrefix(o.Key, d.prefix) && (!d.tagged || slices.Contains(o.Tags, s3.Tag{Key: "k", Value: "v"})) && (!d.larger || o.Size > 10)
}

// passed says whether days have passed at a midnight: whole days are counted
// from the one after.
func passed(from, now time.Time, days int) bool {
	midnight := from.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	return days > 0 && now.Sub(midnight) >= time.Duration(days)*24*time.Hour
}

// fate says what becomes of version i of a key, newest first: it goes, or a
// marker comes on top of it.
func fate(rules []draft, versions []index.Object, i int, now time.Time) (goes, marked bool) {
	o := versions[i]
	for _, d := range rules {
		if !d.about(o) {
			continue
		}
		switch {
		case i == 0 && !o.Marker:
			marked = marked || passed(o.Modified, now, d.days)
		case i == 0:
			goes = goes || len(versions) == 1 && (d.marker || passed(o.Modified, now, d.days))
		default:
			goes = goes || passed(versions[i-1].Modified, now, d.noncurrent) && i-1 >= d.newer && !o.Lock.Hold
		}
	}
	return goes, marked
}

// TestExpireProperty: whatever there is and whatever the rules are, just that
// goes which a plain reading of the rules says, and nothing else.
func TestExpireProperty(t *testing.T) {
	now := time.Date(2030, 6, 15, 9, 0, 0, 0, time.UTC)
	var set atomic.Int64
	set.Store(now.UnixNano())
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Now = func() time.Time { return time.Unix(0, set.Load()) } })
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		set.Add(int64(time.Second)) // a new round looks at new buckets only
		p := property{T: t, s: s, now: now, name: fmt.Sprintf("prop-%d", n)}
		p.fill()
		for range rapid.IntRange(1, 3).Draw(t, "rules") {
			p.rules = append(p.rules, drawRule(t))
		}
		before := p.state()
		p.enforce()
		p.compare(before, p.state())
	})
}

type property struct {
	*rapid.T
	s     *server
	now   time.Time
	name  string
	b     index.Bucket
	rules []draft
}

func (p *property) update(fn func(*index.Tx) error) {
	if err := p.s.walrus.Index().Update(p.Context(), fn); err != nil {
		p.Fatal(err)
	}
}

// fill makes a bucket with versions of some keys.
func (p *property) fill() {
	p.b = index.Bucket{ID: p.s.walrus.Index().NewID(), Name: p.name, Account: accounts[0].ID, Created: p.now}
	p.b.Versioning = rapid.SampledFrom([]index.Versioning{index.Unversioned, index.Enabled, index.Enabled}).Draw(p.T, "versioning")
	p.update(func(tx *index.Tx) error { return tx.PutBucket(p.b) })
	for _, key := range []string{"a", "a/x", "a\x00", "b"} {
		at := p.now.AddDate(0, 0, -6)
		for range rapid.IntRange(0, 5).Draw(p.T, "versions") {
			at = at.Add(time.Duration(rapid.IntRange(1, 28).Draw(p.T, "hours")) * time.Hour)
			p.write(key, at)
		}
	}
	if p.b.Versioning == index.Enabled && rapid.Bool().Draw(p.T, "suspended") {
		p.b.Versioning = index.Suspended
		p.update(func(tx *index.Tx) error { return tx.PutBucket(p.b) })
		p.write("b", p.now.AddDate(0, 0, -rapid.IntRange(0, 9).Draw(p.T, "age")))
	}
}

func (p *property) write(key string, at time.Time) {
	o := index.Object{Key: key, Blob: p.s.walrus.Index().NewID(), Summary: index.Summary{Modified: at, Size: int64(rapid.IntRange(5, 15).Draw(p.T, "size"))}}
	if rapid.Bool().Draw(p.T, "tagged") {
		o.Tags = []s3.Tag{{Key: "k", Value: "v"}}
	}
	if p.b.Versioning != index.Unversioned && rapid.IntRange(0, 3).Draw(p.T, "marker") == 0 {
		o = index.Object{Key: key, Summary: index.Summary{Modified: at, Marker: true}}
	} else if p.b.Versioning == index.Enabled {
		o.Lock.Hold = rapid.IntRange(0, 5).Draw(p.T, "hold") == 0
	}
	p.update(func(tx *index.Tx) error {
		if !o.Marker {
			if err := tx.PutInline(o.Blob, make([]byte, o.Size)); err != nil {
				return err
			}
		}
		_, err := tx.PutObject(p.b, o)
		return err
	})
}

// state is all versions, by key, newest first.
func (p *property) state() map[string][]index.Object {
	all := map[string][]index.Object{}
	err := p.s.walrus.Index().View(func(tx *index.Tx) error {
		page, _, err := tx.ListVersions(p.b.ID, index.VersionListing{Listing: index.Listing{Max: 1000}})
		for _, e := range page {
			id := e.Version
			if e.Null {
				id = index.NullVersion
			}
			o, err := tx.Version(p.b.ID, e.Key, id)
			if err != nil {
				return err
			}
			all[e.Key] = append(all[e.Key], o)
		}
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
	return all
}

func (p *property) enforce() {
	doc := "<LifecycleConfiguration>"
	for _, d := range p.rules {
		doc += d.xml()
	}
	n := 0
	l, err := s3.ReadLifecycle(s3.Document{Body: bytes.NewBufferString(doc + "</LifecycleConfiguration>"), Header: http.Header{}},
		func() string { n++; return fmt.Sprint("r", n) })
	if err != nil {
		p.Fatal(err)
	}
	raw, err := json.Marshal(l)
	if err != nil {
		p.Fatal(err)
	}
	p.update(func(tx *index.Tx) error {
		b, err := tx.Now(p.b)
		if err != nil {
			return err
		}
		return tx.PutSetting(b, "lifecycle", raw)
	})
	if err := p.s.walrus.ExpireNow(p.Context()); err != nil {
		p.Fatal(err)
	}
}

// compare holds what is left against what should be.
func (p *property) compare(before, after map[string][]index.Object) {
	for key, versions := range before {
		var want []string
		for i, o := range versions {
			goes, marked := fate(p.rules, versions, i, p.now)
			switch {
			case marked && p.b.Versioning == index.Unversioned, marked && p.b.Versioning == index.Suspended && o.Null:
				goes = true
			}
			if marked && p.b.Versioning != index.Unversioned {
				want = append(want, "marker")
			}
			if !goes {
				want = append(want, fmt.Sprint(o.Version))
			}
		}
		var got []string
		for _, o := range after[key] {
			known := slices.ContainsFunc(versions, func(v index.Object) bool { return v.Version == o.Version })
			if !known && o.Marker {
				got = append(got, "marker")
			} else {
				got = append(got, fmt.Sprint(o.Version))
			}
		}
		if p.b.Versioning == index.Suspended && slices.Contains(want, "marker") {
			// The null version is one: a marker takes its place, wherever it was.
			want = slices.DeleteFunc(want, func(v string) bool {
				return slices.ContainsFunc(versions, func(o index.Object) bool { return o.Null && fmt.Sprint(o.Version) == v })
			})
		}
		if !slices.Equal(got, want) {
			p.Fatalf("%s (%s): left %v, want %v\nrules %+v\nof %+v", key, p.b.Versioning, got, want, p.rules, versions)
		}
	}
	for key := range after {
		if before[key] == nil {
			p.Errorf("%q came from nowhere", key)
		}
	}
}
