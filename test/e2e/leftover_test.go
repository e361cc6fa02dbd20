package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecc/test/lab"
)

// awaitEmpty waits until nothing of any instance is on a host: the fabric and
// libvirt follow the records within moments.
func awaitEmpty(tb testing.TB, p *process) {
	tb.Helper()
	await(tb, "nothing of an instance to be left on "+p.name, soon, func() (bool, string) {
		left := leftovers(tb, p)
		return len(left) == 0, strings.Join(left, "; ")
	})
}

// leftovers lists what is on a host of its instances: domains, emulators,
// namespaces, devices, rules, folders.
func leftovers(tb testing.TB, p *process) []string {
	tb.Helper()
	left := hostLeftovers(tb, p.host)
	entries, err := os.ReadDir(p.instances())
	if err != nil && !os.IsNotExist(err) {
		tb.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "i-") {
			left = append(left, "folder "+e.Name())
		}
	}
	return left
}

// hostLeftovers is leftovers without the data folder, for a host that ecc has
// left.
func hostLeftovers(tb testing.TB, host *lab.Node) []string {
	tb.Helper()
	var left []string
	add := func(what, out string, ours func(string) bool) {
		for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
			if line != "" && ours(line) {
				left = append(left, what+" "+line)
			}
		}
	}
	all := func(string) bool { return true }
	if _, err := os.Stat(host.Socket); err == nil {
		add("domain", host.Run("virsh", "-q", "-c", "qemu:///system", "list", "--all", "--name"), all)
	}
	add("namespace", host.Run("ip", "netns", "list"), func(s string) bool { return strings.HasPrefix(s, "ecc-") })
	add("device", host.Run("ip", "-br", "link"), func(s string) bool {
		return !strings.HasPrefix(s, "lo ") && !strings.HasPrefix(s, "eth0@")
	})
	add("rules", host.Run("nft", "list", "tables"), func(s string) bool { return strings.Contains(s, " ecc") })
	add("mount", host.Run("cat", "/proc/mounts"), func(s string) bool { return strings.Contains(s, "/run/netns/ecc-") })
	for _, pid := range emulators(tb, host) {
		left = append(left, "emulator "+pid)
	}
	return left
}

// emulators lists the QEMUs on a host: those in its network, where each has
// opened its tap.
func emulators(tb testing.TB, host *lab.Node) []string {
	tb.Helper()
	network, err := os.Stat(host.NetNS)
	if err != nil {
		tb.Fatal(err)
	}
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		tb.Fatal(err)
	}
	var pids []string
	for _, dir := range dirs { // any of them may have ended meanwhile
		exe, _ := os.Readlink(dir + "/exe")
		theirs, err := os.Stat(dir + "/ns/net")
		if err == nil && strings.Contains(exe, "qemu-system") && os.SameFile(network, theirs) {
			pids = append(pids, filepath.Base(dir))
		}
	}
	return pids
}
