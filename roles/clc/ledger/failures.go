package ledger

import (
	"context"
	"errors"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/store"
)

// What failed calls may cost the store: a batch is one Update.
const (
	maxQueue  = 1024
	maxBatch  = 64
	batchTime = 250 * time.Millisecond // at least, between two batches
)

// Observe takes note of a finished call, for awsquery.Config.Observe. One that
// was to change something, or to give out credentials, and failed or was refused
// leaves an event, and one that came with a known access key and could not prove
// it. Neither is promised: above 256 a second, or when the store refuses, they
// are dropped and counted. It never blocks.
func (l *Ledger) Observe(o awsquery.Outcome) {
	if !worthTelling(o) {
		return
	}
	select {
	case l.queue <- o:
	default:
		l.numbers.dropped.Add(1)
	}
}

func worthTelling(o awsquery.Outcome) bool {
	switch {
	case errors.Is(o.Err, cloud.BadCredentials):
		return o.Caller.AccessKey != ""
	case (o.Caller.Account == "" && !operator(o.Call)) || o.Code == "DryRunOperation" || throttled(o.Err):
		return false
	}
	return o.Code != "" && o.Access == awsquery.Write
}

// drafts makes the events of what waited. Some tell nobody anything.
func (l *Ledger) drafts(ctx context.Context, batch []awsquery.Outcome) (out []draft) {
	for _, o := range batch {
		c := o.Call
		if errors.Is(o.Err, cloud.BadCredentials) {
			if c = l.signIn(ctx, o); c == nil {
				continue
			}
		} else if !l.failures.tells(string(c.Caller.Account), o.Now) {
			l.numbers.dropped.Add(1)
			continue
		}
		d, err := l.draftOf(c, wireCode(o), sentence(o))
		if err != nil {
			l.cfg.Log.Error("make an event of a failed call", "err", err)
			continue
		}
		out = append(out, d)
	}
	return out
}

// signIn is the call of somebody who is not the one they say: of the key they
// name nothing is proven but that it is an account's. nil if it is nobody's.
func (l *Ledger) signIn(ctx context.Context, o awsquery.Outcome) *awsquery.Call {
	c := &awsquery.Call{RequestID: o.RequestID, Service: o.Service, Action: "Authenticate", Access: awsquery.Read,
		SourceIP: o.SourceIP, UserAgent: o.UserAgent, Caller: cloud.Caller{AccessKey: o.Caller.AccessKey}}
	if err := l.store.View(ctx, func(tx *store.Tx) error { return claim(tx, &c.Caller) }); err != nil {
		return nil // no such key, or no store
	}
	if !l.signIns.tells(c.Caller.AccessKey, o.Now) {
		l.numbers.dropped.Add(1)
		return nil
	}
	return c
}

// claim fills in whose key it is that a caller names.
func claim(tx *store.Tx, who *cloud.Caller) error {
	k, ok := tx.AccessKeys().Get(who.AccessKey)
	if !ok {
		return cloud.NotFound
	}
	who.Account, who.Kind, who.UserID, who.ARN = k.Account, cloud.PrincipalRoot, string(k.Account), cloud.IAMARN(k.Account, "root")
	if u, found := tx.Users().Get(k.User); found {
		who.Kind, who.UserID, who.ARN, who.Principal, who.Name = cloud.PrincipalUser, u.ID, u.ARN(), u.ID, u.Name
	}
	return nil
}

func throttled(err error) bool {
	e := cloud.AsError(err)
	return err != nil && e.Kind == cloud.LimitExceeded && e.Resource == cloud.ResRequest
}

// wireCode is the code as CloudTrail spells it: EC2's tell whose fault it was.
func wireCode(o awsquery.Outcome) string {
	switch {
	case o.Code == "" || o.Service != "ec2":
		return o.Code
	case o.Status >= 500:
		return "Server." + o.Code
	}
	return "Client." + o.Code
}

// sentence is what the tenant was told, as far as the error words it itself.
func sentence(o awsquery.Outcome) string {
	if o.Err == nil {
		return ""
	}
	if e := cloud.AsError(o.Err); e.Kind != cloud.Internal {
		return e.Msg
	}
	return ""
}

// Run writes the events of failed calls until ctx ends, those that wait then
// too.
func (l *Ledger) Run(ctx context.Context) error {
	pace := time.NewTicker(batchTime)
	defer pace.Stop()
	for {
		select {
		case <-ctx.Done():
			l.drain(context.WithoutCancel(ctx))
			return nil
		case first := <-l.queue:
			l.record(context.WithoutCancel(ctx), l.gather([]awsquery.Outcome{first}))
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
		}
	}
}

// drain writes what waits at the end.
func (l *Ledger) drain(ctx context.Context) {
	for batch := l.gather(nil); len(batch) > 0; batch = l.gather(nil) {
		l.record(ctx, batch)
	}
}

// gather adds what waits to a batch.
func (l *Ledger) gather(batch []awsquery.Outcome) []awsquery.Outcome {
	for len(batch) < maxBatch {
		select {
		case o := <-l.queue:
			batch = append(batch, o)
		default:
			return batch
		}
	}
	return batch
}

func (l *Ledger) record(ctx context.Context, waited []awsquery.Outcome) {
	batch := l.drafts(ctx, waited)
	if len(batch) == 0 {
		return
	}
	err := l.store.Update(ctx, func(tx *store.Tx) error {
		for _, d := range batch {
			if err := l.enter(tx, d, resourceList{}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		l.numbers.dropped.Add(int64(len(batch)))
		l.cfg.Log.Warn("events of failed calls are lost", "events", len(batch), "err", err)
		return
	}
	l.numbers.recorded.Add(int64(len(batch)))
}
