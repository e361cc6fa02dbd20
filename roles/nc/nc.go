// Package nc is the node controller: it makes one host's virtual machines and
// network what the cluster wants them to be, and tells what it sees.
//
// The way of an intent:
//
//	watch ──► accept ──► runner (one per instance) ──► disks, network, hypervisor
//	  ▲                    │  ▲ what domains do                     │
//	  └── cc ◄── report ◄──┘  └────────────── look ◄────────────────┘
//
// Each instance has one folder, <dir>/<id>/, with its record (the intent last
// accepted and how far it got), its overlay and nothing else; the folder is
// made before anything of the instance exists and removed last, so that a
// crash at any point is finished by the ordinary path. Guests, taps and rules
// outlive the process. After a start the node serves the network of what its
// records say at once, does nothing to a domain before it has seen what it
// does, and destroys what it does not know only after it has heard a current
// intent.
//
// Imported by package roles only. It knows no transport: rpc.Node is the cc
// itself or a client of it.
package nc

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/net/fabric"
	"ecc/rpc"
)

// Config is what a node needs to know of itself.
type Config struct {
	Hello   rpc.NodeHello                        // Hypervisor and Accelerator are filled in
	Offer   func(hypervisor.Info) cloud.Capacity // optional: vCPU and memory of Hello from what the host has
	Cluster string                               // mark of the domains
	Dir     string                               // of the instances' folders
	Grace   time.Duration                        // between asking a guest to go down and cutting its power
	Starts  int                                  // how many instances may be started at once
	MTU     int                                  // of guests' interfaces
	Period  time.Duration                        // of looking at the host without being told to
}

// Deps are the node's neighbours.
type Deps struct {
	Upper      rpc.Node
	Hypervisor hypervisor.Hypervisor
	Fabric     fabric.Fabric
	Disks      Disks
	Metadata   *Metadata
	Now        func() time.Time                      // optional
	Condition  func(condition string, problem error) // optional: told how "libvirt" and "head" are; nil is good
	Log        *slog.Logger
}

// Conditions a node tells of.
const (
	condLibvirt = "libvirt" // the hypervisor answers
	condHead    = "head"    // the cluster controller does, with intents that can be taken
)

// Disks makes and removes root disks.
type Disks interface {
	// Ensure makes the overlay of an instance in its folder, and its base. What
	// is there already stays. When ctx ends it returns soon, leaving nothing
	// that a later Ensure or Remove cannot take up.
	Ensure(ctx context.Context, in rpc.InstanceIntent, folder string, grant GrantFunc) (hypervisor.Disk, error)
	// Remove lets go of the base. The overlay goes with the folder.
	Remove(ctx context.Context, in rpc.InstanceIntent) error
}

// GrantFunc asks for access to an image's objects.
type GrantFunc func(ctx context.Context) (rpc.ImageGrant, error)

// Node is the role.
type Node struct {
	cfg    Config
	deps   Deps
	log    *slog.Logger
	net    *network
	starts *semaphore.Weighted
	report chan struct{}
	wake   chan struct{} // looks at the host's domains again
	asks   asks
	moment atomic.Uint64 // orders listings and acts: see runner.saw

	memory nodeRecord      // of the conversation's goroutines, see there
	group  *errgroup.Group // owns every goroutine while Run runs
	ctx    context.Context // of the group

	mu       sync.Mutex
	heard    cloud.Revision // of the newest intent taken; 0 until one was
	accepted cloud.Revision // like heard, but kept over restarts
	runners  map[cloud.InstanceID]*runner
	looked   bool // the domains below were seen
	domains  map[cloud.InstanceID]hypervisor.Domain
	lookedAt uint64
}

// New makes a node. Nothing is touched until Run.
func New(cfg Config, deps Deps) *Node {
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Condition == nil {
		deps.Condition = func(string, error) {}
	}
	log := deps.Log.With("role", "nc", "node", string(cfg.Hello.Node))
	return &Node{cfg: cfg, deps: deps, log: log, runners: map[cloud.InstanceID]*runner{},
		net: newNetwork(deps.Fabric, log), starts: semaphore.NewWeighted(int64(max(cfg.Starts, 1))),
		report: make(chan struct{}, 1), wake: make(chan struct{}, 1)}
}

// Run serves the node until ctx ends. It calls ready once the host's guests
// are adopted and the upper role was told of them.
func (n *Node) Run(ctx context.Context, ready func()) error {
	n.group, n.ctx = errgroup.WithContext(ctx)
	if err := n.adopt(); err != nil {
		return fmt.Errorf("nc: %w", err)
	}
	n.group.Go(func() error { return n.net.run(n.ctx) })
	n.group.Go(func() error { n.lookLoop(n.ctx); return nil })
	n.group.Go(func() error { n.upperLoop(n.ctx, ready); return nil })
	n.group.Go(func() error { n.keepKeys(n.ctx); return nil })
	if err := n.group.Wait(); err != nil {
		return fmt.Errorf("nc: %w", err)
	}
	return nil
}

// keepKeys keeps the credentials of the instances' roles new.
func (n *Node) keepKeys(ctx context.Context) {
	keys := n.deps.Metadata.keys
	keys.begin(func(ctx context.Context, id cloud.InstanceID) (cloud.RoleKey, error) {
		return n.deps.Upper.Credentials(ctx, n.cfg.Hello.Node, id)
	}, n.deps.Now)
	keys.keep(ctx, func(id cloud.InstanceID, err error) {
		n.log.Warn("credentials of an instance's role are not as new as they should be", "instance", id, "err", err)
	})
}

// all returns the runners in the order of their ids.
func (n *Node) all() []*runner {
	n.mu.Lock()
	defer n.mu.Unlock()
	ids := slices.Sorted(maps.Keys(n.runners))
	out := make([]*runner, len(ids))
	for k, id := range ids {
		out[k] = n.runners[id]
	}
	return out
}

// kick puts a token in a channel of size one.
func kick(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
