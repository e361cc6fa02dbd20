package nc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/rpc"
)

// retryWait is between calls of an upper role that does not answer.
const retryWait = time.Second

// upperLoop keeps the conversation with the cc: hello, then watching and
// reporting until one of them fails, then again.
func (n *Node) upperLoop(ctx context.Context, ready func()) error {
	for ctx.Err() == nil {
		w, err := n.hello(ctx)
		if err == nil {
			err = n.talk(ctx, w, ready)
		}
		if ctx.Err() == nil && err != nil {
			n.log.Warn("the cluster controller does not answer; guests go on", "err", err)
		}
		pause(ctx, retryWait)
	}
	return nil
}

// hello announces the node with what it has now.
func (n *Node) hello(ctx context.Context) (rpc.NodeWelcome, error) {
	h := n.cfg.Hello
	info, err := n.deps.Hypervisor.Info(ctx)
	if err != nil {
		return rpc.NodeWelcome{}, fmt.Errorf("ask the hypervisor: %w", err)
	}
	h.Hypervisor, h.Accelerator = info.Kind, info.Accelerator
	if n.cfg.Offer != nil {
		o := n.cfg.Offer(info)
		h.Capacity.VCPU, h.Capacity.Memory = o.VCPU, o.Memory
	}
	w, err := n.deps.Upper.Hello(ctx, h)
	if err != nil {
		return w, err
	}
	if w.Cluster != n.cfg.Cluster {
		return w, cloud.Errorf(cloud.Denied, cloud.ResNode, string(h.Node), "this node belongs to cluster %s, not %s", n.cfg.Cluster, w.Cluster)
	}
	return w, nil
}

// talk watches and reports until either fails.
func (n *Node) talk(ctx context.Context, w rpc.NodeWelcome, ready func()) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.watchLoop(ctx) })
	g.Go(func() error { return n.reportLoop(ctx, w.Heartbeat, ready) })
	return g.Wait()
}

// watchLoop takes intents as they come. It begins at 0: a process that just
// started has heard nothing, whatever its records say.
func (n *Node) watchLoop(ctx context.Context) error {
	var after cloud.Revision
	for ctx.Err() == nil {
		in, err := n.deps.Upper.Watch(ctx, n.cfg.Hello.Node, after)
		if err != nil {
			return fmt.Errorf("watch: %w", err)
		}
		after = in.Revision
		if err := n.accept(in); err != nil {
			n.log.Error("an intent was not taken in full", "revision", in.Revision, "err", err)
			after = 0
			pause(ctx, retryWait)
		}
		kick(n.wake)
		for _, a := range in.Asks {
			if err := n.answer(ctx, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// reportLoop reports on every change and at least every heartbeat.
func (n *Node) reportLoop(ctx context.Context, every time.Duration, ready func()) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := n.deps.Upper.Report(ctx, n.sightings()); err != nil {
			return fmt.Errorf("report: %w", err)
		}
		ready()
		select {
		case <-n.report:
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sightings is the whole report.
func (n *Node) sightings() rpc.NodeReport {
	n.mu.Lock()
	rep := rpc.NodeReport{Node: n.cfg.Hello.Node, Revision: n.heard}
	n.mu.Unlock()
	for _, r := range n.all() {
		rep.Instances = append(rep.Instances, r.sighting())
	}
	return rep
}

// answer answers a question of the cluster.
func (n *Node) answer(ctx context.Context, a rpc.Ask) error {
	ans := rpc.Answer{ID: a.ID, At: n.deps.Now()}
	var err error
	if ans.Data, err = n.lookUp(ctx, a); err != nil {
		n.log.Warn("a question could not be answered", "kind", a.Kind, "instance", a.Instance, "err", err)
		ans.Error = "the node could not answer"
	}
	if err := n.deps.Upper.Answer(ctx, n.cfg.Hello.Node, ans); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

// lookUp finds the answer to a question.
func (n *Node) lookUp(ctx context.Context, a rpc.Ask) ([]byte, error) {
	switch a.Kind {
	case rpc.AskInventory:
		return n.inventory(ctx)
	case rpc.AskConsole:
		c, ok := n.deps.Hypervisor.(hypervisor.Consoler)
		if !ok {
			break
		}
		b, err := c.Console(ctx, a.Instance)
		if errors.Is(err, cloud.NotFound) {
			return nil, nil // nothing written yet
		}
		return b, err
	}
	return nil, fmt.Errorf("no answer to %q here", a.Kind)
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
