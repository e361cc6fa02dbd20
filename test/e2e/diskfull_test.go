package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/sys/unix"

	"ecc/hypervisor/hypervisortest"
)

// small is a file system of a few MiB in memory, which a test can fill.
type small struct {
	tb  testing.TB
	dir string
}

func newSmall(tb testing.TB) small {
	tb.Helper()
	dir := folder(tb)
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=755,size=16m"); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			tb.Error(err)
		}
	})
	return small{tb, dir}
}

// fill leaves that many bytes free, rounded to pages.
func (s small) fill(leave int64) {
	s.tb.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(s.dir, &st); err != nil {
		s.tb.Fatal(err)
	}
	err := os.WriteFile(s.filler(), make([]byte, int64(st.Bavail)*st.Bsize-leave), 0o600)
	if err != nil {
		s.tb.Fatal(err)
	}
}

// free takes it back.
func (s small) free() {
	s.tb.Helper()
	if err := os.Remove(s.filler()); err != nil {
		s.tb.Fatal(err)
	}
}

func (s small) filler() string { return filepath.Join(s.dir, "filler") }

// TestDiskFull fills the file system of a node's instances: a new instance
// fails and says why, those there run on and can be ended, and once there is
// room again new ones run.
func TestDiskFull(t *testing.T) {
	disk := newSmall(t)
	disks := filepath.Join(disk.dir, "instances")
	b := newBench(t, newHost(t, "one"), "--roles=all", "--set", "nc.instances_dir="+disks, "--set", "nc.reserved_disk=0B")
	b.head.disks = disks
	b.start()
	image := b.bootSector(hypervisortest.Deaf, "deaf")
	one := func() *machine { return b.admin.run(image, "t1.micro", 1)[0] }
	first, second := one(), one()
	first.awaitConsole(banner, 1, soon)
	second.awaitConsole(banner, 1, soon)

	for _, c := range []struct {
		name  string
		leave int64
	}{
		{"no room for a disk", 48 << 10},
		{"no room for anything", 0},
	} {
		b.run(c.name, func(t *testing.T) {
			disk.fill(c.leave)
			m := one()
			i := m.await(types.InstanceStateNameTerminated)
			m.wantReason(t, i, "Server.InsufficientInstanceCapacity")
			t.Log(reason(i))
			first.await(types.InstanceStateNameRunning)
			first.awaitConsole(banner, 1, soon)
			disk.free()
			b.audit()
			m = one()
			m.awaitConsole(banner, 1, soon)
			end(m)
		})
	}
	b.run("the end of an instance on a full disk", func(t *testing.T) {
		disk.fill(0)
		end(first)
		disk.free()
		second.awaitConsole(banner, 1, soon)
		second.await(types.InstanceStateNameRunning)
		end(second)
	})
	b.audit()
	awaitEmpty(t, b.head)
}
