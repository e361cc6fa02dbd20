package clc_test

import (
	"context"
	"maps"
	"slices"

	"ecc/cloud"
	"ecc/rpc"
)

// fakeZone plays a cluster controller with its nodes: it reports what the test
// says the nodes see.
type fakeZone struct {
	f     *fixture
	name  string
	nodes map[cloud.NodeID]*cloud.Node
	sees  map[cloud.InstanceID]rpc.InstanceReport
}

// nodeCapacity is that of every node.
var nodeCapacity = cloud.Capacity{VCPU: 16, Memory: 32 * cloud.GiB, Disk: 200 * cloud.GiB}

// newZone makes nodes report for the first time.
func (f *fixture) newZone(name string, nodes ...cloud.NodeID) *fakeZone {
	f.t.Helper()
	z := &fakeZone{f: f, name: name, nodes: map[cloud.NodeID]*cloud.Node{}, sees: map[cloud.InstanceID]rpc.InstanceReport{}}
	for _, n := range nodes {
		z.nodes[n] = &cloud.Node{ID: n, Zone: name, Hypervisor: "sim", Accelerator: "sim", Version: "test", Capacity: nodeCapacity}
	}
	z.report()
	return z
}

// report sends all that the nodes see; a node that is down sees nothing.
func (z *fakeZone) report() {
	z.f.t.Helper()
	ok(z.f.t, z.f.svc.ReportZone(context.Background(), z.message()))
}

func (z *fakeZone) message() rpc.ZoneReport {
	r := rpc.ZoneReport{Zone: z.name}
	for _, id := range slices.Sorted(maps.Keys(z.nodes)) {
		n := z.nodes[id]
		r.Nodes = append(r.Nodes, *n)
		if n.Down {
			continue
		}
		nr := rpc.NodeReport{Node: id}
		for _, i := range slices.Sorted(maps.Keys(z.sees)) {
			if z.f.instance(string(i)).Desired.Node == id {
				nr.Instances = append(nr.Instances, z.sees[i])
			}
		}
		r.Reports = append(r.Reports, nr)
	}
	return r
}

// see sets what an instance's node sees of it, as of the generation wanted
// now, and reports.
func (z *fakeZone) see(id string, p cloud.Phase, more ...func(*rpc.InstanceReport)) {
	z.f.t.Helper()
	r := rpc.InstanceReport{ID: cloud.InstanceID(id), Generation: z.f.instance(id).Desired.Generation, Phase: p}
	for _, m := range more {
		m(&r)
	}
	z.sees[r.ID] = r
	z.report()
}

// What a sighting may say besides.
func failed(why cloud.Reason) func(*rpc.InstanceReport) {
	return func(r *rpc.InstanceReport) { r.Failed, r.Reason = true, why }
}

func guestDown(r *rpc.InstanceReport) { r.GuestDown = true }

// follow does what every instance of the zone wants, as a node would.
func (z *fakeZone) follow() {
	z.f.t.Helper()
	for _, i := range must[rpc.ZoneIntent](z.f.t)(z.f.svc.WatchZone(context.Background(), z.name, 0)).Instances {
		p := map[cloud.Goal]cloud.Phase{cloud.GoalRunning: cloud.PhaseUp, cloud.GoalStopped: cloud.PhaseDown, cloud.GoalTerminated: cloud.PhaseGone}[i.Goal]
		z.sees[i.ID] = rpc.InstanceReport{ID: i.ID, Generation: i.Generation, Phase: p}
	}
	z.report()
}
