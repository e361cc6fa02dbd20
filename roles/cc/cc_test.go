package cc_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
	"ecc/roles/cc"
	"ecc/rpc"
)

func instance(id string, node cloud.NodeID) rpc.InstanceIntent {
	return rpc.InstanceIntent{ID: cloud.InstanceID(id), Node: node, Goal: cloud.GoalRunning, Generation: 1}
}

func TestNothingIsToldBeforeTheZoneIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newCLC()
		up.setDown(cloud.Errorf(cloud.Unavailable, "", "", "away"))
		c := cc.New(cc.Config{Zone: "z", DownAfter: downAfter}, rpc.LoopbackCluster(up), time.Now, quiet)
		defer run(t, c)()
		n := rpc.LoopbackNode(c)
		_, helloErr := n.Hello(t.Context(), rpc.NodeHello{Node: "a", Zone: "z"})
		_, watchErr := n.Watch(t.Context(), "a", 0)
		for what, err := range map[string]error{"hello": helloErr, "watch": watchErr, "report": n.Report(t.Context(), rpc.NodeReport{Node: "a"})} {
			if !errors.Is(err, cloud.Unavailable) {
				t.Errorf("%s: %v", what, err)
			}
		}
		time.Sleep(time.Minute)
		if r := up.takeReports(); len(r) > 0 {
			t.Errorf("reported %+v", r)
		}
		up.setDown(nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		hello(t, n, "a")
	})
}

func TestRefusals(t *testing.T) {
	zone(t, func(t *testing.T, _ *clc, n rpc.Node) {
		for name, c := range map[string]struct {
			hello rpc.NodeHello
			kind  cloud.Kind
		}{
			"no name":       {rpc.NodeHello{Zone: "z"}, cloud.Malformed},
			"a strange one": {rpc.NodeHello{Node: "../x", Zone: "z"}, cloud.Malformed},
			"other zone":    {rpc.NodeHello{Node: "a", Zone: "y"}, cloud.Invalid},
		} {
			if _, err := n.Hello(t.Context(), c.hello); !errors.Is(err, c.kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := n.Watch(t.Context(), "a", 0); !errors.Is(err, cloud.Unavailable) {
			t.Errorf("watch before hello: %v", err)
		}
		if err := n.Report(t.Context(), rpc.NodeReport{Node: "a"}); !errors.Is(err, cloud.Unavailable) {
			t.Errorf("report before hello: %v", err)
		}
		hello(t, n, "a")
		if _, err := n.Watch(t.Context(), "a", 11); !errors.Is(err, cloud.Stale) {
			t.Errorf("watch after a revision the cluster has not reached: %v", err)
		}
		if err := n.Report(t.Context(), rpc.NodeReport{Node: "a", Revision: 11}); !errors.Is(err, cloud.Stale) {
			t.Errorf("report of a revision the cluster has not reached: %v", err)
		}
	})
}

func TestWatchWakesWhomItConcerns(t *testing.T) {
	zone(t, func(t *testing.T, up *clc, n rpc.Node) {
		hello(t, n, "a")
		hello(t, n, "b")
		if w := watch(t, n, "a", 0).look(); !w.done || w.in.Revision != 10 || len(w.in.Instances) > 0 {
			t.Fatalf("the first watch: %+v", w)
		}
		a, b := watch(t, n, "a", 10), watch(t, n, "b", 10)
		up.change(func(z *rpc.ZoneIntent) { z.Instances = append(z.Instances, instance("i-1", "a")) })
		if w := a.look(); !w.done || w.err != nil || w.in.Revision != 11 || len(w.in.Instances) != 1 {
			t.Errorf("the node concerned: %+v", w)
		}
		if w := b.look(); w.done {
			t.Errorf("the other node: %+v", w)
		}
		time.Sleep(26 * time.Second) // the end of its poll
		if w := b.look(); !w.done || w.err != nil || w.in.Revision != 11 || len(w.in.Instances) != 0 {
			t.Errorf("the other node in the end: %+v", w)
		}
		up.change(func(z *rpc.ZoneIntent) {
			z.Instances[0].NIC.Groups, z.Groups = []cloud.GroupID{"sg-1"}, []rpc.GroupIntent{{ID: "sg-1"}}
		})
		synctest.Wait()
		a = watch(t, n, "a", 12)
		up.change(func(z *rpc.ZoneIntent) { z.Groups[0].Ingress = []cloud.GroupRule{{Protocol: "tcp"}} })
		if w := a.look(); !w.done || len(w.in.Groups) != 1 || len(w.in.Groups[0].Ingress) != 1 {
			t.Errorf("a changed group: %+v", w)
		}
		up.change(func(z *rpc.ZoneIntent) { z.Instances = nil })
		synctest.Wait()
		if w := watch(t, n, "a", 13).look(); !w.done || len(w.in.Instances) != 0 {
			t.Errorf("nothing left: %+v", w)
		}
	})
}

// A question wakes its node though no revision comes with it, and is told once.
func TestQuestions(t *testing.T) {
	zone(t, func(t *testing.T, up *clc, n rpc.Node) {
		hello(t, n, "a")
		hello(t, n, "b")
		a, b := watch(t, n, "a", 10), watch(t, n, "b", 10)
		up.ask(rpc.ZoneAsk{Node: "a", Ask: rpc.Ask{ID: "q", Kind: rpc.AskConsole}})
		if w := a.look(); !w.done || w.in.Revision != 10 || len(w.in.Asks) != 1 || b.look().done {
			t.Errorf("asked: %+v; not asked: %+v", w, b.look())
		}
		if w := watch(t, n, "a", 10).look(); w.done {
			t.Errorf("told twice: %+v", w)
		}
		hello(t, n, "a") // it may have missed the first time
		if w := watch(t, n, "a", 10).look(); !w.done || len(w.in.Asks) != 1 {
			t.Errorf("after a hello: %+v", w)
		}
		time.Sleep(26 * time.Second) // watches under way end before the bubble does
		if err := n.Answer(t.Context(), "a", rpc.Answer{ID: "q"}); err != nil || len(up.answers) != 1 {
			t.Errorf("%v, %d answers", err, len(up.answers))
		}
		if g, err := n.GrantImage(t.Context(), "a", "ami-1"); err != nil || g.Index != "url" || len(up.grants) != 1 {
			t.Errorf("%+v %v", g, err)
		}
		if k, err := n.Credentials(t.Context(), "a", "i-1"); err != nil || k.Role != "a/i-1" {
			t.Errorf("%+v %v", k, err)
		}
	})
}

func sighting(id string, p cloud.Phase) rpc.InstanceReport {
	return rpc.InstanceReport{ID: cloud.InstanceID(id), Generation: 1, Phase: p}
}

func TestASilentNodeIsDownUntilHeardAgain(t *testing.T) {
	zone(t, func(t *testing.T, up *clc, n rpc.Node) {
		hello(t, n, "a")
		hello(t, n, "b")
		report := func(id cloud.NodeID) {
			r := rpc.NodeReport{Node: id, Revision: 10, Instances: []rpc.InstanceReport{sighting("i-"+string(id), cloud.PhaseUp)}}
			if err := n.Report(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		report("b")
		for range 12 {
			report("a")
			time.Sleep(time.Second)
		}
		synctest.Wait()
		last := func() (down map[cloud.NodeID]bool, reports map[cloud.NodeID]bool) {
			down, reports = map[cloud.NodeID]bool{}, map[cloud.NodeID]bool{}
			all := up.takeReports()
			if len(all) == 0 {
				t.Fatal("no report")
			}
			for _, n := range all[len(all)-1].Nodes {
				down[n.ID] = n.Down
			}
			for _, r := range all[len(all)-1].Reports {
				reports[r.Node] = true
			}
			return down, reports
		}
		down, reports := last()
		if d := cmp.Diff(map[cloud.NodeID]bool{"a": false, "b": true}, down); d != "" || reports["b"] {
			t.Errorf("silent for long: %s, reports %v", d, reports)
		}
		report("b") // the same as before it fell silent
		synctest.Wait()
		down, reports = last()
		if down["b"] || !reports["b"] {
			t.Errorf("heard again: down %v, reports %v", down, reports)
		}
	})
}

func TestOnlyNewsIsReportedAtOnce(t *testing.T) {
	zone(t, func(t *testing.T, up *clc, n rpc.Node) {
		hello(t, n, "a")
		hello(t, n, "b")
		report := func(id cloud.NodeID, p cloud.Phase) {
			if err := n.Report(t.Context(), rpc.NodeReport{Node: id, Instances: []rpc.InstanceReport{sighting("i-"+string(id), p)}}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		report("a", cloud.PhasePreparing)
		report("b", cloud.PhasePreparing)
		up.takeReports()
		report("a", cloud.PhasePreparing) // a heartbeat
		if r := up.takeReports(); len(r) != 0 {
			t.Errorf("a heartbeat was passed on: %+v", r)
		}
		report("a", cloud.PhaseUp)
		r := up.takeReports()
		if len(r) != 1 || len(r[0].Reports) != 1 || r[0].Reports[0].Node != "a" || len(r[0].Nodes) != 2 {
			t.Errorf("news of one node: %+v", r)
		}
		time.Sleep(downAfter / 2)
		synctest.Wait()
		if r := up.takeReports(); len(r) == 0 || len(r) > 2 || len(r[0].Reports) != 2 {
			t.Errorf("now and then, everything: %+v", r)
		}
		up.setDown(cloud.Errorf(cloud.Unavailable, "", "", "away"))
		report("a", cloud.PhaseDown)
		up.setDown(nil)
		time.Sleep(1100 * time.Millisecond)
		synctest.Wait()
		if r := up.takeReports(); len(r) == 0 || len(r[0].Reports) != 2 || r[0].Reports[0].Instances[0].Phase != cloud.PhaseDown {
			t.Errorf("after a report that failed: %+v", r)
		}
	})
}

// A cloud controller that is away changes nothing for the nodes.
func TestNodesGoOnWithoutTheCloudController(t *testing.T) {
	zone(t, func(t *testing.T, up *clc, n rpc.Node) {
		up.change(func(z *rpc.ZoneIntent) { z.Instances = append(z.Instances, instance("i-1", "a")) })
		synctest.Wait()
		up.setDown(cloud.Errorf(cloud.Unavailable, "", "", "away"))
		time.Sleep(time.Minute)
		hello(t, n, "a")
		if w := watch(t, n, "a", 0).look(); !w.done || len(w.in.Instances) != 1 {
			t.Errorf("%+v", w)
		}
		if err := n.Report(t.Context(), rpc.NodeReport{Node: "a", Revision: 11}); err != nil {
			t.Error(err)
		}
	})
}

func TestZones(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ups := map[string]*clc{"y": newCLC(), "z": newCLC()}
		var all []*cc.Cluster
		for _, z := range []string{"y", "z"} {
			c := cc.New(cc.Config{Zone: z, DownAfter: downAfter}, ups[z], time.Now, quiet)
			defer run(t, c)()
			all = append(all, c)
		}
		synctest.Wait()
		n := rpc.LoopbackNode(cc.NewZones(all...))
		for what, err := range map[string]error{
			"report": n.Report(t.Context(), rpc.NodeReport{Node: "a"}),
			"answer": n.Answer(t.Context(), "a", rpc.Answer{}),
		} {
			if !errors.Is(err, cloud.Unavailable) {
				t.Errorf("%s before hello: %v", what, err)
			}
		}
		if _, err := n.Hello(t.Context(), rpc.NodeHello{Node: "a", Zone: "x"}); !errors.Is(err, cloud.Invalid) {
			t.Errorf("hello in a zone that is not here: %v", err)
		}
		ups["y"].change(func(z *rpc.ZoneIntent) { z.Instances = append(z.Instances, instance("i-1", "a")) })
		synctest.Wait()
		if _, err := n.Hello(t.Context(), rpc.NodeHello{Node: "a", Zone: "y"}); err != nil {
			t.Fatal(err)
		}
		if w := watch(t, n, "a", 0).look(); len(w.in.Instances) != 1 {
			t.Errorf("watch: %+v", w)
		}
		if err := n.Report(t.Context(), rpc.NodeReport{Node: "a", Revision: 11}); err != nil {
			t.Error(err)
		}
		if _, err := n.GrantImage(t.Context(), "a", "ami-1"); err != nil || len(ups["y"].grants) != 1 {
			t.Errorf("grant: %v", err)
		}
		if err := n.Answer(t.Context(), "a", rpc.Answer{ID: "q"}); err != nil || len(ups["y"].answers) != 1 {
			t.Errorf("answer: %v", err)
		}
		// It moves: one zone knows it, not two.
		old := watch(t, n, "a", 11)
		if _, err := n.Hello(t.Context(), rpc.NodeHello{Node: "a", Zone: "z"}); err != nil {
			t.Fatal(err)
		}
		if w := old.look(); !w.done || !errors.Is(w.err, cloud.Unavailable) {
			t.Errorf("the watch in its old zone: %+v", w)
		}
		for _, up := range ups {
			up.takeReports()
		}
		time.Sleep(downAfter)
		if r := ups["y"].takeReports(); len(r) == 0 || len(r[len(r)-1].Nodes) != 0 {
			t.Errorf("its old zone reports %+v", r)
		}
		if r := ups["z"].takeReports(); len(r) == 0 || len(r[len(r)-1].Nodes) != 1 {
			t.Errorf("its new zone reports %+v", r)
		}
	})
}
