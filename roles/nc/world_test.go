package nc_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"ecc/cloud"
	"ecc/hypervisor"
	hvsim "ecc/hypervisor/sim"
	"ecc/net/fabric"
	netsim "ecc/net/sim"
	"ecc/roles/nc"
	"ecc/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	cluster = "test"
	host    = cloud.NodeID("h1")
)

// world is a host with its node's neighbours, which outlive the node.
type world struct {
	t     *testing.T
	dir   string
	hv    *flaky
	fab   *keptFabric
	disks *fakeDisks
	head  *head
	meta  *nc.Metadata
	log   *slog.Logger

	conditions sync.Map // of the running node: name → error text
	stop       func()   // stops the running node; nil: none runs
}

// inWorld runs fn in a bubble of virtual time with a world without a node.
func inWorld(t *testing.T, fn func(w *world)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, dir: dir, fab: &keptFabric{netsim.New()}, log: slog.New(slog.DiscardHandler)}
		if testing.Verbose() {
			w.log = slog.New(slog.NewTextHandler(t.Output(), nil))
		}
		w.disks, w.head = newDisks(t), newHead()
		w.openHypervisor()
		defer func() {
			w.crash()
			_ = w.hv.Close()
		}()
		fn(w)
	})
}

func (w *world) openHypervisor() {
	w.t.Helper()
	sim, err := hvsim.New(hvsim.Config{Dir: filepath.Join(w.dir, "domains"), Cluster: cluster,
		Capacity: cloud.Capacity{VCPU: 8, Memory: 16 * cloud.GiB}, Shutdown: 5 * time.Second}, w.log)
	if err != nil {
		w.t.Fatal(err)
	}
	w.hv = &flaky{Sim: sim}
}

func (w *world) instances() string { return filepath.Join(w.dir, "instances") }

// node starts a node on the host.
func (w *world) node() {
	w.t.Helper()
	w.crash()
	w.meta = nc.NewMetadata()
	w.conditions.Clear()
	n := nc.New(nc.Config{Hello: rpc.NodeHello{Node: host, Zone: "z"}, Cluster: cluster, Dir: w.instances(),
		Offer: func(i hypervisor.Info) cloud.Capacity { return i.Capacity },
		Grace: time.Minute, Starts: 2, MTU: 1500, Period: 10 * time.Second},
		nc.Deps{Upper: rpc.LoopbackNode(w.head), Hypervisor: w.hv, Fabric: w.fab, Disks: w.disks, Metadata: w.meta,
			Condition: func(name string, problem error) { w.conditions.Store(name, fmt.Sprint(problem)) }, Log: w.log})
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	w.head.restarted()
	go func() { ended <- n.Run(ctx, w.head.nodeReady) }()
	w.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("the node ended with %v", err)
		}
	}
}

// crash takes the node away where it stands. After a failpoint's error a node
// touches nothing until its next try, so that this is where it died.
func (w *world) crash() {
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
}

// until waits for a level, for ten minutes of virtual time.
func (w *world) until(what string, level func() bool) {
	w.t.Helper()
	for range 6000 {
		synctest.Wait()
		if level() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.t.Fatalf("waited in vain for %s; the head sees %+v", what, w.head.report())
}

// settle lets the world go on until nothing happens but heartbeats.
func (w *world) settle() {
	time.Sleep(2 * time.Minute)
	synctest.Wait()
}

// reaches waits until the head sees an instance in a phase of its newest
// generation.
func (w *world) reaches(k int, p cloud.Phase) {
	w.t.Helper()
	w.until(fmt.Sprintf("instance %d to be %s", k, p), func() bool {
		r := w.head.sees(id(k))
		return r.Phase == p && r.Generation == w.head.generation(id(k))
	})
}

// state is everything on the host that belongs to instances.
type state struct {
	Running, Off []cloud.InstanceID // domains
	Taps         []string
	Ports        []cloud.ENIID
	Folders      []string
	Pins         []string
}

func (w *world) state() state {
	w.t.Helper()
	var s state
	doms, err := w.hv.Sim.List(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range doms {
		switch d.Power {
		case hypervisor.PowerOn:
			s.Running = append(s.Running, d.ID)
		case hypervisor.PowerOff:
			s.Off = append(s.Off, d.ID)
		case hypervisor.PowerPaused:
			w.t.Errorf("%s is paused", d.ID)
		}
	}
	entries, err := os.ReadDir(w.instances())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			s.Folders = append(s.Folders, e.Name())
		}
	}
	conf, _ := w.fab.Config()
	for _, p := range conf.Ports {
		s.Ports = append(s.Ports, p.ENI)
	}
	slices.Sort(s.Ports)
	s.Taps, s.Pins = w.fab.Taps(), w.disks.pinned()
	return s
}

// wantState compares the host with instances that run and some that are off
// with their disk kept.
func (w *world) wantState(running, off []int) {
	w.t.Helper()
	var want state
	for _, k := range running {
		want.Running = append(want.Running, id(k))
		want.Taps = append(want.Taps, fabric.TapName(eni(k)))
		want.Ports = append(want.Ports, eni(k))
	}
	for _, k := range off {
		want.Off = append(want.Off, id(k))
	}
	for _, k := range slices.Sorted(slices.Values(slices.Concat(running, off))) {
		want.Folders = append(want.Folders, string(id(k)))
		want.Pins = append(want.Pins, string(id(k)))
	}
	if d := cmp.Diff(want, w.state(), cmpopts.EquateEmpty()); d != "" {
		w.t.Errorf("the host is not as it should be (-want +got):\n%s", d)
	}
}

// boots is how often the guest of an instance booted.
func (w *world) boots(k int) int { return w.hv.boots(w.t, filepath.Join(w.dir, "domains"), id(k)) }

func id(k int) cloud.InstanceID { return cloud.InstanceID(fmt.Sprintf("i-%017x", k)) }
func eni(k int) cloud.ENIID     { return cloud.ENIID(fmt.Sprintf("eni-%017x", k)) }

const (
	groupA = cloud.GroupID("sg-0000000000000000a")
	image  = cloud.ImageID("ami-00000000000000001")
)

// intent is a new instance that should run.
func intent(k int) rpc.InstanceIntent {
	vpc := netip.MustParsePrefix("172.31.0.0/16")
	return rpc.InstanceIntent{ID: id(k), Account: "111122223333", Node: host, Generation: 1, Goal: cloud.GoalRunning,
		VCPU: 1, Memory: 64 * cloud.MiB, Disk: cloud.GiB, Image: image,
		NIC: rpc.NICIntent{ENI: eni(k), VPC: "vpc-00000000000000001", VPCCIDR: vpc, Subnet: "subnet-00000000000000001",
			CIDR: netip.MustParsePrefix("172.31.0.0/20"), MAC: fmt.Sprintf("02:00:00:00:00:%02x", k),
			PrivateIP: netip.AddrFrom4([4]byte{172, 31, 1, byte(k)}), Groups: []cloud.GroupID{groupA}},
		Metadata: cloud.Metadata{Instance: id(k), Hostname: fmt.Sprintf("host-%d", k)}}
}
