package linux

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// namespace is a network namespace with a netlink socket inside it.
type namespace struct {
	name     string // "" for the host's own
	file     *os.File
	route    *netlink.Handle
	rules    rules
	prepared bool           // settings were made by this process
	ready    map[string]int // taps whose settings were made → index they had
}

// hostNamespace opens the namespace this process lives in.
func hostNamespace() (*namespace, error) {
	return openNamespace("", "/proc/thread-self/ns/net")
}

func openNamespace(name, path string) (*namespace, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open network namespace: %w", err)
	}
	n := &namespace{name: name, file: f, ready: make(map[string]int)}
	err = n.do(func() (err error) {
		n.route, err = netlink.NewHandle(unix.NETLINK_ROUTE)
		return err
	})
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("open netlink in namespace %q: %w", name, err)
	}
	return n, nil
}

func (n *namespace) fd() int { return int(n.file.Fd()) }

func (n *namespace) close() {
	n.route.Close()
	_ = n.file.Close()
}

// do runs fn on a thread that is in the namespace. Sockets that fn makes stay
// in the namespace and can be used from anywhere.
func (n *namespace) do(fn func() error) error {
	return onThread(func() error {
		if err := unix.Setns(n.fd(), unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("enter network namespace %q: %w", n.name, err)
		}
		return fn()
	})
}

// onThread runs fn on a thread of its own, and puts the thread back into the
// network namespace it came from. A thread that cannot go back stays locked to
// its goroutine and so ends with it, instead of running anything else in the
// wrong place.
func onThread(fn func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		home, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			runtime.UnlockOSThread()
			done <- err
			return
		}
		defer home.Close()
		err = fn()
		if back := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); back != nil {
			err = errors.Join(err, fmt.Errorf("leave network namespace: %w", back))
		} else {
			runtime.UnlockOSThread()
		}
		done <- err
	}()
	return <-done
}

// createNamespace makes a named namespace that outlives this process, as
// "ip netns add" does: a bind mount of it on a file. An existing one is
// opened.
func createNamespace(dir, name string) (*namespace, error) {
	path := filepath.Join(dir, name)
	if n, err := openNamespace(name, path); err == nil {
		return n, nil
	}
	if err := shareMounts(dir); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o444)
	if err != nil {
		return nil, fmt.Errorf("create network namespace: %w", err)
	}
	_ = f.Close()
	err = onThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		return unix.Mount("/proc/thread-self/ns/net", path, "none", unix.MS_BIND, "")
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("create network namespace %s: %w", name, err), os.Remove(path))
	}
	return openNamespace(name, path)
}

// shareMounts makes mounts under dir visible to, and removable from, every
// mount namespace: else a service that started meanwhile would hold them.
func shareMounts(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	err := unix.Mount("", dir, "none", unix.MS_SHARED|unix.MS_REC, "")
	if !errors.Is(err, unix.EINVAL) {
		return err
	}
	// Not a mount point yet.
	if err := unix.Mount(dir, dir, "none", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount %s: %w", dir, err)
	}
	return unix.Mount("", dir, "none", unix.MS_SHARED|unix.MS_REC, "")
}

// removeNamespace takes the name away; the kernel removes the namespace and
// what is in it when nobody has it open. Absent is success.
func removeNamespace(dir, name string) error {
	path := filepath.Join(dir, name)
	if err := unix.Unmount(path, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("unmount network namespace %s: %w", name, err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove network namespace: %w", err)
	}
	return nil
}
