package lab

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Variables that tell a holder what to make.
const (
	nameEnv = "ECC_LAB_NODE"
	dirEnv  = "ECC_LAB_DIR"

	packagedEnv = "ECC_LAB_PACKAGED"
)

// mountsOf lists the folders a node has of its own: libvirt's fixed paths.
// Key: folder below the node's Dir.
var mountsOf = map[string]string{
	"run": "/run/libvirt", "lib": "/var/lib/libvirt", "cache": "/var/cache/libvirt",
	"log": "/var/log/libvirt", "etc": "/etc/libvirt",
}

// runHolder is the process that a node's namespaces live in. The kernel made
// them; it fills them, says "ok" and stays until its standard input ends.
func runHolder() (int, error) {
	if err := setUpNode(os.Getenv(nameEnv), os.Getenv(dirEnv)); err != nil {
		return 0, err
	}
	fmt.Println("ok")
	_, err := io.Copy(io.Discard, os.Stdin)
	return 0, err
}

func setUpNode(name, dir string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Sethostname([]byte(name)); err != nil {
		return fmt.Errorf("name node %s: %w", name, err)
	}
	if err := loopbackUp(); err != nil {
		return err
	}
	// /sys shows the network devices of the namespace it was mounted in.
	if err := mountOwn("sysfs", "/sys", ""); err != nil {
		return err
	}
	// A node has named network namespaces of its own.
	if err := mountOwn("tmpfs", "/run/netns", "mode=755"); err != nil {
		return err
	}
	for sub, at := range mountsOf {
		if err := bind(filepath.Join(dir, sub), at); err != nil {
			return err
		}
	}
	if err := ownHosts(name, dir); err != nil {
		return err
	}
	if err := ownKVM(dir); err != nil {
		return err
	}
	return writeConfig(dir)
}

// ownHosts lets the node know its own name: libvirtd looks it up when it
// starts and would wait 20 s for a name server that nobody is.
func ownHosts(name, dir string) error {
	path := filepath.Join(dir, "hosts")
	hosts := "127.0.0.1 localhost\n127.0.1.1 " + name + "\n"
	if err := os.WriteFile(path, []byte(hosts), 0o644); err != nil {
		return err
	}
	if err := unix.Mount(path, "/etc/hosts", "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("give node %s its hosts file: %w", name, err)
	}
	return nil
}

// ownKVM gives /dev/kvm, if there is one, the owner that udev gives it. Where
// no udev runs only root can open it: then libvirt, whose QEMUs are not root,
// finds what it knows of the emulator out of date at every call and probes
// again, for seconds.
func ownKVM(dir string) error {
	if _, err := os.Stat("/dev/kvm"); err != nil {
		return nil
	}
	group, err := user.LookupGroup("kvm")
	if err != nil {
		return nil // no libvirt here
	}
	gid, err := strconv.Atoi(group.Gid)
	if err != nil {
		return err
	}
	devices := filepath.Join(dir, "dev")
	if err := os.Mkdir(devices, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", devices, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("mount a place for devices: %w", err)
	}
	kvm := filepath.Join(devices, "kvm")
	if err := unix.Mknod(kvm, unix.S_IFCHR, int(unix.Mkdev(10, 232))); err != nil {
		return fmt.Errorf("make %s: %w", kvm, err)
	}
	if err := errors.Join(os.Chown(kvm, 0, gid), os.Chmod(kvm, 0o660)); err != nil {
		return err
	}
	return unix.Mount(kvm, "/dev/kvm", "", unix.MS_BIND, "")
}

// writeConfig writes a lean libvirt configuration (no cgroups, sandbox, mount
// namespaces or labels: a tenth faster to start a guest, and none of it works
// in every container) with virtlogd keeping consoles, rotated early so that
// tests see it.
func writeConfig(dir string) error {
	for name, lines := range map[string][]string{
		"qemu.conf": {
			`user = "root"`, `group = "root"`, `dynamic_ownership = 0`, `remember_owner = 0`,
			`security_driver = "none"`, `namespaces = [ ]`, `cgroup_controllers = [ ]`,
			`seccomp_sandbox = 0`, `stdio_handler = "logd"`, `max_queued = 0`, `keepalive_interval = -1`,
		},
		"libvirtd.conf": {
			`unix_sock_group = "root"`, `auth_unix_rw = "none"`, `auth_unix_ro = "none"`,
			`min_workers = 8`, `max_workers = 40`, `max_client_requests = 100`,
		},
		"virtlogd.conf": {`max_size = 32768`, `max_backups = 3`},
	} {
		if name == "qemu.conf" && os.Getenv(packagedEnv) != "" {
			lines = []string{`cgroup_controllers = [ ]`} // the lab has none
		}
		path := filepath.Join(dir, "etc", name)
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			return err
		}
	}
	return nil
}
