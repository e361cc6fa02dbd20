package cc_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ecc/cloud"
	"ecc/roles/cc"
	"ecc/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// clc is a cloud controller driven by the test.
type clc struct {
	mu      sync.Mutex
	zone    rpc.ZoneIntent
	told    map[string]bool
	changed chan struct{}
	down    error

	reports []rpc.ZoneReport
	answers []rpc.Answer
	grants  []cloud.ImageID
}

var _ rpc.Cluster = (*clc)(nil)

func newCLC() *clc {
	return &clc{zone: rpc.ZoneIntent{Revision: 10}, told: map[string]bool{}, changed: make(chan struct{})}
}

// change makes a new revision of the zone.
func (c *clc) change(fn func(z *rpc.ZoneIntent)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.zone.Instances, c.zone.Groups = slices.Clone(c.zone.Instances), slices.Clone(c.zone.Groups)
	fn(&c.zone)
	c.zone.Revision++
	c.wake()
}

func (c *clc) wake() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// ask asks without a new revision.
func (c *clc) ask(a rpc.ZoneAsk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.zone.Asks = append(slices.Clone(c.zone.Asks), a)
	c.wake()
}

func (c *clc) setDown(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = err
	c.wake()
}

// takeReports returns the reports since it was last called.
func (c *clc) takeReports() []rpc.ZoneReport {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.reports
	c.reports = nil
	return r
}

func (c *clc) Welcome(_ context.Context, zone string) (rpc.NodeWelcome, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return rpc.NodeWelcome{Cluster: "test", Region: "r", Heartbeat: time.Second}, c.down
}

func (c *clc) WatchZone(ctx context.Context, _ string, after cloud.Revision) (rpc.ZoneIntent, error) {
	end := time.NewTimer(25 * time.Second)
	defer end.Stop()
	for last := after == 0; ; {
		z, changed, fresh, err := c.intent(after)
		if err != nil || last || fresh {
			return z, err
		}
		select {
		case <-changed:
		case <-end.C:
			last = true
		case <-ctx.Done():
			return z, ctx.Err()
		}
	}
}

func (c *clc) intent(after cloud.Revision) (rpc.ZoneIntent, chan struct{}, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fresh := c.zone.Revision > after
	for _, a := range c.zone.Asks {
		fresh = fresh || !c.told[a.ID]
		c.told[a.ID] = true
	}
	return c.zone, c.changed, fresh, c.down
}

func (c *clc) ReportZone(_ context.Context, r rpc.ZoneReport) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down == nil {
		c.reports = append(c.reports, r)
	}
	return c.down
}

func (c *clc) Credentials(_ context.Context, node cloud.NodeID, id cloud.InstanceID) (cloud.RoleKey, error) {
	return cloud.RoleKey{Role: string(node) + "/" + string(id)}, c.down
}

func (c *clc) GrantImage(_ context.Context, _ cloud.NodeID, image cloud.ImageID) (rpc.ImageGrant, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.grants = append(c.grants, image)
	return rpc.ImageGrant{Index: "url"}, c.down
}

func (c *clc) Answer(_ context.Context, _ cloud.NodeID, a rpc.Answer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = append(c.answers, a)
	return c.down
}

// run runs a cluster controller until the test ends or stop is called.
func run(tb testing.TB, c *cc.Cluster) (stop func()) {
	ctx, cancel := context.WithCancel(tb.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx, func() {}) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Errorf("the cluster controller ended with %v", err)
		}
	})
}

const downAfter = 8 * time.Second

// zone runs fn in virtual time with a running cluster controller of zone z,
// reached through the encoding of the edge.
func zone(t *testing.T, fn func(t *testing.T, up *clc, n rpc.Node)) {
	synctest.Test(t, func(t *testing.T) {
		up := newCLC()
		c := cc.New(cc.Config{Zone: "z", DownAfter: downAfter}, rpc.LoopbackCluster(up), time.Now, quiet)
		defer run(t, c)()
		synctest.Wait()
		fn(t, up, rpc.LoopbackNode(c))
	})
}

func hello(tb testing.TB, n rpc.Node, id cloud.NodeID) {
	tb.Helper()
	w, err := n.Hello(tb.Context(), rpc.NodeHello{Node: id, Zone: "z", Hypervisor: "sim", Capacity: cloud.Capacity{VCPU: 4}})
	if err != nil || w.Cluster != "test" || w.Heartbeat != time.Second {
		tb.Fatalf("hello of %s: %+v, %v", id, w, err)
	}
}

// answer is how a watch ended; done is false of one under way.
type answer struct {
	in   rpc.NodeIntent
	err  error
	done bool
}

// watching is a watch under way.
type watching struct{ ended atomic.Pointer[answer] }

// look tells how the watch stands once nothing moves any more.
func (w *watching) look() answer {
	synctest.Wait()
	if a := w.ended.Load(); a != nil {
		return *a
	}
	return answer{}
}

// watch begins a watch.
func watch(tb testing.TB, n rpc.Node, id cloud.NodeID, after cloud.Revision) *watching {
	w := &watching{}
	go func() {
		in, err := n.Watch(tb.Context(), id, after)
		w.ended.Store(&answer{in, err, true})
	}()
	synctest.Wait()
	return w
}
