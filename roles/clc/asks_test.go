package clc_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/rpc"
)

// A tenant whose questions wait is refused more of them, and keeps neither
// another tenant nor the operator from asking.
func TestQuestionsOfOneTenantAreBounded(t *testing.T) {
	f := newCloud(t)
	mine, theirs := cloud.Instance{Zone: zoneA, Account: f.alice.account.ID}, cloud.Instance{Zone: zoneA, Account: f.bob.account.ID}
	ctx := soon(t)
	answer := f.questions(clc.MaxAsksPerAcct, mine)
	if _, err := clc.Ask(f.svc, ctx, rpc.AskConsole, mine, 0); !errors.Is(err, cloud.LimitExceeded) {
		t.Errorf("one more: %v", err)
	}
	for name, i := range map[string]cloud.Instance{"another tenant": theirs, "the operator": {Zone: zoneA}} {
		if _, err := clc.Ask(f.svc, ctx, rpc.AskConsole, i, 0); !errors.Is(err, cloud.Unavailable) { // nobody answers
			t.Errorf("%s: %v", name, err)
		}
	}
	answer()
	if _, err := clc.Ask(f.svc, ctx, rpc.AskConsole, mine, 0); !errors.Is(err, cloud.Unavailable) {
		t.Errorf("when the others are answered: %v", err)
	}
}

// questions asks about an instance and returns once all wait; answer ends them.
func (f *fixture) questions(n int, i cloud.Instance) (answer func()) {
	f.t.Helper()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if _, err := clc.Ask(f.svc, f.t.Context(), rpc.AskConsole, i, time.Minute); err != nil {
				f.t.Error(err)
			}
		})
	}
	var asked []rpc.ZoneAsk
	for len(asked) < n {
		z, err := f.svc.WatchZone(soon(f.t), i.Zone, f.store.Revision())
		ok(f.t, err)
		asked = z.Asks
	}
	return func() {
		for _, a := range asked {
			ok(f.t, f.svc.Answer(f.t.Context(), a.Node, rpc.Answer{ID: a.ID}))
		}
		all.Wait()
	}
}
