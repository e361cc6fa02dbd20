package nc

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"ecc/cloud"
	"ecc/internal/atomicfile"
	"ecc/rpc"
)

// nodeRecord is what the node keeps besides its instances: <dir>/node.json.
// Only the goroutines that talk to the upper role write it, one at a time.
type nodeRecord struct {
	Cluster  string            `json:"cluster"`
	Revision cloud.Revision    `json:"revision"` // of the newest intent taken
	Groups   []rpc.GroupIntent `json:"groups"`   // so that rules survive a restart without the upper role
	Hello    rpc.NodeHello     `json:"hello"`    // what was last said, for a time when the hypervisor does not answer
}

func (n *Node) nodeFile() string { return filepath.Join(n.cfg.Dir, "node.json") }

// adopt takes over what an earlier process left: records become runners, and
// their interfaces are wanted before the first look at the network, so that
// nothing of a running guest is swept. When some record cannot be read the
// network is left as it is until an intent tells what belongs to it.
func (n *Node) adopt() error {
	recs, whole, err := n.loadRecords()
	if err != nil {
		return err
	}
	nodeWhole, err := n.recall()
	if err != nil {
		return err
	}
	n.accepted = n.memory.Revision
	n.net.setGroups(n.memory.Groups)
	for _, rec := range recs {
		if rec.Port {
			n.net.want(n.port(rec.Intent), vpc(rec.Intent))
		}
		if rec.Intent.Goal != cloud.GoalTerminated {
			n.deps.Metadata.set(rec.Intent.ID, rec.Intent.Metadata)
		}
		r := n.newRunner(rec, true)
		n.runners[r.id] = r
		n.start(r)
	}
	if whole && nodeWhole {
		n.net.begin()
	}
	return nil
}

// recall reads the node's record. One that cannot be read is set aside, and
// whole is false.
func (n *Node) recall() (whole bool, err error) {
	b, err := os.ReadFile(n.nodeFile())
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the node's record: %w", err)
	}
	var nr nodeRecord
	if err := json.Unmarshal(b, &nr); err != nil {
		n.log.Error("the node's record cannot be read: set aside", "file", n.nodeFile(), "err", err)
		return false, os.Rename(n.nodeFile(), n.nodeFile()+".bad")
	}
	if nr.Cluster != "" && nr.Cluster != n.cfg.Cluster {
		return false, fmt.Errorf("%s belongs to cluster %s, this node joined %s: give it another data folder", n.cfg.Dir, nr.Cluster, n.cfg.Cluster)
	}
	if z := nr.Hello.Zone; z != "" && z != n.cfg.Hello.Zone {
		return false, fmt.Errorf("%s is of zone %s and nc.zone says %s: the other zone's intent would have no place for the instances here; keep the zone, or terminate them, run ecc down, and join anew under another nc.name", n.cfg.Dir, z, n.cfg.Hello.Zone)
	}
	n.memory = nr
	return true, nil
}

// remember makes the node's record durable.
func (n *Node) remember(change func(*nodeRecord)) error {
	nr := n.memory
	nr.Cluster = n.cfg.Cluster
	change(&nr)
	if reflect.DeepEqual(nr, n.memory) {
		return nil
	}
	b, err := json.Marshal(nr)
	if err != nil {
		return fmt.Errorf("encode the node's record: %w", err)
	}
	if err := atomicfile.Write(n.nodeFile(), b, 0o600); err != nil {
		return fmt.Errorf("save the node's record: %w", err)
	}
	n.memory = nr
	return nil
}
