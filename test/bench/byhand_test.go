package bench

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ecc/image/overlay"
	"ecc/test/lab"
)

// byHand starts guests as an operator with a shell would: qemu-img create, then
// virsh define and start, in one virsh, on the libvirtd that ecc uses, with the
// overlay and the XML of a guest of ecc's. Its taps are there beforehand and
// nobody sets up their network: what ecc does there is on ecc's account.
type byHand struct {
	tb       testing.TB
	node     *lab.Node
	dir      string
	instance string // the guest whose XML it is
	folder   string // of that guest
	base     string
	tap      string
	uuid     string
	xml      string
	next     int
}

var (
	marks   = regexp.MustCompile(`(?s)<metadata>.*</metadata>`) // or ecc would take it for a stranger
	taps    = regexp.MustCompile(`<target dev='([^']+)' managed='no'/>`)
	uuids   = regexp.MustCompile(`<uuid>([^<]+)</uuid>`)
	sources = regexp.MustCompile(`<source file='([^']+)'`)
)

// likeInstance learns from an instance that runs.
func likeInstance(tb testing.TB, node *lab.Node, dir, instance string) *byHand {
	tb.Helper()
	out := shell(tb, "virsh", "-q", "-c", uri(node), "dumpxml", "--inactive", instance)
	disks := sources.FindAllStringSubmatch(out, -1)
	if len(disks) != 2 {
		tb.Fatalf("%d disks and bases in\n%s", len(disks), out)
	}
	return &byHand{tb: tb, node: node, dir: dir, instance: instance,
		folder: filepath.Dir(disks[0][1]), base: disks[1][1], tap: taps.FindStringSubmatch(out)[1],
		uuid: uuids.FindStringSubmatch(out)[1], xml: marks.ReplaceAllString(out, "")}
}

// guest is one to be started, prepared: folder, tap and XML are there.
type guest struct {
	h                  *byHand
	name, dir, xmlFile string
}

func (h *byHand) prepare() guest {
	h.tb.Helper()
	h.next++
	g := guest{h: h, name: fmt.Sprintf("hand-%d", h.next)}
	g.dir = filepath.Join(h.dir, g.name)
	g.xmlFile = filepath.Join(g.dir, "domain.xml")
	must(h.tb, os.Mkdir(g.dir, 0o755))
	var id [16]byte
	rand.Read(id[:])
	uuid := fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
	xml := strings.NewReplacer(h.folder, g.dir, h.uuid, uuid, h.instance, g.name, h.tap, g.name).Replace(h.xml)
	must(h.tb, os.WriteFile(g.xmlFile, []byte(xml), 0o644))
	shell(h.tb, "ip", "tuntap", "add", g.name, "mode", "tap")
	return g
}

// start is what is timed.
func (g guest) start() {
	shell(g.h.tb, "qemu-img", "create", "-q", "-f", "qcow2", "-b", g.h.base, "-F", "raw",
		"-o", string(overlay.DefaultLayout), filepath.Join(g.dir, "disk.qcow2"))
	shell(g.h.tb, "virsh", "-q", "-c", uri(g.h.node), "define "+g.xmlFile+"; start "+g.name)
}

func (g guest) remove() {
	shell(g.h.tb, "virsh", "-q", "-c", uri(g.h.node), "destroy "+g.name+"; undefine "+g.name)
	shell(g.h.tb, "ip", "link", "del", g.name)
	must(g.h.tb, os.RemoveAll(g.dir))
}

// start starts n guests, so many at once, and returns the seconds until the
// last one runs.
func (h *byHand) start(n, atOnce int) float64 {
	h.tb.Helper()
	guests := make(chan guest, n)
	var all []guest
	for range n {
		g := h.prepare()
		all = append(all, g)
		guests <- g
	}
	close(guests)
	var hands sync.WaitGroup
	begin := time.Now()
	for range atOnce {
		hands.Go(func() {
			for g := range guests {
				g.start()
			}
		})
	}
	hands.Wait()
	took := time.Since(begin).Seconds()
	for _, g := range all {
		g.remove()
	}
	return took
}

// shell runs a program to its end.
func shell(tb testing.TB, name string, args ...string) string {
	tb.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		tb.Errorf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}
