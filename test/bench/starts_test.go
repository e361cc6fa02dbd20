package bench

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// startsAtOnce is the default of nc.starts: as many hands for the floor.
const startsAtOnce = 4

// launch is when a launch came how far, in seconds.
type launch struct {
	asked, runs, told Series // request sent → accepted → libvirt runs it, the API says so
}

// measure launches n instances, notes the times and ends them again. It returns
// the seconds from accepted to the API's word.
func (l *launch) measure(t tenant, w *witness, image string, n int) float64 {
	begin := time.Now()
	ids, accepted := t.accepted(image, n)
	said := t.reach(types.InstanceStateNameRunning, ids)
	l.asked = append(l.asked, accepted.Sub(begin).Seconds())
	l.runs = append(l.runs, w.saw(ids).Sub(accepted).Seconds())
	l.told = append(l.told, said.Sub(accepted).Seconds())
	t.terminate(ids)
	return said.Sub(accepted).Seconds()
}

// measureStarts: accepted → running with a warm cache.
func measureStarts(f *figures) {
	p := start(f, f.node, "--roles=all").ready()
	t, w := p.tenant(), newWitness(f, f.node)
	image := p.importDisk("sector", bootSector(f, f.dir, 64<<20))
	model, _ := t.accepted(image, 1) // warms the cache, too
	t.reach(types.InstanceStateNameRunning, model)
	hand := likeInstance(f, f.node, f.dir, model[0])
	f.report.Machine.Guests = accelerator(hand.xml)

	s := f.report.Section("From accepted to running, image in the cache",
		"`qemu-img create` with the same options, `virsh \"define X; start Y\"` with the same XML, on the same libvirtd; taps made beforehand, no network.")
	for _, c := range []struct {
		what    string
		n, runs int
		within  time.Duration
	}{{"1 instance", 1, 12, 30 * time.Second}, {"20 instances", 20, 3, time.Minute}} {
		var l launch
		floor, _ := InTurns(c.runs, c.within,
			func() float64 { return hand.start(c.n, startsAtOnce) },
			func() float64 { return l.measure(t, w, image, c.n) })
		s.Add(Figure{What: c.what + ": accepted → DescribeInstances says running", Unit: Seconds, Ours: l.told, Floor: floor, Aim: "≤ 1.3×"})
		s.Add(Figure{What: c.what + ": accepted → libvirt runs it", Unit: Seconds, Ours: l.runs, Floor: floor, Aim: "≤ 1.3×"})
		s.Add(Figure{What: c.what + ": request sent → accepted", Unit: Seconds, Ours: l.asked})
	}
	s.Say("Of 20, ecc starts %d at once, and so does the floor. One call asks for all 20.", startsAtOnce)
	t.terminate(model)
}

// accelerator is what a domain runs by.
func accelerator(xml string) string {
	if strings.Contains(xml, "<domain type='kvm'") {
		return "kvm"
	}
	return "tcg"
}
