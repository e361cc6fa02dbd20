package walrus

import (
	"context"
	"time"

	"ecc/internal/failpoint"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/index"
)

const (
	reclaimBatch   = 100            // pieces of garbage looked at in one go
	forgetBatch    = 500            // records removed in one transaction
	completedStays = 24 * time.Hour // how long a completion can be repeated
	tidyPeriod     = 30 * time.Minute
	sweepPeriod    = 24 * time.Hour // of a bucket elsewhere
)

// reclaimRound takes away everything that may go: files first, then their
// records, so that a crash between the two is repaired by doing it again.
func (w *Walrus) reclaimRound(ctx context.Context) error {
	if w.sweepDue() {
		if err := w.sweepOrphans(ctx); err != nil {
			return err
		}
		if err := w.forgetWebhooks(ctx); err != nil {
			return err
		}
		w.swept = w.cfg.Now()
	}
	if err := w.tidy(); err != nil {
		return err
	}
	if err := w.forgetCompleted(ctx); err != nil {
		return err
	}
	after := index.Garbage{}
	for ctx.Err() == nil {
		batch, err := w.garbage(after)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, g := range batch {
			if err := w.reclaimOne(ctx, g); err != nil {
				return err
			}
		}
		after = batch[len(batch)-1]
	}
	return ctx.Err()
}

// sweepDue reports whether it is time to look for orphans: after a start, and
// now and then where another S3 may take in what it was no longer asked to.
func (w *Walrus) sweepDue() bool {
	return w.swept.IsZero() || w.cfg.Files != nil && w.cfg.Now().Sub(w.swept) >= sweepPeriod
}

// tidy removes, now and then, what failed writes could not remove themselves.
func (w *Walrus) tidy() error {
	now := w.cfg.Now()
	if now.Sub(w.tidied) < tidyPeriod {
		return nil
	}
	w.tidied = now
	return w.files.Tidy()
}

func (w *Walrus) garbage(after index.Garbage) (batch []index.Garbage, err error) {
	w.pins.lookup.Lock()
	defer w.pins.lookup.Unlock()
	err = w.index.View(func(tx *index.Tx) error {
		batch, err = tx.Garbage(after, reclaimBatch)
		return err
	})
	return batch, err
}

// reclaimOne takes one piece of garbage away. A blob that is being read waits
// for a later round.
func (w *Walrus) reclaimOne(ctx context.Context, g index.Garbage) error {
	if g.Kind == index.DeadBlob && w.pins.held(g.ID) {
		return nil
	}
	if err := failpoint.Hit("walrus.put.8.reclaim"); err != nil {
		return err
	}
	w.reclaiming.Lock()
	defer w.reclaiming.Unlock()
	if err := w.unlink(g); err != nil {
		return err
	}
	for done := false; !done; {
		err := w.index.Update(ctx, func(tx *index.Tx) (err error) {
			done, err = tx.Forget(g, forgetBatch)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// unlink removes the data files of a piece of garbage.
func (w *Walrus) unlink(g index.Garbage) error {
	var files []index.ID
	switch g.Kind {
	case index.DeadFile:
		files = []index.ID{g.ID}
	case index.DeadBlob:
		err := w.index.View(func(tx *index.Tx) error {
			for _, e := range tx.Extents(g.ID) {
				files = append(files, e.File)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := w.files.Remove(datafile.ID(f)); err != nil {
			return err
		}
	}
	return nil
}

// sweepOrphans removes data files that a crash left between their naming and
// the index. A file is asked about in pending first: when it has left that, its
// transaction is over and the index knows it or never will.
func (w *Walrus) sweepOrphans(ctx context.Context) error {
	for id, err := range w.files.All() {
		if err != nil || ctx.Err() != nil {
			return err
		}
		if w.pending.has(index.ID(id)) {
			continue
		}
		known := false
		err := w.index.View(func(tx *index.Tx) error {
			known = tx.HasFile(index.ID(id))
			return nil
		})
		if err != nil || known {
			if err != nil {
				return err
			}
			continue
		}
		w.logger.Info("removing an orphaned data file", "file", id.String())
		if err := w.files.Remove(id); err != nil {
			return err
		}
	}
	return nil
}

// forgetCompleted drops the memory of completions nobody will repeat.
func (w *Walrus) forgetCompleted(ctx context.Context) error {
	before := w.cfg.Now().Add(-completedStays)
	for more := true; more; {
		err := w.index.Update(ctx, func(tx *index.Tx) (err error) {
			more, err = tx.ForgetCompleted(before, forgetBatch)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
