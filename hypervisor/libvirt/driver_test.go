package libvirt

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"ecc/cloud"
	"ecc/hypervisor"
)

func TestNewRefusesAWrongConfiguration(t *testing.T) {
	good := Config{Socket: "/run/libvirt/libvirt-sock", Cluster: "c", Accelerator: "tcg"}
	for name, spoil := range map[string]func(*Config){
		"relative socket": func(c *Config) { c.Socket = "libvirt-sock" },
		"no cluster":      func(c *Config) { c.Cluster = "" },
		"no accelerator":  func(c *Config) { c.Accelerator = "" },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := good
			spoil(&cfg)
			if d, err := New(cfg, nil); err == nil {
				_ = d.Close()
				t.Error("accepted")
			}
		})
	}
}

// Somebody listens and says nothing, or garbage: New and Close come back.
func TestAServerThatIsNoLibvirt(t *testing.T) {
	for name, says := range map[string]string{
		"nothing": "",
		"HTTP":    "HTTP/1.1 400 Bad Request\r\n\r\n",
		"zeros":   strings.Repeat("\x00", 64),
	} {
		t.Run(name, func(t *testing.T) {
			socket := filepath.Join(t.TempDir(), "s")
			l, err := net.Listen("unix", socket)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					_, _ = c.Write([]byte(says))
				}
			}()
			d := openWith(t, Config{Socket: socket, Cluster: "c", Accelerator: "tcg", ConnectLimit: 100 * time.Millisecond})
			if _, err := d.List(t.Context()); !errors.Is(err, cloud.Unavailable) {
				t.Errorf("list: %v", err)
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPower(t *testing.T) {
	const off, on, paused = hypervisor.PowerOff, hypervisor.PowerOn, hypervisor.PowerPaused
	for _, c := range []struct {
		state, reason int32
		power         hypervisor.Power
		cause         hypervisor.OffCause
	}{
		{int32(golibvirt.DomainNostate), 0, off, hypervisor.OffUnknown},
		{int32(golibvirt.DomainRunning), 1, on, hypervisor.OffUnknown},
		{int32(golibvirt.DomainBlocked), 0, on, hypervisor.OffUnknown},
		{int32(golibvirt.DomainShutdown), 0, on, hypervisor.OffUnknown},
		{int32(golibvirt.DomainPmsuspended), 0, on, hypervisor.OffUnknown},
		{int32(golibvirt.DomainPaused), 1, paused, hypervisor.OffUnknown},
		{int32(golibvirt.DomainCrashed), 1, off, hypervisor.OffCrashed},
		{int32(golibvirt.DomainShutoff), int32(golibvirt.DomainShutoffUnknown), off, hypervisor.OffUnknown},
		{int32(golibvirt.DomainShutoff), int32(golibvirt.DomainShutoffShutdown), off, hypervisor.OffGuest},
		{int32(golibvirt.DomainShutoff), int32(golibvirt.DomainShutoffDestroyed), off, hypervisor.OffDestroyed},
		{int32(golibvirt.DomainShutoff), int32(golibvirt.DomainShutoffCrashed), off, hypervisor.OffCrashed},
		{int32(golibvirt.DomainShutoff), int32(golibvirt.DomainShutoffFailed), off, hypervisor.OffCrashed},
		{int32(golibvirt.DomainShutoff), int32(golibvirt.DomainShutoffDaemon), off, hypervisor.OffUnknown},
		{99, 99, off, hypervisor.OffUnknown},
	} {
		if p, cause := power(c.state, c.reason); p != c.power || cause != c.cause {
			t.Errorf("power(%d, %d) = %d, %d, want %d, %d", c.state, c.reason, p, cause, c.power, c.cause)
		}
	}
}

func TestReadConsole(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]int // suffix → size; filled with its last character
		want  string         // runs of one character, newest last
	}{
		{"none", nil, ""},
		{"one small", map[string]int{"": 10}, "10g"},
		{"one large", map[string]int{"": 100 << 10}, "65536g"},
		{"rotated", map[string]int{"": 10, ".0": 20, ".1": 30}, "30×1 20×0 10g"},
		{"rotated, enough", map[string]int{"": 60 << 10, ".0": 60 << 10, ".1": 5}, "4096×0 61440g"},
		{"just rotated", map[string]int{".0": 20}, "20×0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			for suffix, size := range c.files {
				name := path + suffix
				if err := os.WriteFile(name, []byte(strings.Repeat(name[len(name)-1:], size)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			text, err := readConsole(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := runs(string(text)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// runs writes "aaab" as "3a 1b", digits as "3×0".
func runs(s string) string {
	var parts []string
	for s != "" {
		rest := strings.TrimLeft(s, s[:1])
		sep := ""
		if s[0] <= '9' {
			sep = "×"
		}
		parts = append(parts, fmt.Sprintf("%d%s%s", len(s)-len(rest), sep, s[:1]))
		s = rest
	}
	return strings.Join(parts, " ")
}

func TestTheDiskIsGivenToQEMUsUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may give files away")
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "disk")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := &Driver{cfg: Config{QEMUUser: "nobody"}}
	if err := d.giveDisk(path); err != nil {
		t.Fatal(err)
	}
	fi, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(fi.Sys().(*syscall.Stat_t).Uid); got != nobody.Uid {
		t.Errorf("owner %s, want %s", got, nobody.Uid)
	}
	d.cfg.QEMUUser = "no-such-user"
	if err := d.giveDisk(path); err == nil {
		t.Error("given to nobody at all")
	}
}
