package nc_test

import (
	"testing"

	"ecc/cloud"
	"ecc/rpc"
)

// Metadata options that change on a running instance act without touching the
// guest: in what the metadata server knows and in the rules of the port.
func TestMetadataOptionsOfARunningInstance(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1))
		w.reaches(1, cloud.PhaseUp)
		boots := w.boots(1)
		w.head.alter(id(1), func(in *rpc.InstanceIntent) {
			in.Metadata.Options = cloud.IMDSOpts{TokensRequired: true, HopLimit: 3}
		})
		w.until("the options to be known", func() bool {
			m, _ := w.meta.Metadata(id(1))
			return m.Options == cloud.IMDSOpts{TokensRequired: true, HopLimit: 3}
		})
		w.settle()
		if got := w.boots(1); got != boots {
			t.Errorf("%d boots, %d before", got, boots)
		}
		if c, _ := w.fab.Config(); len(c.Ports) != 1 || c.Ports[0].HopLimit != 3 {
			t.Errorf("ports %+v", c.Ports)
		}
	})
}
