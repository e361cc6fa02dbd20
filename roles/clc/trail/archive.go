package trail

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"ecc/cloud"
	"ecc/internal/atomicfile"
	"ecc/internal/failpoint"
	"ecc/roles/clc/ledger"
	"ecc/store"
)

// maxMove is how many events are moved in one transaction.
const maxMove = 500

// archiveRound moves what is too much for the store to files and removes files
// in time.
func (t *Trail) archiveRound(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		more, err := t.move(ctx)
		if err != nil {
			return fmt.Errorf("move events of the audit trail to a file: %w", err)
		}
		if !more {
			return t.prune(ctx)
		}
	}
}

// move moves the oldest events, and reports whether there are more to move.
func (t *Trail) move(ctx context.Context) (more bool, err error) {
	oldest, more, err := t.surplus(ctx)
	if err != nil || len(oldest) == 0 {
		return false, err
	}
	for rest := oldest; len(rest) > 0; {
		if rest, err = t.appendDay(rest); err != nil {
			return false, err
		}
	}
	if err := failpoint.Hit("trail.synced"); err != nil {
		return false, err
	}
	err = t.store.Update(ctx, func(tx *store.Tx) error {
		for _, e := range oldest {
			if err := tx.Events().Delete(e.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	t.archived.Add(int64(len(oldest)))
	return more, failpoint.Hit("trail.moved")
}

// surplus returns the oldest of the events that are too many for the store.
func (t *Trail) surplus(ctx context.Context) (oldest []cloud.Event, more bool, err error) {
	err = t.store.View(ctx, func(tx *store.Tx) error {
		n := tx.Events().Len() - t.cfg.Keep
		more = n > maxMove
		for e := range tx.Events().All() {
			if n = min(n, maxMove); len(oldest) >= n {
				break
			}
			oldest = append(oldest, e)
		}
		return nil
	})
	return oldest, more, err
}

// appendDay appends the events of the first one's day and returns the others.
// What is in the files already, because a crash came before it was deleted
// from the store, is passed over. Days never go back, even if the clock did, so
// that the files' order is the events'.
func (t *Trail) appendDay(events []cloud.Event) (rest []cloud.Event, err error) {
	if t.file == nil {
		if err := atomicfile.MkdirAll(t.cfg.Dir, 0o700); err != nil {
			return nil, err
		}
		if t.file, err = openNewest(t.cfg.Dir); err != nil {
			t.file = nil
			return nil, err
		}
	}
	for len(events) > 0 && events[0].Number() <= t.file.last {
		events = events[1:]
	}
	if len(events) == 0 {
		return nil, nil
	}
	day := t.dayOf(events[0])
	n := 1
	for n < len(events) && t.dayOf(events[n]) <= day {
		n++
	}
	if err := t.turn(day); err != nil {
		return nil, err
	}
	return events[n:], t.file.append(events[:n])
}

func (t *Trail) dayOf(e cloud.Event) string { return max(e.At.UTC().Format(dayLayout), t.file.day) }

// turn opens the file of a day, if it is not open.
func (t *Trail) turn(day string) error {
	if t.file.day == day {
		return nil
	}
	next, err := openDay(t.cfg.Dir, day)
	if err != nil {
		return err
	}
	next.last = max(next.last, t.file.last)
	old := t.file
	t.file = next
	return old.close()
}

// pruned is the name of the place in the chain up to which events are gone.
const pruned = "audit-pruned"

// prune removes files all of whose events are older than the configuration
// wants, never the newest. Before, it notes where the chain goes on.
func (t *Trail) prune(ctx context.Context) error {
	if t.cfg.Life == 0 {
		return nil
	}
	all, err := days(t.cfg.Dir)
	if err != nil {
		return err
	}
	first := t.now().UTC().Add(-t.cfg.Life).Format(dayLayout)
	for len(all) > 1 && all[0] < first {
		if err := t.forget(ctx, path(t.cfg.Dir, all[0])); err != nil {
			return fmt.Errorf("remove the audit trail of %s: %w", all[0], err)
		}
		all = all[1:]
	}
	return nil
}

func (t *Trail) forget(ctx context.Context, name string) error {
	var last cloud.Event
	var broken error
	err := readFile(name, func(line []byte) bool {
		if e, err := parse(line); err == nil {
			last = e
		} else {
			broken = err
		}
		return true
	})
	if err = errors.Join(err, broken); err != nil {
		return err // kept, for somebody to look at
	}
	err = t.store.Update(ctx, func(tx *store.Tx) error {
		n, _, err := ledger.ReadMark(tx, pruned)
		if err != nil || last.Number() <= n {
			return err
		}
		return ledger.PutMark(tx, pruned, last.Number(), last.Hash)
	})
	if err != nil {
		return err
	}
	if err := failpoint.Hit("trail.marked"); err != nil {
		return err
	}
	if err := os.Remove(name); err != nil {
		return err
	}
	t.forgotten.Add(1)
	return atomicfile.SyncDir(t.cfg.Dir)
}

// day is the length of a day, for configurations.
const day = 24 * time.Hour

// Days is a number of days as Config.Life has it.
func Days(n int) time.Duration { return time.Duration(n) * day }
