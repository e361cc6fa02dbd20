package nc_test

import (
	"net/netip"
	"testing"

	"ecc/cloud"
	"ecc/net/fabric"
	"ecc/rpc"
)

// ports is what the fabric was last told, by instance.
func (w *world) ports() map[cloud.InstanceID]fabric.Port {
	c, _ := w.fab.Config()
	out := map[cloud.InstanceID]fabric.Port{}
	for _, p := range c.Ports {
		out[p.Instance] = p
	}
	return out
}

// An elastic IP that moves between running guests reaches the fabric at once,
// and no guest is started again for it.
func TestPublicAddressMoves(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1), intent(2))
		w.reaches(1, cloud.PhaseUp)
		w.reaches(2, cloud.PhaseUp)
		elastic := netip.MustParseAddr("198.51.100.7")
		give := func(k int, ip netip.Addr) {
			w.head.alter(id(k), func(in *rpc.InstanceIntent) { in.NIC.PublicIP = ip })
		}
		give(1, elastic)
		w.until("the first to have it", func() bool { return w.ports()[id(1)].PublicIP == elastic })
		give(1, netip.Addr{})
		give(2, elastic)
		w.until("the second to have it", func() bool {
			p := w.ports()
			return p[id(2)].PublicIP == elastic && !p[id(1)].PublicIP.IsValid()
		})
		if w.boots(1) != 1 || w.boots(2) != 1 {
			t.Error("a guest was started again")
		}
	})
}

// An instance that is ending lets go of its address though its guest cannot be
// ended yet.
func TestPublicAddressLeavesTheEnding(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		in := intent(1)
		in.NIC.PublicIP = netip.MustParseAddr("198.51.100.7")
		w.head.want(in)
		w.reaches(1, cloud.PhaseUp)
		w.hv.setAway(true)
		w.head.goal(id(1), cloud.GoalTerminated)
		w.settle()
		w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.NIC.PublicIP = netip.Addr{} })
		w.until("it to let go", func() bool {
			p, there := w.ports()[id(1)]
			return there && !p.PublicIP.IsValid()
		})
		w.hv.setAway(false)
		w.reaches(1, cloud.PhaseGone)
	})
}
