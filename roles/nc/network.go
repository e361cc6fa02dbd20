package nc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/net/fabric"
)

// netPeriod is how often the host's network is compared with what it should
// be when nothing changed.
const netPeriod = 5 * time.Second

// network keeps the host's fabric equal to the wanted ports. Changes that come
// together are set together, in rounds.
type network struct {
	fab  fabric.Fabric
	log  *slog.Logger
	kick chan struct{}
	open chan struct{} // closed when it is known what runs here: nothing is set before

	change sync.Mutex // held over changes that belong together
	mu     sync.Mutex
	opened bool
	ports  map[cloud.InstanceID]fabric.Port
	set    map[cloud.InstanceID]bool // a round has had the port
	cidrs  map[cloud.VPCID]fabric.VPC
	groups map[cloud.GroupID]fabric.Group
	next   *round // asked for, not begun

	lastErr   string   // said once, not at every round
	lastDrift []string // likewise
}

// round is one Set and those who wait for it.
type round struct {
	done   chan struct{}
	status fabric.Status
	err    error
}

func newNetwork(f fabric.Fabric, log *slog.Logger) *network {
	return &network{fab: f, log: log, kick: make(chan struct{}, 1), open: make(chan struct{}),
		ports: map[cloud.InstanceID]fabric.Port{}, set: map[cloud.InstanceID]bool{},
		cidrs: map[cloud.VPCID]fabric.VPC{}, groups: map[cloud.GroupID]fabric.Group{}}
}

// begin lets rounds begin.
func (w *network) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.opened {
		w.opened = true
		close(w.open)
	}
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

// connect waits until an interface that is wanted is in place.
func (w *network) connect(ctx context.Context, eni cloud.ENIID) error {
	st, err := w.sync(ctx)
	for _, p := range st.Ports {
		if p.ENI == eni && p.Connected {
			return nil // what else went wrong is not of this one
		}
	}
	if err == nil {
		err = errors.New("the fabric did not connect it")
	}
	return fmt.Errorf("connect the interface %s: %w", eni, err)
}

// unplug takes an interface away and waits until it is gone. One that no
// round has had is given to one first: a fabric keeps a new tap that it was
// never told of for a while.
func (w *network) unplug(ctx context.Context, p fabric.Port, vpc fabric.VPC) error {
	w.mu.Lock()
	had := w.set[p.Instance]
	if !had {
		w.ports[p.Instance], w.cidrs[vpc.ID] = p, vpc
	}
	w.mu.Unlock()
	if !had {
		if _, err := w.sync(ctx); err != nil && ctx.Err() != nil {
			return err
		}
	}
	w.drop(p.Instance)
	_, err := w.sync(ctx)
	if err == nil || ctx.Err() != nil {
		return err
	}
	// Something is wrong somewhere. If it is not this interface the instance
	// need not wait for it.
	st, serr := w.fab.Status(ctx)
	if serr != nil || slices.ContainsFunc(st.Ports, func(s fabric.PortStatus) bool { return s.ENI == p.ENI }) {
		return errors.Join(err, serr)
	}
	return nil
}

// run sets rounds until ctx ends; then it lets go of the fabric's servers.
func (w *network) run(ctx context.Context) error {
	select {
	case <-w.open:
	case <-ctx.Done():
		return w.fab.Close()
	}
	tick := time.NewTicker(netPeriod)
	defer tick.Stop()
	for {
		select {
		case <-w.kick:
		case <-tick.C:
		case <-ctx.Done():
			return w.fab.Close()
		}
		w.round(ctx)
	}
}

// round does one round.
func (w *network) round(ctx context.Context) {
	w.change.Lock()
	w.mu.Lock()
	r := w.next
	if w.next = nil; r == nil { // nobody asked: the periodic one
		r = &round{done: make(chan struct{})}
	}
	c := w.config()
	had := slices.Collect(maps.Keys(w.ports))
	w.mu.Unlock()
	w.change.Unlock()
	r.status, r.err = w.fab.Set(ctx, c)
	w.mu.Lock()
	for _, id := range had {
		if _, ok := w.ports[id]; ok {
			w.set[id] = true
		}
	}
	w.mu.Unlock()
	if ctx.Err() == nil {
		w.say(r)
	}
	close(r.done)
}

// say logs what a round found, when it is news.
func (w *network) say(r *round) {
	text := ""
	if r.err != nil {
		text = r.err.Error()
	}
	if text != w.lastErr && text != "" {
		w.log.Warn("network not as wanted", "err", r.err)
	}
	for _, d := range r.status.Drift {
		if !slices.Contains(w.lastDrift, d) {
			w.log.Warn("network differs", "drift", d)
		}
	}
	w.lastErr, w.lastDrift = text, r.status.Drift
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
