package walrus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"ecc/internal/loop"
	"ecc/roles/walrus/index"
)

// Offered lists the operations with a handler, for tests.
func Offered() map[string]bool {
	ops := map[string]bool{}
	for name := range operations {
		ops[name] = true
	}
	return ops
}

// Scrub does a round of the scrubber.
func (w *Walrus) Scrub(ctx context.Context) error { return w.scrubRound(ctx) }

// Index gives tests a look at the index.
func (w *Walrus) Index() *index.Index { return w.index }

// ExpireNow enforces the lifecycle rules: it asks for a round and waits for
// one that began after that.
func (w *Walrus) ExpireNow(ctx context.Context) error { return roundOf(ctx, w.expire) }

func roundOf(ctx context.Context, l *loop.Loop) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	s := l.Status()
	want := s.Rounds + 1
	if s.Running {
		want++
	}
	for l.Kick(); l.Status().Rounds < want; {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if e := l.Status().Error; e != "" {
		return errors.New(e)
	}
	return nil
}

// Versions names all versions in a bucket, delete markers with a dash.
func (w *Walrus) Versions(bucket string) (names []string, err error) {
	err = w.index.View(func(tx *index.Tx) error {
		b, err := tx.Bucket(bucket)
		if err != nil {
			return err
		}
		page, _, err := tx.ListVersions(b.ID, index.VersionListing{Listing: index.Listing{Max: 100_000}})
		for _, e := range page {
			name := e.Key
			if e.Marker {
				name += "-"
			}
			names = append(names, name)
		}
		return err
	})
	return names, err
}

// Fill puts n empty versions into a bucket, each under a key of its own if
// suffix is not empty.
func (w *Walrus) Fill(ctx context.Context, bucket, key string, n int, suffix string) error {
	return w.index.Update(ctx, func(tx *index.Tx) error {
		b, err := tx.Bucket(bucket)
		for i := 0; i < n && err == nil; i++ {
			o := index.Object{Key: key, Blob: w.index.NewID()}
			if suffix != "" {
				o.Key += strconv.Itoa(i)
			}
			if err = tx.PutInline(o.Blob, nil); err == nil {
				_, err = putNewest(tx, b, o, w.cfg.Now())
			}
		}
		return err
	})
}

// Queued is how many events wait for a webhook.
func (w *Walrus) Queued(webhook string) (n int) {
	_ = w.index.View(func(tx *index.Tx) error {
		n = tx.Queued(webhook)
		return nil
	})
	return n
}

// DeliverLogs delivers the access logs of all buckets.
func (w *Walrus) DeliverLogs(ctx context.Context) error { return roundOf(ctx, w.logs) }

// Overtaken enforces a bucket's rules as they are now, while between looking
// and acting something happens.
func (w *Walrus) Overtaken(ctx context.Context, happens func()) error {
	all, err := w.bucketsWithRules()
	if err != nil {
		return err
	}
	if len(all) != 1 {
		return fmt.Errorf("%d buckets have rules", len(all))
	}
	b := all[0]
	at := index.VersionListing{Listing: index.Listing{Max: expireScan}}
	var due []overdue
	err = w.index.View(func(tx *index.Tx) error {
		due, _, err = w.findOverdue(tx, b.Bucket, b.rules, b.rules.Walk(w.cfg.Now()), &at)
		return err
	})
	if err != nil {
		return err
	}
	happens()
	return w.takeAway(ctx, b.Bucket, b.rules, due)
}
