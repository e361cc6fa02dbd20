package lab

import (
	"errors"
	"fmt"
	"os"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"ecc/internal/reap"
)

// runDir is the lab's own folder for the nodes' state, on a tmpfs that goes
// with the namespaces. Short, because paths of unix sockets are.
const runDir = "/run/lab"

// runInit is PID 1: it makes the mounts private and the lab's own, then
// starts the tests and collects orphans until they end.
func runInit() (int, error) {
	if err := setUpLab(); err != nil {
		return 0, err
	}
	if err := os.Setenv(stepEnv, stepInside); err != nil {
		return 0, err
	}
	return reap.Run(append([]string{"/proc/self/exe"}, os.Args[1:]...))
}

func setUpLab() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := mountOwn("proc", "/proc", ""); err != nil {
		return err
	}
	if err := mountOwn("sysfs", "/sys", ""); err != nil {
		return err
	}
	if err := mountOwn("tmpfs", "/run", "mode=755"); err != nil {
		return err
	}
	for _, dir := range []string{"/run/netns", "/run/lock", runDir} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := unix.Sethostname([]byte("lab")); err != nil {
		return fmt.Errorf("name the lab's host: %w", err)
	}
	return loopbackUp()
}

// mountOwn mounts a fresh instance of a file system. EBUSY says that just this
// one is there: /sys of a node that shares the lab's network.
func mountOwn(fstype, at, data string) error {
	err := unix.Mount(fstype, at, fstype, unix.MS_NOSUID|unix.MS_NODEV, data)
	if err != nil && !errors.Is(err, unix.EBUSY) {
		return fmt.Errorf("mount %s on %s: %w", fstype, at, err)
	}
	return nil
}

// bind puts the folder from over at.
func bind(from, at string) error {
	for _, dir := range []string{from, at} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := unix.Mount(from, at, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind %s over %s: %w", from, at, err)
	}
	return nil
}

func loopbackUp() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("find lo: %w", err)
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return fmt.Errorf("set lo up: %w", err)
	}
	return nil
}
