package cc

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ecc/cloud"
	"ecc/rpc"
)

func TestSplit(t *testing.T) {
	inst := func(id string, n cloud.NodeID, groups ...cloud.GroupID) rpc.InstanceIntent {
		return rpc.InstanceIntent{ID: cloud.InstanceID(id), Node: n, NIC: rpc.NICIntent{Groups: groups}}
	}
	group := func(id string) rpc.GroupIntent { return rpc.GroupIntent{ID: cloud.GroupID(id)} }
	ask := func(id string, n cloud.NodeID) rpc.ZoneAsk { return rpc.ZoneAsk{Node: n, Ask: rpc.Ask{ID: id}} }
	for name, c := range map[string]struct {
		zone rpc.ZoneIntent
		want map[cloud.NodeID]rpc.NodeIntent
	}{
		"nothing": {rpc.ZoneIntent{Revision: 7}, map[cloud.NodeID]rpc.NodeIntent{}},
		"each its own": {
			rpc.ZoneIntent{Instances: []rpc.InstanceIntent{inst("i-1", "a"), inst("i-2", "b"), inst("i-3", "a")}},
			map[cloud.NodeID]rpc.NodeIntent{
				"a": {Instances: []rpc.InstanceIntent{inst("i-1", "a"), inst("i-3", "a")}},
				"b": {Instances: []rpc.InstanceIntent{inst("i-2", "b")}}}},
		"groups where they are used, once, in order": {
			rpc.ZoneIntent{Instances: []rpc.InstanceIntent{inst("i-1", "a", "sg-2", "sg-1"), inst("i-2", "a", "sg-2"), inst("i-3", "b", "sg-3", "sg-9")},
				Groups: []rpc.GroupIntent{group("sg-1"), group("sg-2"), group("sg-3"), group("sg-4")}},
			map[cloud.NodeID]rpc.NodeIntent{
				"a": {Instances: []rpc.InstanceIntent{inst("i-1", "a", "sg-2", "sg-1"), inst("i-2", "a", "sg-2")}, Groups: []rpc.GroupIntent{group("sg-1"), group("sg-2")}},
				"b": {Instances: []rpc.InstanceIntent{inst("i-3", "b", "sg-3", "sg-9")}, Groups: []rpc.GroupIntent{group("sg-3")}}}},
		"questions, also to a node without instances": {
			rpc.ZoneIntent{Instances: []rpc.InstanceIntent{inst("i-1", "a")}, Asks: []rpc.ZoneAsk{ask("q1", "a"), ask("q2", "b"), ask("q3", "b")}},
			map[cloud.NodeID]rpc.NodeIntent{
				"a": {Instances: []rpc.InstanceIntent{inst("i-1", "a")}, Asks: []rpc.Ask{{ID: "q1"}}},
				"b": {Asks: []rpc.Ask{{ID: "q2"}, {ID: "q3"}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, split(c.zone), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); d != "" {
				t.Error(d)
			}
		})
	}
}
