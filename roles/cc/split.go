package cc

import (
	"ecc/cloud"
	"ecc/rpc"
)

// split divides a zone's intent among its nodes. Each gets its instances, the
// groups their interfaces are in, and the questions to it.
func split(z rpc.ZoneIntent) map[cloud.NodeID]rpc.NodeIntent {
	parts := map[cloud.NodeID]rpc.NodeIntent{}
	uses := map[cloud.NodeID]map[cloud.GroupID]bool{}
	for _, i := range z.Instances {
		p := parts[i.Node]
		p.Instances = append(p.Instances, i)
		parts[i.Node] = p
		if uses[i.Node] == nil {
			uses[i.Node] = map[cloud.GroupID]bool{}
		}
		for _, g := range i.NIC.Groups {
			uses[i.Node][g] = true
		}
	}
	for id, groups := range uses {
		p := parts[id]
		for _, g := range z.Groups {
			if groups[g.ID] {
				p.Groups = append(p.Groups, g)
			}
		}
		parts[id] = p
	}
	for _, a := range z.Asks {
		p := parts[a.Node]
		p.Asks = append(p.Asks, a.Ask)
		parts[a.Node] = p
	}
	return parts
}
