package clc

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// inventoryLimit is how long a node may take to list what it has.
const inventoryLimit = 10 * time.Second

// Audit implements rpc.Operator: it compares records with each other and with
// what is really on the hosts. Something that is being made or removed just
// now may show up once; a leak shows up again.
func (o *Operator) Audit(ctx context.Context) (rpc.AuditReport, error) {
	s := o.Service
	if err := s.store.Check(ctx); err != nil {
		return rpc.AuditReport{}, fmt.Errorf("the store does not hold together: %w", err)
	}
	rep := rpc.AuditReport{Checked: map[string]int{}, Findings: []string{}, Unheard: []cloud.NodeID{}}
	hosts := map[cloud.NodeID]rpc.Inventory{}
	var nodes []cloud.Node
	err := s.store.View(ctx, func(tx *store.Tx) error {
		nodes = slices.Collect(tx.Nodes().All())
		return nil
	})
	if err != nil {
		return rep, err
	}
	s.inventories(ctx, nodes, hosts, &rep)
	err = s.store.View(ctx, func(tx *store.Tx) error {
		auditRecords(tx, &rep)
		for id, inv := range hosts {
			auditHost(tx, id, inv, &rep)
		}
		return nil
	})
	slices.Sort(rep.Findings)
	return rep, err
}

// inventories asks all nodes at once.
func (s *Service) inventories(ctx context.Context, nodes []cloud.Node, hosts map[cloud.NodeID]rpc.Inventory, rep *rpc.AuditReport) {
	var g errgroup.Group
	g.SetLimit(32)
	var mu sync.Mutex
	for _, n := range nodes {
		g.Go(func() error {
			a, err := s.ask(ctx, rpc.AskInventory, cloud.Instance{Zone: n.Zone, Desired: cloud.Desired{Node: n.ID}}, inventoryLimit)
			var inv rpc.Inventory
			if err == nil {
				err = json.Unmarshal(a.Data, &inv)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				rep.Unheard = append(rep.Unheard, n.ID)
				return nil // told in the report
			}
			hosts[n.ID] = inv
			return nil
		})
	}
	_ = g.Wait() // its functions return nil
	slices.Sort(rep.Unheard)
}

// auditRecords checks that records name only what is there, and that no address
// or MAC is given twice.
func auditRecords(tx *store.Tx, rep *rpc.AuditReport) {
	find := func(format string, args ...any) { rep.Findings = append(rep.Findings, fmt.Sprintf(format, args...)) }
	auditInterfaces(tx, rep, find)
	auditAddresses(tx, rep, find)
	auditGroups(tx, rep, find)
	auditVPCs(tx, rep, find)
	auditTags(tx, rep, find)
	auditIdentity(tx, rep, find)
	auditTemplates(tx, rep, find)
	auditPlacement(tx, rep, find)
	for i := range tx.Instances().All() {
		rep.Checked["instances"]++
		if i.State() == cloud.StateTerminated && i.ENI != "" {
			find("instance %s is terminated and still has interface %s", i.ID, i.ENI)
		}
		e, ok := tx.ENIs().Get(i.ENI)
		switch {
		case i.ENI != "" && !ok:
			find("instance %s has interface %s, which does not exist", i.ID, i.ENI)
		case i.ENI != "" && (e.PublicIP != i.PublicIP || e.PrivateIP != i.PrivateIP || e.MAC != i.MAC || !slices.Equal(e.Groups, i.Groups)):
			find("instance %s is not what its interface %s is", i.ID, i.ENI)
		}
	}
}

// auditHost compares a host with the records: nothing unknown, nothing twice,
// nothing missing.
func auditHost(tx *store.Tx, node cloud.NodeID, inv rpc.Inventory, rep *rpc.AuditReport) {
	find := func(format string, args ...any) {
		rep.Findings = append(rep.Findings, fmt.Sprintf("node %s: ", node)+fmt.Sprintf(format, args...))
	}
	rep.Checked["nodes"]++
	lives := func(id cloud.InstanceID) (cloud.Instance, bool) {
		i, ok := tx.Instances().Get(id)
		return i, ok && i.State() != cloud.StateTerminated
	}
	mine := func(id cloud.InstanceID) bool {
		i, ok := lives(id)
		return ok && i.Desired.Node == node
	}
	for _, id := range inv.Domains {
		rep.Checked["domains"]++
		if !mine(id) {
			find("domain %s has no instance", id)
		}
	}
	for _, f := range inv.Folders {
		rep.Checked["folders"]++
		if !mine(cloud.InstanceID(f)) {
			find("folder %s has no instance", f)
		}
	}
	for _, eni := range inv.Ports {
		rep.Checked["ports"]++
		if e, ok := tx.ENIs().Get(eni); !ok || !mine(e.Instance) {
			find("interface %s has no instance", eni)
		}
	}
	for _, p := range inv.Pins {
		rep.Checked["pins"]++
		// A cache that hosts share has the pins of all of them.
		if _, ok := lives(cloud.InstanceID(p)); !ok {
			find("an image is pinned for %s, which is no instance", p)
		}
	}
	for i := range tx.Instances().By(store.ByNode, string(node)) {
		if i.State() == cloud.StateRunning && !slices.Contains(inv.Domains, i.ID) {
			find("instance %s is running and has no domain", i.ID)
		}
	}
}
