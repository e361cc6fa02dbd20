package cc

import (
	"slices"
	"strings"

	"ecc/cloud"
	"ecc/rpc"
)

// Bounds of what a node says. A host may be in others' hands: what it says is
// kept here and in the cloud's records, and must not fill them.
const (
	maxText      = 256     // bytes of a word about a node
	maxReason    = 1 << 10 // bytes of a reason's code and of its message
	maxID        = 64      // bytes of an instance's id, and of a phase
	maxInstances = 10_000  // in a report
	maxConsole   = 64 << 10
	maxInventory = 1 << 20
)

// recordOf is what a hello says of its node.
func recordOf(h rpc.NodeHello) cloud.Node {
	return cloud.Node{ID: h.Node, Zone: h.Zone, Hypervisor: cut(h.Hypervisor, maxText), Accelerator: cut(h.Accelerator, maxText),
		Version: cut(h.Version, maxText), Address: cut(h.Address, maxText), Capacity: h.Capacity}
}

// bound cuts a report's texts, in a copy, and refuses one that no host sends.
func bound(r *rpc.NodeReport) error {
	if len(r.Instances) > maxInstances {
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResNode, string(r.Node), "a report of %d instances; it may have %d", len(r.Instances), maxInstances)
	}
	r.Instances = slices.Clone(r.Instances)
	for k := range r.Instances {
		i := &r.Instances[k]
		if len(i.ID) > maxID || len(i.Phase) > maxID {
			return cloud.Errorf(cloud.Malformed, cloud.ResNode, string(r.Node), "a report of an instance with no such id or phase")
		}
		i.Reason.Code, i.Reason.Message = cut(i.Reason.Code, maxReason), cut(i.Reason.Message, maxReason)
	}
	return nil
}

// boundAnswer keeps the end of a console. An inventory is all or nothing: a
// part of it would show what is there as missing.
func boundAnswer(a rpc.Answer, kind rpc.AskKind) rpc.Answer {
	a.Error = cut(a.Error, maxReason)
	switch {
	case kind == rpc.AskInventory && len(a.Data) > maxInventory:
		a.Data, a.Error = nil, "the node's inventory is too large"
	case kind != rpc.AskInventory && len(a.Data) > maxConsole:
		a.Data = a.Data[len(a.Data)-maxConsole:]
	}
	return a
}

// cut shortens a text to so many bytes, and not within a character.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}
