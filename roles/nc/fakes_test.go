package nc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	hvsim "ecc/hypervisor/sim"
	netsim "ecc/net/sim"
	"ecc/roles/nc"
	"ecc/rpc"
)

// head is a cluster controller driven by the test.
type head struct {
	mu        sync.Mutex
	rev       cloud.Revision
	instances map[cloud.InstanceID]rpc.InstanceIntent
	groups    []rpc.GroupIntent
	asks      []rpc.Ask
	told      map[string]bool
	changed   chan struct{}
	down      error // answers every call
	roles     map[cloud.InstanceID]string
	keysGiven int
	cluster   string

	hello   rpc.NodeHello
	hellos  int
	last    rpc.NodeReport
	reports int
	answers map[string]rpc.Answer
	ready   bool
	grants  int
}

var _ rpc.Node = (*head)(nil)

func newHead() *head {
	return &head{rev: 10, instances: map[cloud.InstanceID]rpc.InstanceIntent{}, told: map[string]bool{}, cluster: cluster,
		changed: make(chan struct{}), answers: map[string]rpc.Answer{}, groups: []rpc.GroupIntent{{ID: groupA}}}
}

// change changes what is wanted, in one new revision.
func (h *head) change(fn func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	fn()
	h.rev++
	close(h.changed)
	h.changed = make(chan struct{})
}

// want adds or replaces instances.
func (h *head) want(ins ...rpc.InstanceIntent) {
	h.change(func() {
		for _, in := range ins {
			h.instances[in.ID] = in
		}
	})
}

// goal gives an instance a goal, and so a new generation.
func (h *head) goal(id cloud.InstanceID, g cloud.Goal) {
	h.alter(id, func(in *rpc.InstanceIntent) { in.Goal, in.Generation = g, in.Generation+1 })
}

// alter changes an instance's intent.
func (h *head) alter(id cloud.InstanceID, fn func(*rpc.InstanceIntent)) {
	h.change(func() {
		in := h.instances[id]
		fn(&in)
		h.instances[id] = in
	})
}

// drop takes instances out of the intent.
func (h *head) drop(ids ...cloud.InstanceID) {
	h.change(func() {
		for _, id := range ids {
			delete(h.instances, id)
		}
	})
}

func (h *head) ask(a rpc.Ask) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asks = append(h.asks, a)
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *head) answered(id string) (rpc.Answer, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a, ok := h.answers[id]
	return a, ok
}

// setDown makes every call fail, watches under way too; nil ends it.
func (h *head) setDown(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.down = err
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *head) restarted() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ready, h.last, h.reports, h.hellos = false, rpc.NodeReport{}, 0, 0
}

func (h *head) nodeReady() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ready = true
}

// spoken reports whether the running node said hello and reported.
func (h *head) spoken() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.hellos > 0 && h.reports > 0
}

func (h *head) lastHello() rpc.NodeHello {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.hello
}

func (h *head) isReady() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ready
}

func (h *head) report() rpc.NodeReport {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

// sees is the newest report of an instance; zero: none.
func (h *head) sees(id cloud.InstanceID) rpc.InstanceReport {
	for _, r := range h.report().Instances {
		if r.ID == id {
			return r
		}
	}
	return rpc.InstanceReport{}
}

func (h *head) generation(id cloud.InstanceID) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.instances[id].Generation
}

func (h *head) Hello(_ context.Context, n rpc.NodeHello) (rpc.NodeWelcome, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hello = n
	h.hellos++
	return rpc.NodeWelcome{Cluster: h.cluster, Region: "r", Heartbeat: 5 * time.Second}, h.down
}

func (h *head) Watch(ctx context.Context, _ cloud.NodeID, after cloud.Revision) (rpc.NodeIntent, error) {
	end := time.NewTimer(25 * time.Second)
	defer end.Stop()
	for last := after == 0; ; {
		in, changed, fresh, err := h.intent(after)
		if err != nil || last || fresh {
			return in, err
		}
		select {
		case <-changed:
		case <-end.C:
			last = true
		case <-ctx.Done():
			return in, ctx.Err()
		}
	}
}

func (h *head) intent(after cloud.Revision) (in rpc.NodeIntent, changed chan struct{}, fresh bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	in = rpc.NodeIntent{Revision: h.rev, Groups: h.groups, Asks: slices.Clone(h.asks)}
	for _, i := range h.instances {
		in.Instances = append(in.Instances, i)
	}
	fresh = h.rev > after
	for _, a := range in.Asks {
		fresh = fresh || !h.told[a.ID]
		h.told[a.ID] = true
	}
	return in, h.changed, fresh, h.down
}

func (h *head) Report(_ context.Context, r rpc.NodeReport) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down == nil {
		h.last = r
		h.reports++
	}
	return h.down
}

func (h *head) GrantImage(context.Context, cloud.NodeID, cloud.ImageID) (rpc.ImageGrant, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.grants++
	return rpc.ImageGrant{}, h.down
}

func (h *head) Credentials(_ context.Context, _ cloud.NodeID, id cloud.InstanceID) (cloud.RoleKey, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down != nil {
		return cloud.RoleKey{}, h.down
	}
	role := h.roles[id]
	if role == "" {
		return cloud.RoleKey{}, cloud.Errorf(cloud.NotFound, cloud.ResInstanceProfile, string(id), "no role")
	}
	h.keysGiven++
	now := time.Now()
	return cloud.RoleKey{Role: role, At: now, Key: cloud.SessionKey{ID: fmt.Sprint("ASIA", h.keysGiven), Issued: now, Expires: now.Add(6 * time.Hour)}}, nil
}

// hasRole says which role an instance's profile has, "" for none.
func (h *head) hasRole(id cloud.InstanceID, role string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.roles == nil {
		h.roles = map[cloud.InstanceID]string{}
	}
	h.roles[id] = role
}

func (h *head) Answer(_ context.Context, _ cloud.NodeID, a rpc.Answer) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answers[a.ID] = a
	h.asks = slices.DeleteFunc(h.asks, func(q rpc.Ask) bool { return q.ID == a.ID })
	return h.down
}

// keptFabric stays when its node goes, as the kernel's network does.
type keptFabric struct{ *netsim.Fabric }

func (keptFabric) Close() error { return nil }

// flaky is a hypervisor that can be away altogether.
type flaky struct {
	*hvsim.Sim
	mu   sync.Mutex
	away bool
}

var errAway = cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "The host's libvirt does not answer.")

func (f *flaky) setAway(away bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.away = away
}

func (f *flaky) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away {
		return errAway
	}
	return nil
}

func (f *flaky) Info(ctx context.Context) (hypervisor.Info, error) {
	if err := f.err(); err != nil {
		return hypervisor.Info{}, err
	}
	return f.Sim.Info(ctx)
}

func (f *flaky) List(ctx context.Context) ([]hypervisor.Domain, error) {
	if err := f.err(); err != nil {
		return nil, err
	}
	return f.Sim.List(ctx)
}

func (f *flaky) Define(ctx context.Context, s hypervisor.Spec) error {
	return errors.Join(f.err(), f.unlessAway(func() error { return f.Sim.Define(ctx, s) }))
}

func (f *flaky) Start(ctx context.Context, id cloud.InstanceID) error {
	return f.unlessAway(func() error { return f.Sim.Start(ctx, id) })
}

func (f *flaky) Stop(ctx context.Context, id cloud.InstanceID) error {
	return f.unlessAway(func() error { return f.Sim.Stop(ctx, id) })
}

func (f *flaky) Shutdown(ctx context.Context, id cloud.InstanceID) error {
	return f.unlessAway(func() error { return f.Sim.Shutdown(ctx, id) })
}

func (f *flaky) Destroy(ctx context.Context, id cloud.InstanceID) error {
	return f.unlessAway(func() error { return f.Sim.Destroy(ctx, id) })
}

func (f *flaky) unlessAway(fn func() error) error {
	if err := f.err(); err != nil {
		return err
	}
	return fn()
}

// boots reads how often a simulated guest booted.
func (f *flaky) boots(tb testing.TB, dir string, id cloud.InstanceID) int {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(dir, string(id)+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	var d struct{ Boots int }
	if err == nil {
		err = json.Unmarshal(b, &d)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return d.Boots
}

// fakeDisks makes one small file for each instance and complains about what a
// node must not do.
type fakeDisks struct {
	tb    testing.TB
	mu    sync.Mutex
	pins  map[cloud.InstanceID]bool
	fail  []error
	block chan struct{} // Ensure waits for it; nil: not
	calls int
}

var (
	_ nc.Disks  = (*fakeDisks)(nil)
	_ nc.Pinner = (*fakeDisks)(nil)
)

func newDisks(tb testing.TB) *fakeDisks {
	return &fakeDisks{tb: tb, pins: map[cloud.InstanceID]bool{}}
}

func (d *fakeDisks) failNext(errs ...error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail = append(d.fail, errs...)
}

// blocked makes images come only when release is called.
func (d *fakeDisks) blocked() (release func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	gate := make(chan struct{})
	d.block = gate
	return sync.OnceFunc(func() { close(gate) })
}

func (d *fakeDisks) Ensure(ctx context.Context, in rpc.InstanceIntent, folder string, grant nc.GrantFunc) (hypervisor.Disk, error) {
	d.mu.Lock()
	d.calls++
	var err error
	if len(d.fail) > 0 {
		err, d.fail = d.fail[0], d.fail[1:]
	}
	gate := d.block
	d.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return hypervisor.Disk{}, ctx.Err()
		}
	}
	if err != nil {
		return hypervisor.Disk{}, err
	}
	disk := hypervisor.Disk{Path: filepath.Join(folder, "disk.qcow2"), Base: "/base.raw"}
	if _, err := os.Stat(disk.Path); err == nil {
		return disk, nil
	}
	if _, err := grant(ctx); err != nil {
		return disk, err
	}
	d.mu.Lock()
	d.pins[in.ID] = true
	d.mu.Unlock()
	return disk, os.WriteFile(disk.Path, []byte(in.ID), 0o600) // fails without the folder
}

func (d *fakeDisks) Remove(_ context.Context, in rpc.InstanceIntent) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.pins, in.ID)
	return nil
}

func (d *fakeDisks) Pins() ([]string, error) { return d.pinned(), nil }

func (d *fakeDisks) pinned() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for id := range d.pins {
		out = append(out, string(id))
	}
	slices.Sort(out)
	return out
}

// rebootHost takes the power from everything: domains are off and nobody knows
// why, taps are gone.
func (w *world) rebootHost() {
	w.t.Helper()
	w.crash()
	_ = w.hv.Close()
	files, err := filepath.Glob(filepath.Join(w.dir, "domains", "*.json"))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range files {
		var d map[string]any
		b, err := os.ReadFile(f)
		if err == nil {
			err = json.Unmarshal(b, &d)
		}
		d["power"], d["cause"] = hypervisor.PowerOff, hypervisor.OffUnknown
		if err == nil {
			b, err = json.Marshal(d)
		}
		if err == nil {
			err = os.WriteFile(f, b, 0o600)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	w.fab = &keptFabric{netsim.New()}
	w.openHypervisor()
}

// ensured is how often a disk was asked for.
func (d *fakeDisks) ensured() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls
}
