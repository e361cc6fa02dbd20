package cc_test

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	hvsim "ecc/hypervisor/sim"
	netsim "ecc/net/sim"
	"ecc/roles/cc"
	"ecc/roles/nc"
	"ecc/rpc"
	"ecc/rpc/rpctest"
)

// TestNodesOverEveryWay runs a real node controller on a simulated host below a
// real cluster controller, over each way a call can take, through a restart of
// the cluster controller.
func TestNodesOverEveryWay(t *testing.T) {
	for _, way := range rpctest.Ways() {
		t.Run(way.Name, func(t *testing.T) {
			up := newCLC()
			front := &replaceable{}
			start := func() (stop func()) {
				c := cc.New(cc.Config{Zone: "z", DownAfter: 10 * time.Second, Poll: time.Second}, way.Cluster(t, up), time.Now, quiet)
				front.set(c)
				return run(t, c)
			}
			stop := start()
			defer func() { stop() }()
			hv := node(t, way.Node(t, front, rpctest.Caller))

			up.change(func(z *rpc.ZoneIntent) { z.Instances = []rpc.InstanceIntent{whole("i-00000001"), whole("i-00000002")} })
			waitFor(t, up, "both to run", func(p map[cloud.InstanceID]cloud.Phase) bool {
				return p["i-00000001"] == cloud.PhaseUp && p["i-00000002"] == cloud.PhaseUp
			})
			up.ask(rpc.ZoneAsk{Node: rpctest.Caller, Ask: rpc.Ask{ID: "q", Kind: rpc.AskConsole, Instance: "i-00000001"}})
			wait(t, "the console", func() bool {
				up.mu.Lock()
				defer up.mu.Unlock()
				return len(up.answers) > 0 && len(up.answers[0].Data) > 0
			})

			stop()
			front.set(nil)
			up.takeReports()
			stop = start()
			up.change(func(z *rpc.ZoneIntent) { z.Instances[0].Goal, z.Instances[0].Generation = cloud.GoalTerminated, 2 })
			waitFor(t, up, "one to be gone", func(p map[cloud.InstanceID]cloud.Phase) bool {
				return p["i-00000001"] == cloud.PhaseGone && p["i-00000002"] == cloud.PhaseUp
			})
			list, err := hv.List(t.Context())
			if err != nil || len(list) != 1 || list[0].ID != "i-00000002" || list[0].Power != hypervisor.PowerOn {
				t.Errorf("domains %+v, %v", list, err)
			}
		})
	}
}

// node runs a node controller until the test ends.
func node(t *testing.T, up rpc.Node) *hvsim.Sim {
	t.Helper()
	dir := t.TempDir()
	hv, err := hvsim.New(hvsim.Config{Dir: filepath.Join(dir, "domains"), Cluster: "test", Capacity: cloud.Capacity{VCPU: 4, Memory: cloud.GiB}}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	n := nc.New(nc.Config{Hello: rpc.NodeHello{Node: rpctest.Caller, Zone: "z"}, Cluster: "test", Dir: filepath.Join(dir, "instances"), Starts: 2, Period: time.Second},
		nc.Deps{Upper: up, Hypervisor: hv, Fabric: netsim.New(), Disks: nc.NoDisks{}, Metadata: nc.NewMetadata(), Log: quiet})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx, func() {}) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, hv.Close()); err != nil {
			t.Error(err)
		}
	})
	return hv
}

// whole is an instance with everything a node needs.
func whole(id cloud.InstanceID) rpc.InstanceIntent {
	last := id[len(id)-1]
	return rpc.InstanceIntent{ID: id, Node: rpctest.Caller, Goal: cloud.GoalRunning, Generation: 1, VCPU: 1, Memory: cloud.MiB,
		NIC: rpc.NICIntent{ENI: cloud.ENIID("eni-" + id[2:]), VPC: "vpc-00000001", VPCCIDR: netip.MustParsePrefix("10.0.0.0/16"), Subnet: "subnet-00000001",
			CIDR: netip.MustParsePrefix("10.0.0.0/24"), MAC: "02:00:00:00:00:0" + string(last), PrivateIP: netip.AddrFrom4([4]byte{10, 0, 0, last})}}
}

// waitFor waits until the newest phases reported are as wanted.
func waitFor(t *testing.T, up *clc, what string, level func(map[cloud.InstanceID]cloud.Phase) bool) {
	t.Helper()
	phases := map[cloud.InstanceID]cloud.Phase{}
	wait(t, what, func() bool {
		for _, r := range up.takeReports() {
			for _, n := range r.Reports {
				for _, i := range n.Instances {
					phases[i.ID] = i.Phase
				}
			}
		}
		return level(phases)
	})
}

func wait(t *testing.T, what string, level func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !level(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// replaceable is a cluster controller that may be away and come back as
// another one.
type replaceable struct {
	mu sync.Mutex
	n  rpc.Node
}

func (r *replaceable) set(n *cc.Cluster) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n = n; n == nil {
		r.n = nil
	}
}

func (r *replaceable) get() (rpc.Node, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n == nil {
		return nil, cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "away")
	}
	return r.n, nil
}

func (r *replaceable) Hello(ctx context.Context, h rpc.NodeHello) (rpc.NodeWelcome, error) {
	n, err := r.get()
	if err != nil {
		return rpc.NodeWelcome{}, err
	}
	return n.Hello(ctx, h)
}

func (r *replaceable) Watch(ctx context.Context, id cloud.NodeID, after cloud.Revision) (rpc.NodeIntent, error) {
	n, err := r.get()
	if err != nil {
		return rpc.NodeIntent{}, err
	}
	return n.Watch(ctx, id, after)
}

func (r *replaceable) Report(ctx context.Context, rep rpc.NodeReport) error {
	n, err := r.get()
	if err != nil {
		return err
	}
	return n.Report(ctx, rep)
}

func (r *replaceable) GrantImage(ctx context.Context, id cloud.NodeID, image cloud.ImageID) (rpc.ImageGrant, error) {
	n, err := r.get()
	if err != nil {
		return rpc.ImageGrant{}, err
	}
	return n.GrantImage(ctx, id, image)
}

func (r *replaceable) Credentials(ctx context.Context, id cloud.NodeID, instance cloud.InstanceID) (cloud.RoleKey, error) {
	n, err := r.get()
	if err != nil {
		return cloud.RoleKey{}, err
	}
	return n.Credentials(ctx, id, instance)
}

func (r *replaceable) Answer(ctx context.Context, id cloud.NodeID, a rpc.Answer) error {
	n, err := r.get()
	if err != nil {
		return err
	}
	return n.Answer(ctx, id, a)
}
