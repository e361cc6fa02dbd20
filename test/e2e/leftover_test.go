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
	entries, err := os.ReadDir(p.disks)
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

// emulators lists the QEMUs on a host.
func emulators(tb testing.TB, host *lab.Node) []string {
	tb.Helper()
	var pids []string
	for pid, exe := range programs(tb, host) {
		if strings.Contains(exe, "qemu-system") {
			pids = append(pids, pid)
		}
	}
	return pids
}

// programs lists the processes in a host's network and what they run, but for
// the one that holds the network.
func programs(tb testing.TB, host *lab.Node) map[string]string {
	tb.Helper()
	network, err := os.Stat(host.NetNS)
	if err != nil {
		tb.Fatal(err)
	}
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		tb.Fatal(err)
	}
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		tb.Fatal(err)
	}
	found := map[string]string{}
	for _, dir := range dirs { // any of them may have ended meanwhile
		exe, gone := os.Readlink(dir + "/exe")
		theirs, err := os.Stat(dir + "/ns/net")
		if gone == nil && err == nil && exe != self && os.SameFile(network, theirs) {
			found[filepath.Base(dir)] = exe
		}
	}
	return found
}
