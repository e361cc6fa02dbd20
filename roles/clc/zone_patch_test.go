package clc_test

import (
	cmp2 "cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/rpc"
	"ecc/store"
)

// What is kept for a zone and brought up to date is what compiling the zone as
// a whole gives, whatever was written in between. Seldom-looked-at zones see
// many changes at once.
func TestZoneIntentIsThatOfTheRecords(t *testing.T) {
	f := newCloud(t)
	r := rand.New(rand.NewPCG(1, 2))
	last := map[string]rpc.ZoneIntent{}
	for step := range 600 {
		ok(t, f.store.Update(t.Context(), func(tx *store.Tx) error { return scribble(tx, r) }))
		for n, zone := range []string{zoneA, zoneB} {
			if r.IntN(3*n+1) == 0 {
				last[zone] = f.sameIntent(step, zone, last[zone])
			}
		}
	}
	if len(last[zoneA].Instances) == 0 || len(last[zoneB].Instances) == 0 {
		t.Fatal("no instances at the end: nothing was compared")
	}
}

// sameIntent compares what a cc is told with what it should be, and with what
// it was told before: the same content must have the same revision, or nobody
// would be woken by another one.
func (f *fixture) sameIntent(step int, zone string, before rpc.ZoneIntent) rpc.ZoneIntent {
	f.t.Helper()
	told := must[rpc.ZoneIntent](f.t)(f.svc.WatchZone(f.t.Context(), zone, 0))
	want := must[rpc.ZoneIntent](f.t)(clc.CompileZone(f.t.Context(), f.svc, zone))
	alike := []cmp.Option{cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()}
	if diff := cmp.Diff(want, told, alike...); diff != "" {
		f.t.Fatalf("step %d, zone %s (-compiled +told):\n%s", step, zone, diff)
	}
	content := append(alike, cmpopts.IgnoreFields(rpc.ZoneIntent{}, "Revision", "Since", "Changed"))
	if before.Revision > 0 && !cmp.Equal(before, told, content...) {
		// A poll from before must end at once with it.
		z := merged(before, <-f.poll(zone, before.Revision))
		if diff := cmp.Diff(told, z, content...); diff != "" {
			f.t.Fatalf("step %d, zone %s: the poll (-want +got):\n%s", step, zone, diff)
		}
	}
	return told
}

// merged is an intent after what changed was told.
func merged(z, news rpc.ZoneIntent) rpc.ZoneIntent {
	if news.Since == 0 {
		return news
	}
	changed := func(i rpc.InstanceIntent) bool { return slices.Contains(news.Changed, i.Node) }
	news.Instances = append(news.Instances, slices.DeleteFunc(slices.Clone(z.Instances), changed)...)
	slices.SortFunc(news.Instances, func(a, b rpc.InstanceIntent) int { return cmp2.Compare(a.ID, b.ID) })
	used := map[cloud.GroupID]bool{}
	for _, i := range news.Instances {
		for _, g := range i.NIC.Groups {
			used[g] = used[g] || !changed(i)
		}
	}
	for _, g := range z.Groups {
		told := slices.ContainsFunc(news.Groups, func(n rpc.GroupIntent) bool { return n.ID == g.ID })
		if used[g.ID] && !told {
			news.Groups = append(news.Groups, g)
		}
	}
	slices.SortFunc(news.Groups, func(a, b rpc.GroupIntent) int { return cmp2.Compare(a.ID, b.ID) })
	return news
}

// scribble writes something, of few things so that they meet.
func scribble(tx *store.Tx, r *rand.Rand) error {
	id := cloud.InstanceID(fmt.Sprintf("i-%017x", r.IntN(12)))
	i, there := tx.Instances().Get(id)
	group := cloud.GroupID(fmt.Sprintf("sg-%017x", r.IntN(4)))
	switch what := r.IntN(12); {
	case what == 0:
		return tx.Instances().Delete(id)
	case what == 1:
		return tx.Groups().Put(cloud.Group{ID: group, Account: "111122223333", VPC: "vpc-1", Name: fmt.Sprint("g", r.IntN(3), group),
			Ingress: []cloud.GroupRule{{ID: cloud.GroupRuleID(fmt.Sprintf("sgr-%017x", r.IntN(9)))}}})
	case what == 2:
		return tx.Groups().Delete(group)
	case what == 3:
		return tx.TagSets().Put(cloud.TagSet{Resource: string(id), Type: "instance", Account: "111122223333", Tags: map[string]string{"k": fmt.Sprint(r.IntN(3))}})
	case what == 4:
		return tx.TagSets().Delete(string(id))
	case what == 5:
		return tx.Nodes().Put(cloud.Node{ID: cloud.NodeID(fmt.Sprint("extra", r.IntN(2))), Zone: zoneB, Version: fmt.Sprint(r.IntN(3))})
	case what == 6:
		return tx.KeyPairs().Delete("key-0123456789abcdef0") // nothing
	case !there:
		zone := []string{zoneA, zoneB}[r.IntN(2)]
		i = cloud.Instance{ID: id, Account: "111122223333", Reservation: "r-0123456789abcdef0", Image: "ami-0123456789abcdef0",
			Zone: zone, VPC: "vpc-1", Groups: []cloud.GroupID{group}, Metadata: cloud.IMDSOpts{Tags: r.IntN(2) == 0}, Launched: tx.Now,
			PrivateIP: netip.AddrFrom4([4]byte{10, 0, 0, byte(r.IntN(9))}),
			Desired:   cloud.Desired{Goal: cloud.GoalRunning, Generation: 1, Node: []cloud.NodeID{"n1", ""}[r.IntN(8)/7]}}
	case what < 9:
		i.Observe(cloud.Sighting{Node: i.Desired.Node, Generation: i.Desired.Generation,
			Phase: []cloud.Phase{cloud.PhasePreparing, cloud.PhaseUp, cloud.PhaseGone}[r.IntN(3)]}, tx.Now)
	case what == 9:
		i.Want([]cloud.Goal{cloud.GoalStopped, cloud.GoalTerminated, cloud.GoalRunning}[r.IntN(3)], cloud.Reason{}, tx.Now)
	default:
		i.Groups = []cloud.GroupID{group}
	}
	return tx.Instances().Put(i)
}
