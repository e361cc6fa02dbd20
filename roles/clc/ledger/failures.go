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
// was to change something and failed, was refused or came with bad credentials
// of a known account leaves an event; so does one of STS that gave out
// credentials, which changes no record. Neither is promised: above 256 a
// second, or when the store refuses, they are dropped and counted. It never
// blocks.
func (l *Ledger) Observe(o awsquery.Outcome) {
	if !worthTelling(o) {
		return
	}
	d, err := l.draftOf(o.Call, wireCode(o), sentence(o))
	if err != nil {
		l.cfg.Log.Error("make an event of a failed call", "err", err)
		return
	}
	select {
	case l.queue <- d:
	default:
		l.numbers.dropped.Add(1)
	}
}

// issues are the actions of STS that give out credentials.
var issues = map[string]bool{"AssumeRole": true, "AssumeRoleWithWebIdentity": true, "GetSessionToken": true, "GetFederationToken": true}

func worthTelling(o awsquery.Outcome) bool {
	switch {
	case o.Caller.Account == "" || o.Code == "DryRunOperation" || throttled(o.Err):
		return false
	case o.Service == "sts":
		return issues[o.Action]
	case o.Code == "":
		return false
	case errors.Is(o.Err, cloud.BadCredentials):
		return true
	}
	return o.Access == awsquery.Write
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
			l.record(context.WithoutCancel(ctx), l.gather(nil))
			return nil
		case first := <-l.queue:
			l.record(ctx, l.gather([]draft{first}))
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
		}
	}
}

// gather adds what waits to a batch.
func (l *Ledger) gather(batch []draft) []draft {
	for len(batch) < maxBatch {
		select {
		case d := <-l.queue:
			batch = append(batch, d)
		default:
			return batch
		}
	}
	return batch
}

func (l *Ledger) record(ctx context.Context, batch []draft) {
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
