package e2e

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"ecc/hypervisor/hypervisortest"
)

// TestSharedCache gives two hosts one cache folder: one of them fetches the
// image, and it crosses the network once.
func TestSharedCache(t *testing.T) {
	shared := folder(t)
	b, n1, n2 := threeHosts(t, "--set", "nc.cache_dir="+shared)
	content := hypervisortest.GuestDisk(hypervisortest.Deaf)
	const noise = 48 << 20 // not to be compressed
	random := make([]byte, noise)
	_, _ = rand.NewChaCha8([32]byte{}).Read(random) // never fails
	image := b.importFile(b.writeFile("noise.raw", append(content, random...)), "noise")
	before := b.sent()
	ms := b.admin.run(image, "t1.micro", 2)
	for _, m := range ms {
		m.awaitConsole(banner, 1, soon)
	}
	if ms[0].on(n1, n2) == ms[1].on(n1, n2) {
		t.Fatal("both instances are on one host")
	}
	if got := b.sent() - before; got < noise || got > noise*3/2 {
		t.Errorf("%d bytes left the head for two hosts with one cache; the image has %d", got, noise)
	}
	b.audit()
	end(ms[0])
	b.audit()
	if got := emulators(t, ms[1].on(n1, n2).host); len(got) != 1 {
		t.Errorf("emulators %v run for the other instance", got)
	}
	end(ms[1])
	b.audit()
}

// sent is how many bytes the head's host has sent.
func (b *bench) sent() int {
	b.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(b.head.host.Run("cat", "/sys/class/net/eth0/statistics/tx_bytes")))
	if err != nil {
		b.Fatal(err)
	}
	return n
}
