package nc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/internal/atomicfile"
	"ecc/net/fabric"
	"ecc/rpc"
)

// nodeRecord is what the node keeps besides its instances: <dir>/node.json.
type nodeRecord struct {
	Cluster  string            `json:"cluster"`
	Revision cloud.Revision    `json:"revision"` // of the newest intent taken
	Groups   []rpc.GroupIntent `json:"groups"`   // so that rules survive a restart without the upper role
}

func (n *Node) nodeFile() string { return filepath.Join(n.cfg.Dir, "node.json") }

// adopt takes over what an earlier process left: records become runners, and
// their interfaces are wanted before the first look at the network, so that
// nothing of a running guest is swept.
func (n *Node) adopt() error {
	recs, err := n.loadRecords()
	if err != nil {
		return err
	}
	var nr nodeRecord
	b, err := os.ReadFile(n.nodeFile())
	if err == nil {
		err = json.Unmarshal(b, &nr)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read %s: %w", n.nodeFile(), err)
	}
	if nr.Cluster != "" && nr.Cluster != n.cfg.Cluster {
		return fmt.Errorf("%s belongs to cluster %s, this node joined %s: give it another data folder", n.cfg.Dir, nr.Cluster, n.cfg.Cluster)
	}
	n.accepted = nr.Revision
	n.net.setGroups(nr.Groups)
	for _, rec := range recs {
		if rec.Port {
			n.net.want(n.port(rec.Intent), fabric.VPC{ID: rec.Intent.NIC.VPC, CIDR: rec.Intent.NIC.VPCCIDR})
		}
		n.deps.Metadata.set(rec.Intent.ID, rec.Intent.Metadata)
		n.runners[rec.Intent.ID] = n.newRunner(rec)
	}
	return nil
}

// startRunner gives a runner its goroutine.
func (n *Node) startRunner(r *runner) {
	n.group.Go(func() error {
		r.run(n.ctx)
		return nil
	})
}

// lookLoop lists the host's domains on every hint, after every wake and
// periodically. Runners start after the first list: before it they would not
// know what runs.
func (n *Node) lookLoop(ctx context.Context) error {
	tick := time.NewTicker(n.cfg.Period)
	defer tick.Stop()
	hints := n.deps.Hypervisor.Hints()
	adopted := false
	for {
		err := n.look(ctx)
		if err == nil && !adopted {
			adopted = true
			for _, r := range n.all() {
				n.startRunner(r)
			}
		}
		if err != nil && ctx.Err() == nil {
			n.log.Warn("cannot list the host's domains", "err", err)
		}
		select {
		case _, ok := <-hints:
			if !ok {
				hints = nil
			}
		case <-n.wake:
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// look tells every runner what its domain does and destroys strangers, once an
// intent has been heard that does not know them.
func (n *Node) look(ctx context.Context) error {
	at := n.deps.Now()
	n.mu.Lock()
	heard := n.heard
	n.mu.Unlock()
	doms, err := n.deps.Hypervisor.List(ctx)
	if err != nil {
		return err
	}
	found := map[cloud.InstanceID]hypervisor.Domain{}
	for _, d := range doms {
		found[d.ID] = d
		if heard > 0 && n.runner(d.ID) == nil {
			n.log.Warn("destroying a domain the cluster does not know", "instance", d.ID)
			if err := n.deps.Hypervisor.Destroy(ctx, d.ID); err != nil {
				return err
			}
		}
	}
	for _, r := range n.all() {
		r.saw(found[r.id], at)
	}
	return nil
}

// accept takes a whole intent. One that was compiled from an older state than
// the newest taken is refused: it was overtaken on its way.
func (n *Node) accept(in rpc.NodeIntent) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if in.Revision < n.accepted {
		return cloud.Errorf(cloud.Stale, cloud.ResNode, string(n.cfg.Hello.Node), "intent of revision %d, already at %d", in.Revision, n.accepted)
	}
	wanted := map[cloud.InstanceID]bool{}
	var errs []error
	for _, i := range in.Instances {
		if i.Node != n.cfg.Hello.Node || !cloud.ValidID(cloud.PrefixInstance, string(i.ID)) {
			errs = append(errs, fmt.Errorf("refused intent for instance %q on node %q", i.ID, i.Node))
			continue
		}
		wanted[i.ID] = true
		errs = append(errs, n.take(i))
	}
	n.net.setGroups(in.Groups)
	for id, r := range n.runners {
		if !wanted[id] {
			errs = append(errs, n.unwanted(r))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return n.taken(in)
}

// taken makes the newest revision durable.
func (n *Node) taken(in rpc.NodeIntent) error {
	b, err := json.Marshal(nodeRecord{Cluster: n.cfg.Cluster, Revision: in.Revision, Groups: in.Groups})
	if err != nil {
		return fmt.Errorf("encode the node's record: %w", err)
	}
	if err := atomicfile.Write(n.nodeFile(), b, 0o600); err != nil {
		return fmt.Errorf("save the node's record: %w", err)
	}
	n.accepted, n.heard = in.Revision, in.Revision
	return nil
}

// take gives an intent to its runner, made on first sight. n.mu is held.
func (n *Node) take(i rpc.InstanceIntent) error {
	n.deps.Metadata.set(i.ID, i.Metadata)
	if r := n.runners[i.ID]; r != nil {
		if err := r.want(i); err != nil {
			return err
		}
		n.refreshPort(r, i)
		return nil
	}
	rec := record{Intent: i}
	if err := n.saveRecord(rec); err != nil {
		return err
	}
	r := n.newRunner(rec)
	n.runners[i.ID] = r
	n.startRunner(r)
	return nil
}

// refreshPort lets changed groups or addresses reach an interface in use.
func (n *Node) refreshPort(r *runner, i rpc.InstanceIntent) {
	r.mu.Lock()
	port := r.rec.Port && !r.erased
	r.mu.Unlock()
	if port && i.Goal != cloud.GoalTerminated {
		n.net.want(n.port(i), fabric.VPC{ID: i.NIC.VPC, CIDR: i.NIC.VPCCIDR})
	}
}

// unwanted erases an instance the intent no longer has; one that is erased
// already is forgotten.
func (n *Node) unwanted(r *runner) error {
	r.mu.Lock()
	in, erased := r.rec.Intent, r.erased
	r.mu.Unlock()
	if erased {
		delete(n.runners, r.id)
		return nil
	}
	if in.Goal == cloud.GoalTerminated {
		return nil // on its way
	}
	in.Goal = cloud.GoalTerminated
	return r.want(in)
}
