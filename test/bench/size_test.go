package bench

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// measureSizes: the second instance of a large image starts like that of a
// small one.
func measureSizes(f *figures) {
	p := start(f, f.node, "--roles=all").ready()
	t, w := p.tenant(), newWitness(f, f.node)
	images := map[int64]string{}
	for _, gib := range []int64{1, 8} {
		images[gib] = p.importDisk(fmt.Sprintf("sparse-%d", gib), bootSector(f, f.dir, gib<<30))
		ids, _ := t.accepted(images[gib], 1)
		t.reach(types.InstanceStateNameRunning, ids)
		t.terminate(ids)
	}
	var small, large launch
	InTurns(9, 30*time.Second,
		func() float64 { return small.measure(t, w, images[1], 1) },
		func() float64 { return large.measure(t, w, images[8], 1) })
	s := f.report.Section("Second instance by image size (sparse, 8 GiB)", "the same with an image of 1 GiB.")
	s.Add(Figure{What: "accepted → DescribeInstances says running", Unit: Seconds, Ours: large.told, Floor: small.told, Aim: "1×"})
	s.Add(Figure{What: "accepted → libvirt runs it", Unit: Seconds, Ours: large.runs, Floor: small.runs, Aim: "1×"})
}
