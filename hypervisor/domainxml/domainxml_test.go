package domainxml

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
	"ecc/hypervisor"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func spec() hypervisor.Spec {
	return hypervisor.Spec{
		ID: "i-0123456789abcdef0", Cluster: "5f1c", VCPU: 2, Memory: 512 * cloud.MiB,
		Disk: hypervisor.Disk{
			Path: "/var/lib/ecc/nc/instances/i-0123456789abcdef0/disk.qcow2",
			Base: "/var/lib/ecc/cache/ami-1.raw", Serial: "vol-root",
		},
		NIC:     hypervisor.NIC{Tap: "tap-0123456789a", MAC: "02:00:ac:1f:00:0a", MTU: 1450},
		Console: "/var/lib/ecc/nc/instances/i-0123456789abcdef0/console.log",
		Serial:  hypervisor.UUID("i-0123456789abcdef0"),
	}
}

var (
	tcg = Host{Accelerator: "tcg", Emulator: "/usr/bin/qemu-system-x86_64"}
	kvm = Host{Accelerator: "kvm", Emulator: "/usr/bin/qemu-system-x86_64"}
)

func TestRender(t *testing.T) {
	tuned := spec()
	tuned.Disk.Cache, tuned.Disk.AIO, tuned.NIC.MTU, tuned.Serial = "writeback", "threads", 0, ""
	odd := spec()
	odd.Cluster, odd.Disk.Serial = `a"><evil/>`, "vol&<root>"
	odd.Disk.Path = `/data/it's "odd" & <dangerous>/disk.qcow2`
	for _, c := range []struct {
		name string
		spec hypervisor.Spec
		host Host
	}{
		{"tcg", spec(), tcg}, {"kvm", spec(), kvm}, {"tuned", tuned, tcg}, {"odd-names", odd, tcg},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Render(c.spec, c.host)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, c.name+".xml", got)
			if path, err := ReadConsole(got); err != nil || path != c.spec.Console {
				t.Errorf("ReadConsole gives %q, %v", path, err)
			}
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got; -update rewrites):\n%s", path, d)
	}
}

func TestRenderRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*hypervisor.Spec, *Host){
		"a foreign id":        func(s *hypervisor.Spec, _ *Host) { s.ID = "../etc" },
		"no cluster":          func(s *hypervisor.Spec, _ *Host) { s.Cluster = "" },
		"no vCPU":             func(s *hypervisor.Spec, _ *Host) { s.VCPU = 0 },
		"no memory":           func(s *hypervisor.Spec, _ *Host) { s.Memory = 0 },
		"a relative disk":     func(s *hypervisor.Spec, _ *Host) { s.Disk.Path = "disk.qcow2" },
		"no base":             func(s *hypervisor.Spec, _ *Host) { s.Disk.Base = "" },
		"a path of two lines": func(s *hypervisor.Spec, _ *Host) { s.Console = "/a\n/b" },
		"a long tap":          func(s *hypervisor.Spec, _ *Host) { s.NIC.Tap = "tap-0123456789ab" },
		"a bad MAC":           func(s *hypervisor.Spec, _ *Host) { s.NIC.MAC = "02:00" },
		"another serial":      func(s *hypervisor.Spec, _ *Host) { s.Serial = "0000" },
		"no accelerator":      func(_ *hypervisor.Spec, h *Host) { h.Accelerator = "" },
	} {
		t.Run(name, func(t *testing.T) {
			s, h := spec(), tcg
			spoil(&s, &h)
			if got, err := Render(s, h); err == nil {
				t.Errorf("rendered:\n%s", got)
			}
		})
	}
}

func TestReadMark(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     Mark
		ok       bool
	}{
		{"as libvirt returns it", `<instance xmlns="urn:ecc:domain:1" id="i-1" cluster="c"/>`, Mark{ID: "i-1", Cluster: "c"}, true},
		{"with a prefix", `<ecc:instance xmlns:ecc="urn:ecc:domain:1" id="i-1" cluster="c"/>`, Mark{ID: "i-1", Cluster: "c"}, true},
		{"another element", `<owner id="i-1" cluster="c"/>`, Mark{}, false},
		{"no cluster", `<instance id="i-1"/>`, Mark{}, false},
		{"nothing", ``, Mark{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadMark(c.in)
			if got != c.want || (err == nil) != c.ok {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// libvirt's answers come from files that others on the host may write.
func FuzzRead(f *testing.F) {
	f.Add(`<domain><devices><serial><log file="/a"/></serial></devices></domain>`)
	f.Add(`<instance id="i-1" cluster="c"/>`)
	f.Fuzz(func(t *testing.T, s string) {
		if m, err := ReadMark(s); err == nil && (m.ID == "" || m.Cluster == "") {
			t.Errorf("a mark without an owner from %q", s)
		}
		_, _ = ReadConsole(s)
	})
}
