package roles

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ecc/cloud"
	"ecc/rpc"
)

// problems collects what is wrong with a configuration.
type problems []error

// check notes a problem with a key unless ok.
func (p *problems) check(ok bool, key, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
}

// Validate reports everything that is wrong with a configuration that Load
// has completed, each with its key and what it should be.
func (c *Config) Validate() error {
	var p problems
	c.validateProcess(&p)
	c.validateZones(&p)
	c.validateCluster(&p)
	c.validateNode(&p)
	c.validateNetwork(&p)
	c.validateImages(&p)
	c.validateWalrus(&p)
	c.validateSim(&p)
	c.validateTypes(&p)
	return errors.Join(p...)
}

func (c *Config) validateProcess(p *problems) {
	p.check(address(c.Listen), "listen", "%q is not HOST:PORT, for example 127.0.0.1:8773", c.Listen)
	p.check(c.Edge.Listen == Off || address(c.Edge.Listen), "edge.listen", "%q is not HOST:PORT, auto or off", c.Edge.Listen)
	p.check(c.Admin.Listen == Off || address(c.Admin.Listen), "admin.listen", "%q is not HOST:PORT or off", c.Admin.Listen)
	p.check(slices.Contains([]string{"libvirt", HypervisorSim}, c.Hypervisor), "hypervisor", "%q is not libvirt or sim", c.Hypervisor)
	p.check(c.Drain > 0, "drain", "must be more than nothing")
	p.check(new(slog.LevelVar).UnmarshalText([]byte(c.Log.Level)) == nil, "log.level", "%q is not debug, info, warn or error", c.Log.Level)
	p.check(slices.Contains([]string{"text", "json"}, c.Log.Format), "log.format", "%q is not text or json", c.Log.Format)
	for _, n := range c.Edge.Names {
		p.check(dialName(n), "edge.names", "%q is not a host's name or address", n)
	}
	c.validateJoin(p)
}

func (c *Config) validateJoin(p *problems) {
	if c.Has(RoleCLC) {
		p.check(c.Join.URL == "", "join.url", "this process has the role clc, the head: it joins nobody. Unset it, or leave clc out of roles")
		return
	}
	if c.Join.URL == "" {
		p.check(false, "join.url", "without the role clc, say where the head is: --join https://HEAD:%s", rpc.DefaultPort)
		return
	}
	_, err := rpc.ParseAddress(c.Join.URL)
	p.check(err == nil, "join.url", "%v", err)
	_, err = rpc.ParseAddress(c.Join.CC)
	p.check(err == nil || c.Join.CC == "", "join.cc", "%v", err)
}

var regionForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

func (c *Config) validateZones(p *problems) {
	p.check(regionForm.MatchString(c.Region), "region", "%q is not lower-case letters, digits and '-', as in us-east-1", c.Region)
	for i, z := range c.Zones {
		p.check(cloud.ValidZone(z) && strings.HasPrefix(z, c.Region) && len(z) == len(c.Region)+1, "zones", "%q is not the region %s and one letter", z, c.Region)
		p.check(!slices.Contains(c.Zones[:i], z), "zones", "%q is there twice", z)
	}
	for _, z := range c.CC.Zones {
		p.check(slices.Contains(c.Zones, z), "cc.zones", "%q is none of zones: %s", z, strings.Join(c.Zones, ", "))
	}
	// A host apart from its head need not know the other zones.
	p.check(!c.Has(RoleCLC) && cloud.ValidZone(c.NC.Zone) || slices.Contains(c.Zones, c.NC.Zone), "nc.zone", "%q is none of zones: %s", c.NC.Zone, strings.Join(c.Zones, ", "))
}

func (c *Config) validateCluster(p *problems) {
	p.check(accountName.MatchString(c.CLC.Administrator), "clc.administrator", "%q is not a name: lower-case letters, digits, '.', '@', '_' and '-', 63 at most", c.CLC.Administrator)
	p.check(c.CLC.TerminatedVisible > 0, "clc.terminated_visible", "must be more than nothing")
	p.check(c.CC.Heartbeat > 0, "cc.heartbeat", "must be more than nothing")
	p.check(c.CC.DownAfter >= 2*c.CC.Heartbeat, "cc.down_after", "must be at least twice cc.heartbeat, or one lost report takes a node down")
	p.check(slices.Contains([]cloud.Policy{cloud.Spread, cloud.Pack}, cloud.Policy(c.Scheduler.Policy)), "scheduler.policy", "%q is not spread or pack", c.Scheduler.Policy)
	c.validateLimits(p)
}

var accountName = regexp.MustCompile(`^[a-z0-9][a-z0-9.@_-]{0,62}$`)

func (c *Config) validateNode(p *problems) {
	p.check(cloud.ValidNodeID(c.NC.Name), "nc.name", "%q is not lower-case letters, digits, '.' and '-', 63 at most", c.NC.Name)
	p.check(slices.Contains([]string{auto, "kvm", "tcg"}, c.NC.Accelerator), "nc.accelerator", "%q is not auto, kvm or tcg", c.NC.Accelerator)
	p.check(c.NC.ReservedVCPU >= 0, "nc.reserved_vcpu", "must be 0 or more")
	p.check(c.NC.OvercommitVCPU > 0 && c.NC.OvercommitVCPU <= 1000, "nc.overcommit_vcpu", "must be more than 0 and 1000 at most")
	p.check(c.NC.Starts > 0, "nc.starts", "must be 1 or more")
	p.check(c.NC.Period > 0, "nc.period", "must be more than nothing")
	p.check(c.NC.ShutdownGrace >= 0, "nc.shutdown_grace", "must be 0s or more")
}

func (c *Config) validateNetwork(p *problems) {
	n := c.Network
	p.check(networkName.MatchString(n.Name), "network.name", "%q is not lower-case letters and digits, 10 at most", n.Name)
	p.check(!n.PublicPool.IsValid() || n.PublicPool.Addr().Is4() && n.PublicPool.Bits() <= 30, "network.public_pool", "%q is not an IPv4 range of four addresses or more, as 198.18.128.0/20, or empty for none", n.PublicPool)
	p.check(n.Transit.IsValid() && n.Transit.Addr().Is4() && n.Transit.Bits() <= 24, "network.transit", "%q is not an IPv4 range of /24 or larger, as 198.19.0.0/16", n.Transit)
	p.check(!n.PublicPool.Overlaps(n.Transit), "network.transit", "%s overlaps network.public_pool", n.Transit)
	p.check(n.MTU >= 576 && n.MTU <= 9216, "network.mtu", "%d is not between 576 and 9216", n.MTU)
}

var networkName = regexp.MustCompile(`^[a-z0-9]{1,10}$`)

func (c *Config) validateImages(p *problems) {
	i := c.Images
	p.check(bucketName.MatchString(i.Bucket), "images.bucket", "%q is not the name of a bucket", i.Bucket)
	p.check((i.AccessKey == "") == (i.SecretKey == ""), "images.access_key", "set it together with images.secret_key")
	if i.Endpoint == "" {
		return
	}
	u, err := url.Parse(i.Endpoint)
	p.check(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "", "images.endpoint", "%q is not a URL as https://s3.example.com", i.Endpoint)
	// Without one it is this cloud's walrus on a host of its own.
	p.check(i.AccessKey != "" || !c.Has(RoleWalrus), "images.access_key", "images.endpoint is another S3: say with which key")
}

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func (c *Config) validateSim(p *problems) {
	s := c.Sim
	p.check(s.NodesPerZone > 0 && s.NodesPerZone <= 10_000, "sim.nodes_per_zone", "%d is not between 1 and 10000", s.NodesPerZone)
	p.check(s.BootTime >= 0, "sim.boot_time", "must be 0s or more")
	p.check(s.VCPU > 0, "sim.vcpu", "must be 1 or more")
	p.check(s.Memory > 0, "sim.memory", "must be more than nothing")
	p.check(s.Disk > 0, "sim.disk", "must be more than nothing")
}

func address(s string) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil && (host == "" || dialName(host))
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

func dialName(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil || hostName.MatchString(s)
}
