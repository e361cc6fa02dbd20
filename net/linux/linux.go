// Package linux is the host network on a real Linux host: fabric.Fabric by
// netlink and nftables, a network namespace per VPC, and DHCP and metadata
// servers for the guests of this host.
//
//	 host's namespace                    namespace ecc-<name>-vpc-…
//	┌───────────────────────────┐       ┌───────────────────────────────────────┐
//	│ eth0   table ecc-<name>   │       │ tables ecc (arp, inet)    lo: gateways │
//	│   └─ masquerade ─ e…══════╪══════ uplink      t…  t…   169.254.169.254/32  │
//	│ PUBLIC/32 via the veth    │       │ 1:1 NAT       │    └ proxy ARP, IP/32   │
//	└───────────────────────────┘       └───────────────┼───────────────────────┘
//	                                                  guest
//
// Taps are not bridged: what a guest sends is judged and routed, packet by
// packet. Everything in the kernel outlives this process; only DHCP and
// metadata, which guests can wait for, are served by it.
//
// Everything made carries the installation's name (names of namespaces and
// tables, aliases of links), so that several installations share a host and
// each sweeps only its own. Other software's rules and links are never
// touched.
//
// roles/wire.go makes it; roles/nc uses it through fabric.Fabric. No program
// is run.
package linux

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/net/fabric"
	"ecc/net/imds"
)

// Config configures a host's network.
type Config struct {
	Name         string       // of this installation among those on the host: [a-z0-9-], at most 24 bytes; required
	StateDir     string       // a few bytes are kept here; required
	Secret       []byte       // key of metadata tokens: with the same key they survive a restart; required
	NamespaceDir string       // "" means /run/netns
	Transit      netip.Prefix // links to namespaces; zero means 169.254.128.0/17
	Outside      bool         // masquerade what guests send to the world
	DNS          []netip.Addr // given to guests by DHCP
	Domain       string       // "" means ec2.internal
	Now          func() time.Time
}

// Fabric is the network of this host.
type Fabric struct {
	cfg     Config
	meta    *imds.Service
	log     *slog.Logger
	mu      sync.Mutex
	host    *namespace
	vpcs    map[cloud.VPCID]*namespace
	pending map[string]time.Time // taps from EnsureTap that no config has had
	last    *fabric.Plan         // of the last Set
	servers map[string]*server   // of taps
}

var (
	_ fabric.Fabric   = (*Fabric)(nil)
	_ fabric.Resetter = (*Fabric)(nil)
)

// New takes over what an earlier process has left. It changes nothing.
func New(cfg Config, meta imds.Source, logger *slog.Logger) (*Fabric, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	host, err := hostNamespace()
	if err != nil {
		return nil, err
	}
	f := &Fabric{
		cfg: cfg, log: logger, host: host,
		meta:    imds.New(imds.Config{Secret: cfg.Secret, Now: cfg.Now}, meta, logger),
		vpcs:    make(map[cloud.VPCID]*namespace),
		pending: make(map[string]time.Time),
		servers: make(map[string]*server),
	}
	if err := f.adopt(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (c Config) withDefaults() Config {
	if c.NamespaceDir == "" {
		c.NamespaceDir = "/run/netns"
	}
	if !c.Transit.IsValid() {
		c.Transit = netip.PrefixFrom(netip.AddrFrom4([4]byte{169, 254, 128}), 17)
	}
	if c.Domain == "" {
		c.Domain = "ec2.internal"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

func (c Config) check() error {
	switch {
	case c.Name == "" || len(c.Name) > 24 || strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return fmt.Errorf("network: %q is no name of an installation", c.Name)
	case c.StateDir == "":
		return errors.New("network: no state directory")
	case len(c.Secret) < 16:
		return errors.New("network: the secret has less than 16 bytes")
	case !c.Transit.Addr().Is4() || c.Transit.Bits() > 31:
		return fmt.Errorf("network: %v is no transit network", c.Transit)
	}
	return nil
}

// adopt opens the namespaces of this installation.
func (f *Fabric) adopt() error {
	entries, err := os.ReadDir(f.cfg.NamespaceDir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		id, ok := f.vpcOfName(e.Name())
		if !ok {
			continue
		}
		n, err := openNamespace(e.Name(), f.cfg.NamespaceDir+"/"+e.Name())
		if err != nil {
			// A file that is no namespace: left by a crash, or by a reboot
			// where the folder is not a tmpfs.
			f.log.Warn("removing a broken network namespace", "name", e.Name(), "err", err)
			if err := removeNamespace(f.cfg.NamespaceDir, e.Name()); err != nil {
				return err
			}
			continue
		}
		f.vpcs[id] = n
	}
	return nil
}

func (f *Fabric) vpcOfName(name string) (cloud.VPCID, bool) {
	id, ok := strings.CutPrefix(name, fabric.NamespacePrefix(f.cfg.Name))
	// Another installation's name may begin with ours.
	rest, isVPC := strings.CutPrefix(id, cloud.PrefixVPC)
	return cloud.VPCID(id), ok && isVPC && !strings.Contains(rest, "-")
}

// Close stops the servers and lets go of the host. Guests keep their network.
func (f *Fabric) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for tap, s := range f.servers {
		s.stop()
		delete(f.servers, tap)
	}
	for id, n := range f.vpcs {
		n.close()
		delete(f.vpcs, id)
	}
	if f.host != nil {
		f.host.close()
		f.host = nil
	}
	return nil
}

// errClosed answers every call after Close.
var errClosed = errors.New("network: closed")

func (f *Fabric) usable(ctx context.Context) error {
	if f.host == nil {
		return errClosed
	}
	return ctx.Err()
}
