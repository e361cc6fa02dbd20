// Package ledger is the one way an API action changes the cloud: one
// transaction holds what the action writes, the event that tells it in the audit
// trail, and the check of the account's limits.
//
//	fn ─ what it wrote ─ limits ─ conditions on them ─ event ─ commit
//
// The actions of EC2, IAM and STS (roles/clc, …/iam, …/sts) and the verbs of
// the operator use it; loops and reports, which nobody called, write to the
// store themselves. What becomes of the events afterwards is the business of
// roles/clc/trail.
package ledger

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/internal/metrics"
	"ecc/store"
)

// Config is what a ledger needs to know. Its zero value makes events of no
// region and holds no limit.
type Config struct {
	Region string
	Limits map[cloud.Limit]int64 // of every account that has none of its own; absent: none

	Entropy io.Reader    // of events' ids; crypto/rand if nil
	Log     *slog.Logger // nothing is logged if nil
}

// Ledger makes the transactions of actions.
type Ledger struct {
	cfg      Config
	store    *store.Store
	queue    chan awsquery.Outcome // calls that changed nothing
	signIns  few                   // of one access key
	failures few                   // of one account
	numbers  numbers
}

// New makes a ledger on an open store.
func New(cfg Config, s *store.Store) *Ledger {
	if cfg.Entropy == nil {
		cfg.Entropy = rand.Reader
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	l := &Ledger{cfg: cfg, store: s, queue: make(chan awsquery.Outcome, maxQueue),
		signIns: few{atOnce: signInsAtOnce, every: signInEvery}, failures: few{atOnce: failuresAtOnce, every: failureEvery}}
	l.numbers.init(l)
	return l
}

// Update runs fn as store.Update does, for the call c: fn is pure, and may run
// again. If it wrote anything, the limits of the accounts that grew are held and
// the audit trail gets one event, all in the same transaction. Without a call
// (nil) it is the operator's.
func (l *Ledger) Update(ctx context.Context, c *awsquery.Call, fn func(*store.Tx) error) error {
	if c == nil {
		c = Operator("", nil)
	}
	return l.update(ctx, c, false, fn)
}

// Tell is Update for a call that gives something out, such as credentials: there
// is an event of it even if fn wrote nothing.
func (l *Ledger) Tell(ctx context.Context, c *awsquery.Call, fn func(*store.Tx) error) error {
	return l.update(ctx, c, true, fn)
}

func (l *Ledger) update(ctx context.Context, c *awsquery.Call, always bool, fn func(*store.Tx) error) error {
	d, err := l.draft(c)
	if err != nil {
		return err
	}
	entered := int64(0)
	err = l.store.Update(ctx, func(tx *store.Tx) error {
		entered = 0
		if err := fn(tx); err != nil {
			return err
		}
		changes := tx.Written()
		if len(changes) == 0 && !always {
			return nil
		}
		entered = 1
		if err := l.hold(tx, c, changes); err != nil {
			return err
		}
		return l.enter(tx, d, resources(l.cfg.Region, changes))
	})
	if err == nil {
		l.numbers.entered.Add(entered)
	}
	return err
}

// WriteMetrics tells the ledger's numbers.
func (l *Ledger) WriteMetrics(to io.Writer) error { return l.numbers.set.Write(to) }

// numbers are what the ledger counts.
type numbers struct {
	set      metrics.Set
	entered  *metrics.Counter
	refused  *metrics.Counter
	dropped  *metrics.Counter
	recorded *metrics.Counter
}

func (n *numbers) init(l *Ledger) {
	n.entered = n.set.Counter("ecc_audit_events_total", "Events written together with the change they tell.", "")
	n.recorded = n.set.Counter("ecc_audit_failures_total", "Events of calls that failed.", "")
	n.dropped = n.set.Counter("ecc_audit_dropped_total", "Failed calls that left no event, because there were too many.", "")
	n.refused = n.set.Counter("ecc_limit_refusals_total", "Calls refused by a limit of the account.", "")
	n.set.Gauge("ecc_audit_queue", "Events of failed calls that wait to be written.", "", func() (float64, bool) { return float64(len(l.queue)), true })
}

// head is where the chain of events ends: the number and hash of the last.
const head = "audit-head"

// Head returns the number and the hash of the newest event, 0 and "" if there
// was none yet.
func Head(tx *store.Tx) (number uint64, hash string, err error) { return ReadMark(tx, head) }

// ReadMark reads a place in the chain that is kept under a name in the store's
// meta.
func ReadMark(tx *store.Tx, name string) (number uint64, hash string, err error) {
	text, ok := tx.Meta().Get(name)
	if !ok {
		return 0, "", nil
	}
	if _, err := fmt.Sscanf(text, "%d %s", &number, &hash); err != nil {
		return 0, "", fmt.Errorf("read %s of the audit trail: %w", name, err)
	}
	return number, hash, nil
}

// PutMark writes one.
func PutMark(tx *store.Tx, name string, number uint64, hash string) error {
	return tx.Meta().Put(name, fmt.Sprintf("%d %s", number, hash))
}

// enter adds an event at the end of the chain.
func (l *Ledger) enter(tx *store.Tx, d draft, r resourceList) error {
	number, former, err := Head(tx)
	if err != nil {
		return err
	}
	e := cloud.Event{ID: cloud.EventID(number + 1), Account: d.account(r), At: tx.Now, Text: d.text(tx.Now, r)}
	e.Hash = cloud.EventHash(former, e.Text)
	if err := tx.Events().Put(e); err != nil {
		return fmt.Errorf("enter the event of %s: %w", d.name, err)
	}
	return PutMark(tx, head, number+1, e.Hash)
}
