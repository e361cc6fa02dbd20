package clc_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/rpc"
	"ecc/store"
)

// manyInstances puts instances on a node behind the service's back, a few in a
// transaction.
func (f *fixture) manyInstances(n int, node cloud.NodeID, data string) (ids []string) {
	f.t.Helper()
	for len(ids) < n {
		f.change(func(tx *store.Tx) error {
			for range min(30, n-len(ids)) {
				id := fmt.Sprintf("i-%017d", len(ids))
				ids = append(ids, id)
				if err := tx.Instances().Put(cloud.Instance{ID: cloud.InstanceID(id), Account: f.alice.account.ID, Zone: zoneA, UserData: data,
					Desired: cloud.Desired{Node: node, Goal: cloud.GoalRunning, Generation: 1, Changed: tx.Now}}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return ids
}

// tally counts the instances that are as fn says.
func (f *fixture) tally(fn func(cloud.Instance) bool) (n int) {
	f.t.Helper()
	f.view(func(tx *store.Tx) {
		for i := range tx.Instances().All() {
			if fn(i) {
				n++
			}
		}
	})
	return n
}

func running(i cloud.Instance) bool { return i.State() == cloud.StateRunning }
func unheard(i cloud.Instance) bool { return i.Observed.Unheard }

// A report is taken in whatever its instances carry and however many they are.
func TestLargeReports(t *testing.T) {
	for name, c := range map[string]struct {
		n    int
		data string
	}{"user data": {120, strings.Repeat("x", clc.MaxUserData)}, "plain": {1500, ""}} {
		t.Run(name, func(t *testing.T) {
			f := newCloud(t)
			ids := f.manyInstances(c.n, "n1", c.data)
			for _, id := range ids {
				f.zone.sees[cloud.InstanceID(id)] = rpc.InstanceReport{ID: cloud.InstanceID(id), Generation: 1, Phase: cloud.PhaseUp}
			}
			f.zone.report()
			same(t, "running", c.n, f.tally(running))
			f.zone.nodes["n1"].Down = true
			f.zone.report()
			same(t, "unheard", c.n, f.tally(unheard))
			f.zone.nodes["n1"].Down = false
			f.zone.report()
			same(t, "unheard when it is back", 0, f.tally(unheard))
		})
	}
}

// An instance that cannot be written keeps none of the others from it.
func TestReportWithOneThatCannotBeWritten(t *testing.T) {
	f := newCloud(t)
	ids := f.manyInstances(9, "n1", "")
	for _, id := range ids {
		f.zone.sees[cloud.InstanceID(id)] = rpc.InstanceReport{ID: cloud.InstanceID(id), Generation: 1, Phase: cloud.PhaseUp}
	}
	bad := f.zone.sees["i-00000000000000004"]
	bad.Reason.Message = strings.Repeat("x", store.MaxValue)
	f.zone.sees[bad.ID] = bad
	f.zone.report()
	same(t, "running", 8, f.tally(running))
	same(t, "seen of the one", cloud.Observed{}, f.instance(string(bad.ID)).Observed)
}

// A process that ended when it had told some instances of a node that is back,
// and not the others, tells those when it starts again.
func TestFlagsAreCompletedAfterARestart(t *testing.T) {
	f := newCloud(t)
	f.manyInstances(3, "b1", "")
	f.change(func(tx *store.Tx) error {
		i, _ := tx.Instances().Get("i-00000000000000001")
		i.Observed.Unheard = true
		return tx.Instances().Put(i)
	})
	again := clc.New(testConfig(), clc.Deps{Store: f.store, Images: f.images, Vault: f.vault, Now: f.clock.now, Log: slog.New(slog.DiscardHandler)})
	ok(t, again.ReportZone(t.Context(), f.zoneB.message()))
	same(t, "unheard", 0, f.tally(unheard))
}

// A node of another zone counts neither here nor as heard there.
func TestNodeOfAnotherZone(t *testing.T) {
	f := newCloud(t)
	foreign := *f.zoneB.nodes["b1"]
	foreign.Zone = zoneA
	f.zone.nodes["b1"] = &foreign
	delete(f.zoneB.nodes, "b1")
	f.clock.forward(testConfig().DownAfter + time.Second)
	f.zone.report()
	f.zoneB.report()
	f.view(func(tx *store.Tx) {
		n, _ := tx.Nodes().Get("b1")
		same(t, "zone", zoneB, n.Zone)
		same(t, "down", true, n.Down)
	})
	for zone, want := range map[string]map[cloud.NodeID]string{zoneA: {"b1": zoneB}, zoneB: {"n1": zoneA, "n2": zoneA}} {
		same(t, "elsewhere of "+zone, want, must[rpc.ZoneIntent](t)(f.svc.WatchZone(t.Context(), zone, 0)).Elsewhere)
	}
}
