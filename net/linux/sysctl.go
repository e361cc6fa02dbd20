package linux

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ecc/net/fabric"
)

// sysctl is one kernel setting: a path under /proc/sys/net and its value.
type sysctl struct{ path, value string }

// namespaceSettings are made once per namespace, in this order: forwarding
// resets others.
func namespaceSettings() []sysctl {
	s := []sysctl{
		{"ipv4/ip_forward", "1"},
		// A packet in the middle of a connection that is not known is no
		// reason to believe in the connection: else flows that a removed rule
		// has cut would come back to life.
		{"netfilter/nf_conntrack_tcp_loose", "0"},
	}
	for _, where := range []string{"all", "default"} {
		s = append(s,
			sysctl{"ipv6/conf/" + where + "/disable_ipv6", "1"},
			sysctl{"ipv4/conf/" + where + "/rp_filter", "1"},
			sysctl{"ipv4/conf/" + where + "/send_redirects", "0"},
			sysctl{"ipv4/conf/" + where + "/accept_redirects", "0"},
			sysctl{"ipv4/conf/" + where + "/accept_source_route", "0"})
	}
	return s
}

// tapSettings make the host answer ARP for whatever the guest asks, at once.
func tapSettings(tap string) []sysctl {
	return []sysctl{
		{"ipv4/conf/" + tap + "/proxy_arp", "1"},
		{"ipv4/neigh/" + tap + "/proxy_delay", "0"},
	}
}

// write makes settings in the namespace. Settings of IPv6 are not missed on a
// kernel without it.
func (n *namespace) write(settings []sysctl) error {
	return n.do(func() error {
		for _, s := range settings {
			err := os.WriteFile(filepath.Join("/proc/sys/net", s.path), []byte(s.value), 0o644)
			if errors.Is(err, os.ErrNotExist) && strings.HasPrefix(s.path, "ipv6/") {
				continue
			}
			if err != nil {
				return fmt.Errorf("set sysctl: %w", err)
			}
		}
		return nil
	})
}

const forwarding = "ipv4/ip_forward"

// forward lets the host forward packets and remembers what it did before.
func (f *Fabric) forward() error {
	old, err := f.host.read(forwarding)
	if err != nil || old == "1" {
		return err
	}
	if err := os.MkdirAll(f.cfg.StateDir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(f.forwardFile(), []byte(old), 0o644); err != nil {
		return fmt.Errorf("remember ip_forward: %w", err)
	}
	return f.host.write([]sysctl{{forwarding, "1"}})
}

func (f *Fabric) forwardFile() string { return filepath.Join(f.cfg.StateDir, "ip_forward") }

// unforward puts back what forward found, unless another installation on this
// host still needs it.
func (f *Fabric) unforward() error {
	old, err := os.ReadFile(f.forwardFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	others, err := f.host.tables(fabric.HostTable(""))
	if err != nil || len(others) > 0 {
		return err
	}
	if err := f.host.write([]sysctl{{forwarding, string(old)}}); err != nil {
		return err
	}
	return os.Remove(f.forwardFile())
}

func (n *namespace) read(path string) (value string, err error) {
	err = n.do(func() error {
		b, err := os.ReadFile(filepath.Join("/proc/sys/net", path))
		value = strings.TrimSpace(string(b))
		return err
	})
	return value, err
}
