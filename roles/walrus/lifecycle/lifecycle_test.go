package lifecycle

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ecc/api/s3"
)

// rules reads rules in the words of S3.
func rules(tb testing.TB, parts ...string) *Rules {
	tb.Helper()
	doc := "<LifecycleConfiguration>"
	for i, p := range parts {
		doc += fmt.Sprintf("<Rule><ID>r%d</ID>%s</Rule>", i, p)
	}
	n := 0
	l, err := s3.ReadLifecycle(s3.Document{Body: bytes.NewBufferString(doc + "</LifecycleConfiguration>"), Header: http.Header{}},
		func() string { n++; return fmt.Sprint(n) })
	if err != nil {
		tb.Fatal(err)
	}
	return Compile(l)
}

const on = "<Status>Enabled</Status>"

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// TestDays: days end at the next midnight, as S3 has it.
func TestDays(t *testing.T) {
	for _, c := range []struct {
		made string
		days int
		want string
	}{
		{"2014-01-15T10:30:00Z", 3, "2014-01-19T00:00:00Z"},
		{"2014-01-15T00:00:00Z", 1, "2014-01-17T00:00:00Z"},
		{"2014-01-15T23:59:59Z", 1, "2014-01-17T00:00:00Z"},
		{"2014-01-15T23:30:00-02:00", 1, "2014-01-18T00:00:00Z"},
		{"2024-02-28T12:00:00Z", 1, "2024-03-01T00:00:00Z"},
	} {
		if got := after(at(c.made), c.days); !got.Equal(at(c.want)) {
			t.Errorf("%s and %d days: %s, want %s", c.made, c.days, got, c.want)
		}
	}
	if far := after(at("2014-01-15T10:30:00Z"), 1<<31-1); far.Before(at("2014-01-15T10:30:00Z")) {
		t.Errorf("many days: %s", far)
	}
}

func TestExpiry(t *testing.T) {
	day := `<Expiration><Days>1</Days></Expiration>`
	all := rules(t,
		on+`<Filter><Prefix>logs/</Prefix></Filter><Expiration><Days>10</Days></Expiration>`,
		on+`<Filter><Prefix>logs/old/</Prefix></Filter>`+day,
		on+`<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>`+day,
		on+`<Filter><And><Prefix>big/</Prefix><ObjectSizeGreaterThan>100</ObjectSizeGreaterThan><ObjectSizeLessThan>200</ObjectSizeLessThan></And></Filter>`+day,
		on+`<Filter><Prefix>dated/</Prefix></Filter><Expiration><Date>2020-01-01</Date></Expiration>`,
		`<Status>Disabled</Status><Filter><Prefix>off/</Prefix></Filter>`+day,
		on+`<Filter><And><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></And></Filter>`+day,
	)
	made := at("2020-06-01T12:00:00Z")
	tag := func(k, v string) s3.Tag { return s3.Tag{Key: k, Value: v} }
	for _, c := range []struct {
		v          Version
		rule, when string
	}{
		{Version{Key: "logs/a"}, "r0", "2020-06-12"},
		{Version{Key: "logs/old/a"}, "r1", "2020-06-03"},
		{Version{Key: "log"}, "", ""},
		{Version{Key: "x", Tags: []s3.Tag{tag("k", "v")}}, "r2", "2020-06-03"},
		{Version{Key: "x", Tags: []s3.Tag{tag("k", "w")}}, "", ""},
		{Version{Key: "big/a", Size: 100}, "", ""},
		{Version{Key: "big/a", Size: 101}, "r3", "2020-06-03"},
		{Version{Key: "big/a", Size: 200}, "", ""},
		{Version{Key: "dated/a"}, "r4", "2020-01-01"},
		{Version{Key: "off/a"}, "", ""},
		{Version{Key: "x", Tags: []s3.Tag{tag("a", "1")}}, "", ""},
		{Version{Key: "x", Tags: []s3.Tag{tag("b", "2"), tag("c", "3"), tag("a", "1")}}, "r6", "2020-06-03"},
	} {
		c.v.Modified = made
		due, ok := all.Expiry(c.v)
		if ok != (c.rule != "") || due.Rule != c.rule || ok && due.At.Format(time.DateOnly) != c.when {
			t.Errorf("%+v: %+v, want %s at %s", c.v, due, c.rule, c.when)
		}
	}
	if got, want := all.Prefixes(), []string{""}; !slices.Equal(got, want) {
		t.Errorf("prefixes %q", got)
	}
	some := rules(t, on+`<Prefix>b/x</Prefix>`+day, on+`<Prefix>a/</Prefix>`+day, on+`<Prefix>a/b</Prefix>`+day, on+`<Prefix>a</Prefix>`+day)
	if got, want := some.Prefixes(), []string{"a", "b/x"}; !slices.Equal(got, want) || some.Tagged() || !all.Tagged() {
		t.Errorf("prefixes %q", got)
	}
}

func TestAbort(t *testing.T) {
	r := rules(t, on+`<Filter><Prefix>up/</Prefix></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>`)
	due, ok := r.Abort("up/x", at("2020-06-01T12:00:00Z"))
	if !ok || due.Rule != "r0" || !due.At.Equal(at("2020-06-09T00:00:00Z")) {
		t.Errorf("%+v, %v", due, ok)
	}
	if _, ok := r.Abort("down", at("2020-06-01T12:00:00Z")); ok {
		t.Error("another prefix is aborted")
	}
}

// walk tells what is due of the versions of a key, newest first: the days of
// June 2020 they were made in, m behind a delete marker.
func walk(r *Rules, now string, versions ...string) string {
	w := r.Walk(at(now))
	out := ""
	for i, s := range versions {
		marker := s[len(s)-1] == 'm'
		day := 0
		_, _ = fmt.Sscan(s[:len(s)-1], &day)
		v := Version{Key: "k", Marker: marker, Modified: time.Date(2020, 6, day, 12, 0, 0, 0, time.UTC)}
		out += string("KER"[w.Next(v, i == len(versions)-1)])
	}
	return out
}

func TestWalk(t *testing.T) {
	expire := rules(t, on+`<Prefix/><Expiration><Days>5</Days></Expiration>`)
	clean := rules(t, on+`<Prefix/><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>`)
	old := rules(t, on+`<Prefix/><NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>`)
	few := rules(t, on+`<Filter/><NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>`)
	sized := rules(t, on+`<Filter><ObjectSizeLessThan>5</ObjectSizeLessThan></Filter><Expiration><Days>1</Days></Expiration>`)
	for _, c := range []struct {
		name     string
		rules    *Rules
		now      string
		versions []string
		want     string
	}{
		{"young", expire, "2020-06-06T23:59:59Z", []string{"1."}, "K"},
		{"old", expire, "2020-06-07T00:00:00Z", []string{"1."}, "E"},
		{"only the newest", expire, "2020-06-20T00:00:00Z", []string{"2.", "1."}, "EK"},
		{"a marker that hides something", expire, "2020-06-20T00:00:00Z", []string{"2m", "1."}, "KK"},
		{"a marker that is left", expire, "2020-06-20T00:00:00Z", []string{"2m"}, "R"},
		{"a young marker that is left", expire, "2020-06-04T00:00:00Z", []string{"2m"}, "K"},
		{"a marker to be cleaned", clean, "2020-06-03T00:00:00Z", []string{"2m"}, "R"},
		{"a marker that hides a marker", clean, "2020-06-03T00:00:00Z", []string{"2m", "1m"}, "KK"},
		{"an object under cleaning", clean, "2020-06-30T00:00:00Z", []string{"2."}, "K"},
		{"superseded long ago", old, "2020-06-13T00:00:00Z", []string{"10.", "1."}, "KR"},
		{"superseded lately", old, "2020-06-12T23:59:59Z", []string{"10.", "1."}, "KK"},
		{"each by its own successor", old, "2020-06-11T00:00:00Z", []string{"10.", "9.", "5.", "1m"}, "KKKR"},
		{"some stay", few, "2020-06-30T00:00:00Z", []string{"10.", "9.", "8m", "7.", "6."}, "KKKRR"},
		{"a marker has no size", sized, "2020-06-30T00:00:00Z", []string{"10m"}, "K"},
	} {
		if got := walk(c.rules, c.now, c.versions...); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestWalkIsSafe: a current version is never removed, and nothing is that is
// younger than every rule's days.
func TestWalkIsSafe(t *testing.T) {
	r := rules(t,
		on+`<Filter/><Expiration><Days>5</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays><NewerNoncurrentVersions>1</NewerNoncurrentVersions></NoncurrentVersionExpiration>`,
		on+`<Filter><Prefix>k</Prefix></Filter><NoncurrentVersionExpiration><NoncurrentDays>4</NoncurrentDays></NoncurrentVersionExpiration>`)
	rapid.Check(t, func(t *rapid.T) {
		now := at("2020-06-30T00:00:00Z")
		w := r.Walk(now)
		n := rapid.IntRange(1, 6).Draw(t, "versions")
		made := now
		for i := range n {
			made = made.Add(-time.Duration(rapid.IntRange(0, 100).Draw(t, "hours")) * time.Hour)
			v := Version{Key: "k", Modified: made, Marker: rapid.Bool().Draw(t, "marker")}
			a := w.Next(v, i == n-1)
			switch {
			case i == 0 && a == Remove && (!v.Marker || n > 1):
				t.Fatalf("the newest of %d is removed: %+v", n, v)
			case i > 0 && a == Expire:
				t.Fatalf("version %d expires", i)
			case a != Keep && now.Sub(made) < 3*24*time.Hour:
				t.Fatalf("%+v is young: %v", v, a)
			}
		}
	})
}
