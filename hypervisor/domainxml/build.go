package domainxml

import (
	"ecc/cloud"
	"ecc/hypervisor"
)

// machine is the model. With all its ports, q35 starts and boots as fast as pc
// (QEMU 7.2, TCG, eight times each in turn: 241 against 230 ms to be started,
// 115 against 89 ms more to the first byte of a boot sector), and it has PCI
// Express, which NVMe wants. Its virtio devices are modern ones only: a guest
// needs Linux 4.0 or one with that ported back.
const machine = "q35"

// sparePorts is how many PCIe ports are left for disks and interfaces that are
// plugged in later: each holds one device and costs nothing measurable.
const sparePorts = 8

// usedPorts is how many ports the domain's own virtio devices take: disk, NIC,
// random numbers.
const usedPorts = 3

// vendor is what cloud-init and others look for to know EC2.
const vendor = "Amazon EC2"

func build(s hypervisor.Spec, h Host) domain {
	return domain{
		Type:     map[string]string{"kvm": "kvm", "tcg": "qemu"}[h.Accelerator],
		Name:     string(s.ID),
		UUID:     serial(s),
		Metadata: metadata{Mark{ID: s.ID, Cluster: s.Cluster}},
		Memory:   memory{Unit: "KiB", Value: int64(s.Memory / cloud.KiB)},
		VCPU:     s.VCPU,
		Sysinfo:  buildSysinfo(s),
		OS: osBoot{
			Type: osType{Arch: "x86_64", Machine: machine, Value: "hvm"}, Boot: dev{Dev: "hd"}, SMBIOS: mode{"sysinfo"},
		},
		Features: features{},
		CPU:      buildCPU(h),
		Clock:    clock{Offset: "utc"},
		// A guest that switches itself off is off: ecc decides what follows.
		OnPoweroff: "destroy", OnReboot: "restart", OnCrash: "destroy",
		Devices: buildDevices(s, h),
	}
}

// buildCPU gives the guest the host's CPU under KVM. Under TCG it gets all
// that TCG can do: distributions begin to require more than QEMU's default.
func buildCPU(h Host) cpu {
	if h.Accelerator == "kvm" {
		return cpu{Mode: "host-passthrough", Check: "none", Migratable: "on"}
	}
	return cpu{Mode: "maximum", Check: "none", Migratable: "on"}
}

func buildSysinfo(s hypervisor.Spec) sysinfo {
	return sysinfo{
		Type: "smbios",
		BIOS: []entry{{"vendor", vendor}, {"version", "1.0"}},
		System: []entry{
			{"manufacturer", vendor}, {"product", "ecc"},
			{"serial", serial(s)}, {"uuid", serial(s)},
		},
		BaseBoard: []entry{{"manufacturer", vendor}, {"asset", string(s.ID)}},
		Chassis:   []entry{{"manufacturer", vendor}, {"asset", vendor}},
	}
}

func buildDevices(s hypervisor.Spec, h Host) devices {
	return devices{
		Emulator:    h.Emulator,
		Controllers: buildControllers(),
		Disk:        buildDisk(s.Disk),
		Interface:   buildInterface(s.NIC),
		Serial: serialPort{
			Type: "pty", Log: logFile{File: s.Console, Append: "on"},
			Target: port{Type: "isa-serial", Port: "0"},
		},
		RNG:     rng{Model: "virtio", Backend: rngBackend{Model: "random", Path: "/dev/urandom"}},
		Balloon: model{"none"},
	}
}

func buildControllers() []controller {
	cs := []controller{{Type: "usb", Model: "none"}, {Type: "pci", Index: "0", Model: "pcie-root"}}
	for range usedPorts + sparePorts {
		cs = append(cs, controller{Type: "pci", Model: "pcie-root-port"})
	}
	return cs
}

func buildDisk(d hypervisor.Disk) disk {
	cache, aio := d.Cache, d.AIO
	if cache == "" {
		cache = "none"
	}
	if aio == "" {
		aio = "native"
	}
	return disk{
		Type: "file", Device: "disk",
		Driver: diskDriver{
			Name: "qemu", Type: "qcow2", Cache: cache, IO: aio, Discard: "unmap",
			// The guest, not the emulator, decides what an I/O error means.
			ErrorPolicy: "report", RerrorPolicy: "report",
		},
		Source: newSource(d.Path),
		// Explicit and final: QEMU never guesses a format from bytes that a
		// tenant wrote, nor follows a backing file that an image names.
		Backing: &backing{Type: "file", Format: format{"raw"}, Source: newSource(d.Base), Backing: &backing{}},
		Target:  diskTarget{Dev: "vda", Bus: "virtio"},
		Serial:  d.Serial,
	}
}

func newSource(path string) source {
	return source{File: path, SecLabel: secLabel{Model: "dac", Relabel: "no"}}
}

func buildInterface(n hypervisor.NIC) iface {
	i := iface{
		Type: "ethernet", MAC: address{n.MAC},
		Target: tap{Dev: n.Tap, Managed: "no"}, Model: ifaceModel{"virtio"},
	}
	if n.MTU > 0 {
		i.MTU = &mtu{n.MTU}
	}
	return i
}
