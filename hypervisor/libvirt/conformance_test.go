package libvirt

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/hypervisor/hypervisortest"
	"ecc/test/lab"
)

func TestMain(m *testing.M) { lab.Main(m) }

func TestConformance(t *testing.T) {
	n := lab.Single(t)
	hypervisortest.Run(t, hypervisortest.Host{
		Open:   func(tb testing.TB) hypervisor.Hypervisor { return open(tb, n, "test") },
		Spec:   newSpec,
		Banner: hypervisortest.GuestBanner,
		Memory: func(tb testing.TB, id cloud.InstanceID) cloud.Bytes { return memory(tb, n, id) },
		Crash:  func(tb testing.TB, id cloud.InstanceID) { crash(tb, n, id) },
		Down: func(testing.TB) func() {
			n.KillLibvirtd()
			return n.RestartLibvirtd
		},
	})
}

// open opens a driver that its caller closes.
func open(tb testing.TB, n *lab.Node, cluster string) *Driver {
	tb.Helper()
	return openWith(tb, Config{Socket: n.Socket, Cluster: cluster, Accelerator: "tcg", Why: "a test says so"})
}

func openWith(tb testing.TB, cfg Config) *Driver {
	tb.Helper()
	d, err := New(cfg, slog.New(slog.NewTextHandler(tb.Output(), nil)))
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

var instances atomic.Int64

// newSpec makes an instance with a disk and a tap, in the lab's own network.
func newSpec(tb testing.TB, g hypervisortest.Guest) hypervisor.Spec {
	tb.Helper()
	n := instances.Add(1)
	dir := tb.TempDir()
	// QEMU may be another user.
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		tb.Fatal(err)
	}
	s := hypervisor.Spec{
		ID: cloud.InstanceID(fmt.Sprintf("i-%017x", n)), Cluster: "test", VCPU: 1, Memory: 16 * cloud.MiB,
		Disk:    hypervisor.Disk{Path: filepath.Join(dir, "disk.qcow2"), Base: filepath.Join(dir, "base.raw")},
		NIC:     hypervisor.NIC{Tap: fmt.Sprintf("tap%d", n), MAC: fmt.Sprintf("02:00:00:00:00:%02x", n), MTU: 1450},
		Console: filepath.Join(dir, "console.log"),
	}
	s.Serial = hypervisor.UUID(s.ID)
	if err := os.WriteFile(s.Disk.Base, hypervisortest.GuestDisk(g), 0o644); err != nil {
		tb.Fatal(err)
	}
	run1(tb, "qemu-img", "create", "-q", "-f", "qcow2", "-b", s.Disk.Base, "-F", "raw", s.Disk.Path)
	run1(tb, "ip", "tuntap", "add", s.NIC.Tap, "mode", "tap")
	tb.Cleanup(func() { run1(tb, "ip", "link", "del", s.NIC.Tap) })
	return s
}

func run1(tb testing.TB, name string, args ...string) string {
	tb.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		tb.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func virsh(tb testing.TB, n *lab.Node, args ...string) string {
	tb.Helper()
	return run1(tb, "virsh", append([]string{"-q", "-c", "qemu+unix:///system?socket=" + n.Socket}, args...)...)
}

func memory(tb testing.TB, n *lab.Node, id cloud.InstanceID) cloud.Bytes {
	tb.Helper()
	for line := range strings.Lines(virsh(tb, n, "dominfo", string(id))) {
		if rest, ok := strings.CutPrefix(line, "Max memory:"); ok {
			kib, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				tb.Fatal(err)
			}
			return cloud.Bytes(kib) * cloud.KiB
		}
	}
	tb.Fatal("virsh dominfo tells no memory")
	return 0
}

func crash(tb testing.TB, n *lab.Node, id cloud.InstanceID) {
	tb.Helper()
	if err := syscall.Kill(qemuPID(tb, n, id), syscall.SIGKILL); err != nil {
		tb.Fatal(err)
	}
}

func qemuPID(tb testing.TB, n *lab.Node, id cloud.InstanceID) int {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(n.Dir, "run", "qemu", string(id)+".pid"))
	if err != nil {
		tb.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		tb.Fatal(err)
	}
	return pid
}
