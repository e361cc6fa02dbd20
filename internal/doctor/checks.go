package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"time"

	"github.com/google/nftables"
	"golang.org/x/sys/unix"

	"ecc/cloud"
	"ecc/hypervisor/libvirt"
	"ecc/roles"
)

// program checks that a program is installed.
func program(name, mend string) func(context.Context, roles.Config) Finding {
	return func(context.Context, roles.Config) Finding {
		path, err := exec.LookPath(name)
		if err != nil {
			return Finding{Check: name, Result: Bad, Found: "not installed", Mend: mend}
		}
		return Finding{Check: name, Found: path}
	}
}

// dataFolder checks that the data folder can be made and written.
func dataFolder(_ context.Context, cfg roles.Config) Finding {
	f := Finding{Check: "data folder", Found: cfg.Data}
	dir := cfg.Data
	for {
		_, err := os.Stat(dir)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			f.Result, f.Found, f.Mend = Bad, err.Error(), "choose a folder with --data DIR"
			return f
		}
		dir = filepath.Dir(dir)
	}
	if err := unix.Access(dir, unix.W_OK); err != nil {
		f.Result, f.Found, f.Mend = Bad, dir+": "+err.Error(), "run as root, or choose a folder with --data DIR"
	}
	return f
}

// roomWanted is what a first image and a few guests need.
const roomWanted = 10 * cloud.GiB

// diskRoom checks the room where the data folder is or will be.
func diskRoom(_ context.Context, cfg roles.Config) Finding {
	dir := cfg.Data
	var st unix.Statfs_t
	for unix.Statfs(dir, &st) != nil && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	free := cloud.Bytes(st.Bavail) * cloud.Bytes(st.Bsize)
	f := Finding{Check: "disk", Found: fmt.Sprintf("%.1f GiB free", float64(free)/float64(cloud.GiB))}
	if free < roomWanted {
		f.Result, f.Mend = Fair, "give "+dir+" a larger disk, or choose another with --data DIR"
	}
	return f
}

// endpointPort checks that the tenants' port is free, or ecc's own.
func endpointPort(_ context.Context, cfg roles.Config) Finding {
	f := Finding{Check: "tenants' endpoint", Found: cfg.Listen + " is free"}
	ln, err := net.Listen("tcp", cfg.Listen)
	if err == nil {
		_ = ln.Close()
		return f
	}
	if conn, err := net.DialTimeout("unix", filepath.Join(cfg.Data, roles.SocketName), time.Second); err == nil {
		_ = conn.Close()
		f.Found = cfg.Listen + " is served by the ecc of this data folder"
		return f
	}
	f.Result, f.Found, f.Mend = Bad, err.Error(), "choose another with --listen ADDR:PORT"
	return f
}

func rootUser(context.Context, roles.Config) Finding {
	if os.Geteuid() == 0 {
		return Finding{Check: "root", Found: "yes"}
	}
	return Finding{Check: "root", Result: Bad, Found: "no", Mend: "run as root; without root there is --hypervisor sim"}
}

// libvirtSocket checks that libvirtd answers.
func libvirtSocket(_ context.Context, cfg roles.Config) Finding {
	f := Finding{Check: "libvirt", Found: cfg.NC.LibvirtSocket + " answers"}
	conn, err := net.DialTimeout("unix", cfg.NC.LibvirtSocket, 2*time.Second)
	if err == nil {
		_ = conn.Close()
		return f
	}
	f.Result, f.Found = Bad, err.Error()
	f.Mend = "apt-get install -y libvirt-daemon-system && systemctl enable --now libvirtd"
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		f.Mend = "apt-get install -y libvirt-daemon-system && virtlogd -d && libvirtd -d"
	}
	return f
}

// qemuUser checks the user guests' disks will belong to.
func qemuUser(_ context.Context, cfg roles.Config) Finding {
	if u, err := user.Lookup(cfg.NC.QEMUUser); err == nil {
		return Finding{Check: "QEMU's user", Found: u.Username + " (" + u.Uid + ")"}
	}
	return Finding{Check: "QEMU's user", Result: Fair, Found: "no user " + cfg.NC.QEMUUser, Mend: "set nc.qemu_user to the user of /etc/libvirt/qemu.conf"}
}

// accelerator probes what really runs guests.
func accelerator(ctx context.Context, _ roles.Config) Finding {
	accel, why := libvirt.ProbeAccelerator(ctx, libvirt.DefaultQEMU)
	f := Finding{Check: "accelerator", Found: accel + ": " + why}
	if accel != "kvm" {
		f.Result, f.Mend = Fair, "guests will be slow: enable virtualization in the firmware, or nested virtualization if this is a virtual machine; then modprobe kvm_intel or kvm_amd"
	}
	return f
}

// kvmDevice checks that QEMU's user may open /dev/kvm. Where udev has not set
// its group, libvirt examines the emulator anew at every call, which takes it
// seconds each time, with or without a working KVM.
func kvmDevice(_ context.Context, cfg roles.Config) Finding {
	f := Finding{Check: "/dev/kvm"}
	st, err := os.Stat("/dev/kvm")
	if err != nil {
		f.Found = "none"
		return f
	}
	f.Found = st.Mode().Perm().String()
	if st.Mode().Perm()&0o060 != 0o060 && st.Mode().Perm()&0o006 != 0o006 && cfg.NC.QEMUUser != "root" {
		f.Result, f.Found = Bad, f.Found+": not for "+cfg.NC.QEMUUser+"; every start of a guest takes many seconds more"
		f.Mend = "chgrp kvm /dev/kvm && chmod 660 /dev/kvm, then restart libvirtd"
	}
	return f
}

func tunDevice(context.Context, roles.Config) Finding {
	f := Finding{Check: "tap devices", Found: "/dev/net/tun"}
	fd, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err == nil {
		_ = fd.Close()
		return f
	}
	f.Result, f.Found, f.Mend = Bad, err.Error(), "modprobe tun"
	return f
}

// filterRules checks that the kernel takes nftables rules.
func filterRules(context.Context, roles.Config) Finding {
	c, err := nftables.New()
	if err == nil {
		_, err = c.ListTables()
	}
	if err == nil {
		return Finding{Check: "nftables", Found: "the kernel answers"}
	}
	return Finding{Check: "nftables", Result: Bad, Found: err.Error(), Mend: "modprobe nf_tables; run as root"}
}

func namespaces(context.Context, roles.Config) Finding {
	f := Finding{Check: "network namespaces", Found: "/proc/self/ns/net"}
	if _, err := os.Stat(f.Found); err != nil {
		f.Result, f.Found, f.Mend = Bad, err.Error(), "boot a kernel with CONFIG_NET_NS"
	}
	return f
}
