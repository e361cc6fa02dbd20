package nc

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"ecc/cloud"
	"ecc/rpc"
)

// Pinner is an optional extra of Disks: Pins lists who uses cached images.
type Pinner interface {
	Pins() ([]string, error)
}

// inventory lists what is really on the host, for an audit.
func (n *Node) inventory(ctx context.Context) ([]byte, error) {
	var inv rpc.Inventory
	doms, err := n.deps.Hypervisor.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list domains: %w", err)
	}
	for _, d := range doms {
		inv.Domains = append(inv.Domains, d.ID)
	}
	entries, err := os.ReadDir(n.cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("list folders: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() && cloud.ValidID(cloud.PrefixInstance, e.Name()) {
			inv.Folders = append(inv.Folders, e.Name())
		}
	}
	st, err := n.deps.Fabric.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the network: %w", err)
	}
	for _, p := range st.Ports {
		inv.Ports = append(inv.Ports, p.ENI)
	}
	if p, ok := n.deps.Disks.(Pinner); ok {
		if inv.Pins, err = p.Pins(); err != nil {
			return nil, fmt.Errorf("list pins: %w", err)
		}
	}
	return json.Marshal(inv)
}
