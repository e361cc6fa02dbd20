package nc

import (
	"ecc/cloud"
	"ecc/rpc"
)

// accept takes a whole intent. One that was compiled from an older state than
// the newest taken is refused: it was overtaken on its way.
func (n *Node) accept(in rpc.NodeIntent) error {
	if err := n.takeAll(in); err != nil {
		return err
	}
	n.net.begin()
	return n.remember(func(nr *nodeRecord) { nr.Revision, nr.Groups = in.Revision, in.Groups })
}

// takeAll gives every instance its intent. What an instance's runner makes of
// it is its own affair: one that goes wrong does not hold up the others.
func (n *Node) takeAll(in rpc.NodeIntent) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if in.Revision < n.accepted {
		return cloud.Errorf(cloud.Stale, cloud.ResNode, string(n.cfg.Hello.Node), "intent of revision %d, already at %d", in.Revision, n.accepted)
	}
	n.net.change.Lock() // groups and the interfaces in them change at once
	defer n.net.change.Unlock()
	wanted := map[cloud.InstanceID]bool{}
	for _, i := range in.Instances {
		if i.Node != n.cfg.Hello.Node || !cloud.ValidID(cloud.PrefixInstance, string(i.ID)) {
			n.log.Error("intent for an instance that is not of this node", "instance", i.ID, "of", i.Node)
			continue
		}
		wanted[i.ID] = true
		n.take(i)
	}
	n.net.setGroups(in.Groups)
	for id, r := range n.runners {
		if !wanted[id] {
			n.unwanted(r)
		}
	}
	if n.heard == 0 {
		kick(n.wake) // for the domains nobody knows
	}
	n.accepted, n.heard = in.Revision, in.Revision
	return nil
}

// take gives an intent to its runner, made on first sight. n.mu is held.
func (n *Node) take(i rpc.InstanceIntent) {
	r := n.runners[i.ID]
	if r == nil {
		r = n.newRunner(record{Intent: i}, false)
		if n.looked {
			r.saw(n.domains[i.ID], n.lookedAt)
		}
		n.runners[i.ID] = r
		n.start(r)
	} else if err := r.want(i); err != nil {
		n.log.Warn("intent refused", "instance", i.ID, "err", err)
		return
	}
	if i.Goal != cloud.GoalTerminated {
		n.deps.Metadata.set(i.ID, i.Metadata)
	}
}

// unwanted erases an instance the intent no longer has; one that is erased
// already is forgotten. n.mu is held.
func (n *Node) unwanted(r *runner) {
	r.mu.Lock()
	in, erased := r.rec.Intent, r.erased
	r.mu.Unlock()
	if erased {
		delete(n.runners, r.id)
		delete(n.domains, r.id)
		r.end()
		return
	}
	if in.Goal != cloud.GoalTerminated {
		in.Goal = cloud.GoalTerminated
		_ = r.want(in) // of its own generation: not refused
	}
}
