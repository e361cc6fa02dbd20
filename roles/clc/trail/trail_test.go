package trail_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/roles/clc/ledger"
	"ecc/roles/clc/trail"
	"ecc/store"
)

func TestMain(m *testing.M) {
	if os.Getenv(childDir) != "" {
		child()
		return
	}
	goleak.VerifyTestMain(m)
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// archive is a trail with a clock that the test moves.
type archive struct {
	t      *testing.T
	dir    string
	now    time.Time
	cfg    trail.Config
	store  *store.Store
	ledger *ledger.Ledger
	bucket *bucket
	*trail.Trail
}

// bucket keeps what was delivered.
type bucket struct {
	objects map[string][]byte
	fail    error
}

func (b *bucket) Put(_ context.Context, key string, r io.Reader, size int64) error {
	text, err := io.ReadAll(r)
	if int64(len(text)) != size {
		return fmt.Errorf("%d bytes of %d", len(text), size)
	}
	b.objects[key] = text
	return errors.Join(err, b.fail)
}

func open(t *testing.T, cfg trail.Config) *archive {
	t.Helper()
	a := &archive{t: t, dir: t.TempDir(), now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), cfg: cfg, bucket: &bucket{objects: map[string][]byte{}}}
	a.cfg.Dir, a.cfg.Region = filepath.Join(a.dir, "audit"), "us-east-1"
	a.reopen()
	t.Cleanup(func() { ok(t, a.store.Close()) })
	return a
}

// reopen begins again with what is on disk, as after a crash.
func (a *archive) reopen() {
	a.t.Helper()
	if a.store != nil {
		ok(a.t, trail.Close(a.Trail))
		ok(a.t, a.store.Close())
	}
	var err error
	a.store, err = store.Open(filepath.Join(a.dir, "clc.db"), store.Options{Now: func() time.Time { return a.now }})
	ok(a.t, err)
	a.ledger = ledger.New(ledger.Config{Region: "us-east-1"}, a.store)
	a.Trail = trail.New(a.cfg, trail.Deps{Store: a.store, Now: func() time.Time { return a.now }, Log: slog.New(slog.DiscardHandler),
		Bucket: func(context.Context) (trail.Bucket, error) { return a.bucket, nil },
		System: func(context.Context) (cloud.AccountID, error) { return "999900009999", nil }})
	a.t.Cleanup(func() { ok(a.t, trail.Close(a.Trail)) })
}

const account, other = cloud.AccountID("111122223333"), cloud.AccountID("444455556666")

func call(account cloud.AccountID, action string) *awsquery.Call {
	return &awsquery.Call{RequestID: "r", Service: "ec2", Action: action, Access: awsquery.Write,
		Caller: cloud.RootCredential(cloud.AccessKey{ID: "AKIA" + string(account)}, cloud.Account{ID: account}).Caller}
}

// do makes n changes.
func (a *archive) do(account cloud.AccountID, action string, n int) {
	a.t.Helper()
	for range n {
		a.now = a.now.Add(time.Minute)
		id := cloud.KeyPairID(fmt.Sprintf("key-%d-%s", a.now.Unix(), account))
		ok(a.t, a.ledger.Update(a.t.Context(), call(account, action), func(tx *store.Tx) error {
			return tx.KeyPairs().Put(cloud.KeyPair{ID: id, Account: account, Name: string(id)})
		}))
	}
}

func (a *archive) verify() trail.Proof {
	a.t.Helper()
	p, err := a.Verify(a.t.Context())
	ok(a.t, err)
	return p
}

func (a *archive) whole(events uint64) {
	a.t.Helper()
	if p := a.verify(); p.Broken != "" || p.Events != events {
		a.t.Errorf("%+v, want %d events", p, events)
	}
}

func (a *archive) stored() (n int) {
	a.t.Helper()
	ok(a.t, a.store.View(a.t.Context(), func(tx *store.Tx) error { n = tx.Events().Len(); return nil }))
	return n
}

func (a *archive) files() (names []string) {
	a.t.Helper()
	all, err := filepath.Glob(filepath.Join(a.cfg.Dir, "*"))
	ok(a.t, err)
	for _, f := range all {
		names = append(names, filepath.Base(f))
	}
	return names
}

// Older events move to a file of each day; all are found, in order, and hold
// together.
func TestArchive(t *testing.T) {
	a := open(t, trail.Config{Keep: 3})
	a.do(account, "First", 10)
	a.now = a.now.Add(24 * time.Hour)
	a.do(other, "Second", 10)
	a.now = a.now.Add(-48 * time.Hour) // the clock goes back: the files' order is the events'
	a.do(account, "Third", 10)
	a.whole(30)
	ok(t, trail.Archive(a.Trail, t.Context()))
	if n := a.stored(); n != 3 {
		t.Errorf("%d are left in the store", n)
	}
	if got, want := a.files(), []string{"2026-03-04.jsonl", "2026-03-05.jsonl"}; !slices.Equal(got, want) {
		t.Errorf("files %v", got)
	}
	a.whole(30)
	a.reopen()
	a.do(other, "Fourth", 5)
	ok(t, trail.Archive(a.Trail, t.Context()))
	a.whole(35)
	for _, c := range []struct {
		q    trail.Query
		want int
		top  string
	}{
		{trail.Query{Most: 100}, 35, "Fourth"},
		{trail.Query{Most: 100, Account: account}, 20, "Third"},
		{trail.Query{Most: 7, Account: account}, 7, "Third"},
		{trail.Query{Most: 100, Account: account, Before: cloud.EventID(21)}, 10, "First"},
		{trail.Query{Most: 100, Match: func(f *trail.Facts) bool { return f.Name == "Second" }}, 10, "Second"},
		{trail.Query{Most: 100, Since: time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)}, 10, "Second"},
	} {
		found, err := a.Find(t.Context(), c.q)
		ok(t, err)
		if len(found) != c.want || found[0].Name != c.top || !slices.IsSortedFunc(found, func(x, y trail.Found) int { return strings.Compare(y.Event.ID, x.Event.ID) }) {
			t.Errorf("%+v: %d found", c.q, len(found))
		}
	}
}

// A crash between file and store loses nothing and makes nothing twice; nor
// does a line that was cut off.
func TestCrashes(t *testing.T) {
	for _, point := range []string{"trail.synced", "trail.moved", "store.commit"} {
		t.Run(point, func(t *testing.T) {
			a := open(t, trail.Config{Keep: 2})
			a.do(account, "A", 10)
			failpoint.Enable(t, point, "1*error(crash)")
			if err := trail.Archive(a.Trail, t.Context()); err == nil {
				t.Fatal("it went on")
			}
			a.reopen()
			a.whole(10)
			a.do(account, "A", 3)
			ok(t, trail.Archive(a.Trail, t.Context()))
			a.whole(13)
			if n := lines(t, a); n != 11 {
				t.Errorf("%d lines in files", n)
			}
		})
	}
	for name, damage := range map[string]func(text []byte) []byte{
		"cut off":        func(text []byte) []byte { return text[:len(text)-10] },
		"without an end": func(text []byte) []byte { return append(text, `{"id":"0000`...) },
		"nothing at all": func([]byte) []byte { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, trail.Config{Keep: 2})
			a.do(account, "A", 10)
			failpoint.Enable(t, "trail.synced", "1*error(crash)")
			if err := trail.Archive(a.Trail, t.Context()); err == nil {
				t.Fatal("it went on")
			}
			edit(t, a, damage)
			a.reopen()
			ok(t, trail.Archive(a.Trail, t.Context()))
			a.whole(10)
			if n := lines(t, a); n != 8 {
				t.Errorf("%d lines in files", n)
			}
		})
	}
}

func edit(t *testing.T, a *archive, change func([]byte) []byte) {
	t.Helper()
	name := filepath.Join(a.cfg.Dir, a.files()[0])
	text, err := os.ReadFile(name)
	ok(t, err)
	ok(t, os.WriteFile(name, change(text), 0o600))
}

func lines(t *testing.T, a *archive) (n int) {
	t.Helper()
	for _, f := range a.files() {
		text, err := os.ReadFile(filepath.Join(a.cfg.Dir, f))
		ok(t, err)
		n += bytes.Count(text, []byte("\n"))
	}
	return n
}

// Whatever is done to the trail, verifying names the first place.
func TestTampering(t *testing.T) {
	split := func(text []byte) [][]byte { return bytes.SplitAfter(text, []byte("\n")) }
	for name, c := range map[string]struct {
		change func(text []byte) []byte
		want   string
	}{
		"a word":        {func(b []byte) []byte { return bytes.Replace(b, []byte("AKIA"), []byte("AKIB"), 1) }, cloud.EventID(1)},
		"one gone":      {func(b []byte) []byte { l := split(b); return bytes.Join(slices.Delete(l, 3, 4), nil) }, "after event 3"},
		"first gone":    {func(b []byte) []byte { return bytes.Join(split(b)[1:], nil) }, "after event 0"},
		"last gone":     {func(b []byte) []byte { l := split(b); return bytes.Join(l[:len(l)-2], nil) }, "after event 7"},
		"two exchanged": {func(b []byte) []byte { l := split(b); l[2], l[3] = l[3], l[2]; return bytes.Join(l, nil) }, "after event 2"},
		"one twice":     {func(b []byte) []byte { l := split(b); return bytes.Join(slices.Insert(l, 2, l[1]), nil) }, "after event 2"},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, trail.Config{Keep: 2})
			a.do(account, "A", 10)
			ok(t, trail.Archive(a.Trail, t.Context()))
			edit(t, a, c.change)
			if p := a.verify(); !strings.Contains(p.Broken, c.want) {
				t.Errorf("%+v", p)
			}
		})
	}
	a := open(t, trail.Config{})
	a.do(account, "A", 3)
	ok(t, a.store.Update(t.Context(), func(tx *store.Tx) error { return tx.Events().Delete(cloud.EventID(3)) }))
	if p := a.verify(); !strings.Contains(p.Broken, "ends with event 2") {
		t.Errorf("the newest gone: %+v", p)
	}
}

// Files go in time, a crash in between notwithstanding, and the chain begins
// where they ended.
func TestPrune(t *testing.T) {
	a := open(t, trail.Config{Keep: 1, Life: trail.Days(2)})
	for range 5 {
		a.do(account, "A", 4)
		a.now = a.now.Add(24 * time.Hour)
	}
	failpoint.Enable(t, "trail.marked", "1*error(crash)")
	if err := trail.Archive(a.Trail, t.Context()); err == nil {
		t.Fatal("it went on")
	}
	a.reopen()
	if p := a.verify(); p.Broken != "" || p.Events != 16 {
		t.Errorf("after the crash: %+v", p)
	}
	ok(t, trail.Archive(a.Trail, t.Context()))
	if got, want := a.files(), []string{"2026-03-07.jsonl", "2026-03-08.jsonl"}; !slices.Equal(got, want) {
		t.Errorf("files %v", got)
	}
	a.whole(8)
}

// What is delivered is CloudTrail's files, one for each account, and a digest;
// a parcel that was interrupted is delivered again under the same names.
func TestDeliver(t *testing.T) {
	a := open(t, trail.Config{Keep: 4})
	a.do(account, "A", 5)
	a.do(other, "B", 5)
	ok(t, trail.Archive(a.Trail, t.Context()))
	failpoint.Enable(t, "trail.delivered", "1*error(crash)")
	if err := trail.Deliver(a.Trail, t.Context()); err == nil {
		t.Fatal("it went on")
	}
	a.reopen()
	a.do(other, "C", 2)
	ok(t, trail.Deliver(a.Trail, t.Context()))
	ok(t, trail.Deliver(a.Trail, t.Context())) // nothing left to deliver
	got := map[string]int{}
	for key, z := range a.bucket.objects {
		r, err := gzip.NewReader(bytes.NewReader(z))
		ok(t, err)
		var file struct {
			Records []struct{ RecipientAccountId string }
			Hash    string
		}
		ok(t, json.NewDecoder(r).Decode(&file))
		got[key] = len(file.Records)
		if strings.Contains(key, "Digest") && file.Hash != a.verify().Hash {
			t.Errorf("digest %+v", file)
		}
	}
	want := map[string]int{
		"AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/04/111122223333_CloudTrail_us-east-1_20260304T0507Z_0000000000000001.json.gz":               5,
		"AWSLogs/444455556666/CloudTrail/us-east-1/2026/03/04/444455556666_CloudTrail_us-east-1_20260304T0512Z_0000000000000006.json.gz":               7,
		"AWSLogs/999900009999/CloudTrail-Digest/us-east-1/2026/03/04/999900009999_CloudTrail-Digest_us-east-1_20260304T0507Z_0000000000000001.json.gz": 0,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("delivered %v", got)
	}
	a.do(account, "D", 1)
	a.bucket.fail = errors.New("no room")
	if err := trail.Deliver(a.Trail, t.Context()); err == nil {
		t.Error("a failure is no success")
	}
	a.bucket.fail = nil
	ok(t, trail.Deliver(a.Trail, t.Context()))
	if len(a.bucket.objects) != 5 {
		t.Errorf("%d objects", len(a.bucket.objects))
	}
}

// The loops end with their context and leave nothing open.
func TestRun(t *testing.T) {
	a := open(t, trail.Config{Keep: 1})
	a.do(account, "A", 3)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- a.Run(ctx) }()
	for rev := cloud.Revision(0); a.stored() > 1; {
		next, err := a.store.Wait(t.Context(), rev)
		ok(t, err)
		rev = next
	}
	cancel()
	ok(t, <-done)
	a.whole(3)
}
