package nc

import (
	"context"
	"fmt"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/rpc"
)

// lookLoop lists the host's domains on every hint, whenever a runner lost sight
// of its own, and periodically. Runners wait for the first listing: before it
// they do not know what runs.
func (n *Node) lookLoop(ctx context.Context) {
	tick := time.NewTicker(n.cfg.Period)
	defer tick.Stop()
	hints := n.deps.Hypervisor.Hints()
	var last error
	for {
		err := n.look(ctx)
		if ctx.Err() != nil {
			return
		}
		n.deps.Condition(condLibvirt, err)
		if err != nil && (last == nil || last.Error() != err.Error()) {
			n.log.Warn("cannot list the host's domains; guests go on", "err", err)
		}
		if err == nil && last != nil {
			for _, r := range n.all() {
				r.hurry()
			}
		}
		last = err
		select {
		case _, ok := <-hints:
			if !ok {
				hints = nil
			}
			drain(hints)
		case <-n.wake:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// drain takes the hints that wait: one listing answers them all.
func drain(hints <-chan cloud.InstanceID) {
	for {
		select {
		case _, ok := <-hints:
			if !ok {
				return
			}
		default:
			return
		}
	}
}

// look tells every runner what its domain does. A domain without a runner,
// seen after an intent was heard, gets one that erases it.
func (n *Node) look(ctx context.Context) error {
	at := n.moment.Add(1)
	n.mu.Lock()
	heard := n.heard > 0
	n.mu.Unlock()
	list, err := n.deps.Hypervisor.List(ctx)
	if err != nil {
		return fmt.Errorf("list domains: %w", err)
	}
	found := make(map[cloud.InstanceID]hypervisor.Domain, len(list))
	for _, d := range list {
		found[d.ID] = d
	}
	n.mu.Lock()
	first := !n.looked
	n.looked, n.domains, n.lookedAt = true, found, at
	for id := range found {
		if heard && n.runners[id] == nil {
			n.stranger(id)
		}
	}
	n.mu.Unlock()
	for _, r := range n.all() {
		r.saw(found[r.id], at)
	}
	if first {
		kick(n.report) // the report now says that the node is ready
	}
	return nil
}

// stranger erases a domain the cluster does not know. n.mu is held.
func (n *Node) stranger(id cloud.InstanceID) {
	n.log.Warn("destroying a domain the cluster does not know", "instance", id)
	r := n.newRunner(record{Intent: rpc.InstanceIntent{ID: id, Goal: cloud.GoalTerminated}}, false)
	n.runners[id] = r
	n.start(r)
}
