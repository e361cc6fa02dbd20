package nc

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/net/fabric"
	"ecc/rpc"
)

// netPeriod is how often the host's network is compared with what it should
// be when nothing changed.
const netPeriod = 5 * time.Second

// network keeps the host's fabric equal to the wanted ports. Changes that come
// together are set together.
type network struct {
	fab  fabric.Fabric
	log  *slog.Logger
	kick chan struct{}

	mu     sync.Mutex
	ports  map[cloud.InstanceID]fabric.Port
	cidrs  map[cloud.VPCID]fabric.VPC
	groups map[cloud.GroupID]fabric.Group
	next   *round // asked for, not begun
}

// round is one Set and those who wait for it.
type round struct {
	done   chan struct{}
	status fabric.Status
	err    error
}

func newNetwork(f fabric.Fabric, log *slog.Logger) *network {
	return &network{fab: f, log: log, kick: make(chan struct{}, 1),
		ports: map[cloud.InstanceID]fabric.Port{}, cidrs: map[cloud.VPCID]fabric.VPC{},
		groups: map[cloud.GroupID]fabric.Group{}}
}

// port makes the fabric's view of an instance's interface.
func (n *Node) port(in rpc.InstanceIntent) fabric.Port {
	return fabric.Port{Instance: in.ID, ENI: in.NIC.ENI, VPC: in.NIC.VPC, Tap: fabric.TapName(in.NIC.ENI),
		MAC: in.NIC.MAC, PrivateIP: in.NIC.PrivateIP, Subnet: in.NIC.CIDR, PublicIP: in.NIC.PublicIP,
		Groups: in.NIC.Groups, Hostname: in.Metadata.Hostname, MTU: n.cfg.MTU,
		HopLimit: in.Metadata.Options.HopLimit}
}

// want adds or changes a port without setting it.
func (w *network) want(p fabric.Port, vpc fabric.VPC) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ports[p.Instance], w.cidrs[vpc.ID] = p, vpc
}

// drop removes a port without setting it.
func (w *network) drop(id cloud.InstanceID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.ports, id)
}

// setGroups replaces the security groups and has them set.
func (w *network) setGroups(gs []rpc.GroupIntent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.groups = map[cloud.GroupID]fabric.Group{}
	for _, g := range gs {
		w.groups[g.ID] = fabric.Group{ID: g.ID, Ingress: g.Ingress, Egress: g.Egress}
	}
	w.ask()
}

// ask returns the next round. w.mu is held.
func (w *network) ask() *round {
	if w.next == nil {
		w.next = &round{done: make(chan struct{})}
		kick(w.kick)
	}
	return w.next
}

// sync waits for a Set that began after the call.
func (w *network) sync(ctx context.Context) (fabric.Status, error) {
	w.mu.Lock()
	r := w.ask()
	w.mu.Unlock()
	select {
	case <-r.done:
		return r.status, r.err
	case <-ctx.Done():
		return fabric.Status{}, ctx.Err()
	}
}

// connect waits until the port of an instance is in place.
func (w *network) connect(ctx context.Context, id cloud.InstanceID) error {
	st, err := w.sync(ctx)
	w.mu.Lock()
	eni := w.ports[id].ENI
	w.mu.Unlock()
	for _, p := range st.Ports {
		if p.ENI == eni && p.Connected {
			return nil
		}
	}
	if err == nil {
		err = fmt.Errorf("the fabric did not connect it")
	}
	return fmt.Errorf("connect the interface %s: %w", eni, err)
}

// run sets rounds until ctx ends; then it lets go of the fabric's servers.
func (w *network) run(ctx context.Context) error {
	tick := time.NewTicker(netPeriod)
	defer tick.Stop()
	for {
		select {
		case <-w.kick:
		case <-tick.C:
		case <-ctx.Done():
			return w.fab.Close()
		}
		w.set(ctx)
	}
}

// set does one round.
func (w *network) set(ctx context.Context) {
	w.mu.Lock()
	r := w.ask()
	w.next = nil
	c := w.config()
	w.mu.Unlock()
	r.status, r.err = w.fab.Set(ctx, c)
	if r.err != nil && ctx.Err() == nil {
		w.log.Warn("network not as wanted", "err", r.err)
	}
	for _, d := range r.status.Drift {
		w.log.Warn("network repaired", "drift", d)
	}
	close(r.done)
}

// config is the whole desired network. w.mu is held.
func (w *network) config() fabric.Config {
	var c fabric.Config
	used := map[cloud.VPCID]bool{}
	for _, id := range slices.Sorted(maps.Keys(w.ports)) {
		c.Ports = append(c.Ports, w.ports[id])
		used[w.ports[id].VPC] = true
	}
	for _, id := range slices.Sorted(maps.Keys(used)) {
		c.VPCs = append(c.VPCs, w.cidrs[id])
	}
	for _, id := range slices.Sorted(maps.Keys(w.groups)) {
		c.Groups = append(c.Groups, w.groups[id])
	}
	return c
}
