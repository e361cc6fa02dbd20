package nc

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"ecc/cloud"
	"ecc/rpc"
)

// retryWait is between calls of an upper role that does not answer, give or
// take half of it, so that a head that is back does not meet all nodes at once.
// The first come sooner: in one process all roles start at once.
const (
	firstRetry = 50 * time.Millisecond
	retryWait  = time.Second
	longTalk   = 10 * time.Second // a conversation that went well, before it broke off
)

// infoLimit is how long the hypervisor may take to describe the host.
const infoLimit = 5 * time.Second

// upperLoop keeps the conversation with the cc: hello, then watching and
// reporting until one of them fails, then again.
func (n *Node) upperLoop(ctx context.Context, ready func()) {
	said, wait := "", firstRetry
	for ctx.Err() == nil {
		began := n.deps.Now()
		err := n.converse(ctx, ready)
		if ctx.Err() != nil {
			return
		}
		n.deps.Condition(condHead, err)
		if n.deps.Now().Sub(began) > longTalk {
			said, wait = "", firstRetry
		}
		if err.Error() != said && wait > firstRetry {
			n.log.Warn("the cluster controller does not answer; guests go on", "err", err)
			said = err.Error()
		}
		pause(ctx, wait/2+rand.N(wait))
		wait = min(2*wait, retryWait)
	}
}

// converse says hello, then watches and reports until either fails.
func (n *Node) converse(ctx context.Context, ready func()) error {
	w, err := n.hello(ctx)
	if err != nil {
		return fmt.Errorf("say hello: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.watchLoop(ctx, g) })
	g.Go(func() error { return n.reportLoop(ctx, w.Heartbeat, ready) })
	return g.Wait()
}

// hello announces the node with what it has now.
func (n *Node) hello(ctx context.Context) (rpc.NodeWelcome, error) {
	h, err := n.describe(ctx)
	if err != nil {
		return rpc.NodeWelcome{}, err
	}
	w, err := n.deps.Upper.Hello(ctx, h)
	if err != nil {
		return w, err
	}
	if w.Cluster != n.cfg.Cluster {
		return w, cloud.Errorf(cloud.Denied, cloud.ResNode, string(h.Node), "this node belongs to cluster %s, not %s", n.cfg.Cluster, w.Cluster)
	}
	if err := n.remember(func(nr *nodeRecord) { nr.Hello = h }); err != nil {
		n.log.Warn("the node's record is not as new as it should be", "err", err)
	}
	return w, nil
}

// describe makes the hello. While the hypervisor does not answer the node is
// what it last was: its guests run, and their rules may change.
func (n *Node) describe(ctx context.Context) (rpc.NodeHello, error) {
	ctx, cancel := context.WithTimeout(ctx, infoLimit)
	defer cancel()
	h, last := n.cfg.Hello, n.memory.Hello
	info, err := n.deps.Hypervisor.Info(ctx)
	if err != nil && last.Hypervisor == "" {
		return h, fmt.Errorf("ask the hypervisor what the host has: %w", err)
	}
	if err != nil {
		h.Hypervisor, h.Accelerator = last.Hypervisor, last.Accelerator
		h.Capacity.VCPU, h.Capacity.Memory = last.Capacity.VCPU, last.Capacity.Memory
		return h, nil
	}
	h.Hypervisor, h.Accelerator = info.Kind, info.Accelerator
	if n.cfg.Offer != nil {
		o := n.cfg.Offer(info)
		h.Capacity.VCPU, h.Capacity.Memory = o.VCPU, o.Memory
	}
	return h, nil
}

// watchLoop takes intents as they come. It begins at 0: a process that just
// started has heard nothing, whatever its records say.
func (n *Node) watchLoop(ctx context.Context, g *errgroup.Group) error {
	var after cloud.Revision
	for ctx.Err() == nil {
		in, err := n.deps.Upper.Watch(ctx, n.cfg.Hello.Node, after)
		if err != nil {
			return fmt.Errorf("watch: %w", err)
		}
		after = in.Revision
		err = n.accept(in)
		n.deps.Condition(condHead, err)
		n.answer(ctx, g, in.Asks)
		if err != nil {
			n.log.Error("an intent was not taken", "revision", in.Revision, "err", err)
			after = 0
			pause(ctx, retryWait)
		}
	}
	return ctx.Err()
}

// reportLoop reports on every change and at least every heartbeat.
func (n *Node) reportLoop(ctx context.Context, every time.Duration, ready func()) error {
	tick := time.NewTicker(max(every, time.Millisecond))
	defer tick.Stop()
	for {
		rep, whole := n.sightings()
		if err := n.deps.Upper.Report(ctx, rep); err != nil {
			return fmt.Errorf("report: %w", err)
		}
		if whole {
			ready()
		}
		select {
		case <-n.report:
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sightings is the whole report, whole in earnest once everything that was
// adopted has been looked at.
func (n *Node) sightings() (rep rpc.NodeReport, whole bool) {
	n.mu.Lock()
	rep, whole = rpc.NodeReport{Node: n.cfg.Hello.Node, Revision: n.heard}, n.looked
	n.mu.Unlock()
	for _, r := range n.all() {
		i, ours, known := r.sighting()
		if ours && known {
			rep.Instances = append(rep.Instances, i)
		}
		whole = whole && (known || !ours)
	}
	return rep, whole
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
