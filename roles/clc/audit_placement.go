package clc

import (
	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// auditTemplates checks that launch templates have the versions they name.
func auditTemplates(tx *store.Tx, rep *rpc.AuditReport, find finder) {
	for t := range tx.LaunchTemplates().All() {
		rep.Checked["launch templates"]++
		for _, n := range []int64{t.Default, t.Latest} {
			if _, ok := tx.LaunchTemplateVersions().Get(versionID(t.ID, n)); !ok {
				find("launch template %s has no version %d", t.ID, n)
			}
		}
		if t.Last < t.Latest {
			find("launch template %s: version %d is newer than the last one made, %d", t.ID, t.Latest, t.Last)
		}
	}
}

// auditPlacement checks that instances are where their placement groups want
// them.
func auditPlacement(tx *store.Tx, rep *rpc.AuditReport, find finder) {
	type seat struct {
		group cloud.PlacementGroupID
		node  cloud.NodeID
	}
	at := map[seat]cloud.Instance{}
	for i := range tx.Instances().All() {
		if i.PlacementGroup == "" || i.State() == cloud.StateTerminated {
			continue
		}
		rep.Checked["instances in placement groups"]++
		g, ok := tx.PlacementGroups().Get(i.PlacementGroup)
		switch other, taken := at[seat{g.ID, i.Desired.Node}]; {
		case !ok || g.Account != i.Account:
			find("instance %s is in placement group %s, which does not exist", i.ID, i.PlacementGroup)
		case i.Partition > g.Partitions || (i.Partition == 0) != (g.Strategy != cloud.StrategyPartition):
			find("instance %s is in partition %d of placement group %s, which has %d", i.ID, i.Partition, g.ID, g.Partitions)
		case taken && g.Strategy == cloud.StrategySpread:
			find("instances %s and %s of the spread group %s are on one node, %s", i.ID, other.ID, g.ID, i.Desired.Node)
		case taken && i.Partition != other.Partition:
			find("instances %s and %s of other partitions of %s are on one node, %s", i.ID, other.ID, g.ID, i.Desired.Node)
		}
		at[seat{i.PlacementGroup, i.Desired.Node}] = i
	}
}
