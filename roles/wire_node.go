package roles

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/hypervisor/libvirt"
	hvsim "ecc/hypervisor/sim"
	"ecc/imagecache"
	"ecc/net/linux"
	netsim "ecc/net/sim"
	"ecc/roles/nc"
	"ecc/rpc"
)

// Version is this build's, set by the linker.
var Version = "dev"

// buildNodes makes the node controllers of this process: one for a real host,
// as many as wanted when simulating.
func (p *Process) buildNodes() error {
	if !p.cfg.Has(RoleNC) {
		return nil
	}
	cluster, up, err := p.nodeUpper()
	if err != nil {
		return err
	}
	if p.cfg.Hypervisor == HypervisorSim {
		return p.buildSimNodes(cluster, up)
	}
	return p.buildHost(cluster, up)
}

// nodeUpper is the cluster's id and the way to its cc: in this process, at
// the head, or on a host of its own.
func (p *Process) nodeUpper() (string, rpc.Node, error) {
	if p.zones != nil {
		return p.cluster, p.zones, nil
	}
	client, id, err := p.join(RoleNC)
	if err != nil {
		return "", nil, err
	}
	if p.cfg.Join.CC == "" {
		return id.Cluster(), client.Node(), nil
	}
	cc, err := rpc.NewClient(p.cfg.Join.CC, id.ClientTLS())
	if err != nil {
		return "", nil, err
	}
	p.atClose(func() error { cc.Close(); return nil })
	return id.Cluster(), cc.Node(), nil
}

// buildSimNodes makes simulated nodes in every zone this process serves. A
// process that joined a cc elsewhere is one node: its certificate is for one.
func (p *Process) buildSimNodes(cluster string, up rpc.Node) error {
	if p.zones == nil {
		return p.buildSimNode(cluster, up, cloud.NodeID(p.cfg.NC.Name), p.cfg.NC.Zone, p.cfg.Sim.Seed)
	}
	seed := p.cfg.Sim.Seed
	for _, zone := range p.cfg.CC.Zones {
		for n := range p.cfg.Sim.NodesPerZone {
			if err := p.buildSimNode(cluster, up, cloud.NodeID(fmt.Sprintf("sim-%s-%d", zone, n+1)), zone, seed); err != nil {
				return err
			}
			seed++
		}
	}
	return nil
}

// buildSimNode makes one simulated node. The seed is of its delays.
func (p *Process) buildSimNode(cluster string, up rpc.Node, id cloud.NodeID, zone string, seed uint64) error {
	c := p.cfg.Sim
	dir := filepath.Join(p.cfg.Data, "sim", string(id))
	room := cloud.Capacity{VCPU: c.VCPU, Memory: cloud.Bytes(c.Memory), Disk: cloud.Bytes(c.Disk)}
	hv, err := hvsim.New(hvsim.Config{Dir: filepath.Join(dir, "domains"), Cluster: cluster, Capacity: room,
		Boot: time.Duration(c.BootTime), Jitter: 0.2, Seed: seed}, p.log)
	if err != nil {
		return fmt.Errorf("make the simulated node %s: %w", id, err)
	}
	p.atClose(hv.Close)
	p.addNode(cluster, rpc.NodeHello{Node: id, Zone: zone, Capacity: room}, filepath.Join(dir, "instances"),
		nc.Deps{Upper: up, Hypervisor: hv, Fabric: netsim.New(), Disks: nc.NoDisks{}, Metadata: nc.NewMetadata()}, nil)
	return nil
}

// buildHost makes this host a node.
func (p *Process) buildHost(cluster string, up rpc.Node) error {
	accel, why := p.accelerator()
	p.log.Info("accelerator", "accelerator", accel, "why", why)
	hv, err := libvirt.New(libvirt.Config{Socket: p.cfg.NC.LibvirtSocket, Cluster: cluster, Accelerator: accel, Why: why,
		QEMUUser: p.cfg.NC.QEMUUser}, p.log)
	if err != nil {
		return fmt.Errorf("reach libvirt: %w", err)
	}
	p.atClose(hv.Close)
	cache, err := imagecache.New(p.cfg.NC.CacheDir, imagecache.Options{}, p.log)
	if err != nil {
		return fmt.Errorf("open the image cache: %w", err)
	}
	p.sweepCache(cache)
	meta := nc.NewMetadata()
	fab, err := p.hostNetwork(cluster, meta)
	if err != nil {
		return err
	}
	disks, err := nc.NewDisks(nc.DisksConfig{QEMUUser: p.cfg.NC.QEMUUser}, cache, p.log)
	if err != nil {
		return err
	}
	room, err := p.disk()
	if err != nil {
		return err
	}
	p.atClose(disks.Close)
	hello := rpc.NodeHello{Node: cloud.NodeID(p.cfg.NC.Name), Zone: p.cfg.NC.Zone, Capacity: cloud.Capacity{Disk: room}}
	p.addNode(cluster, hello, p.cfg.NC.InstancesDir, nc.Deps{Upper: up, Hypervisor: hv, Fabric: fab, Disks: disks, Metadata: meta}, p.offer)
	return nil
}

// accelerator is what runs guests here: what is configured, or what is found
// to work.
func (p *Process) accelerator() (kind, why string) {
	if p.cfg.NC.Accelerator != auto {
		return p.cfg.NC.Accelerator, "nc.accelerator says so"
	}
	return libvirt.ProbeAccelerator(p.ctx, libvirt.DefaultQEMU)
}

// hostNetwork opens the host's network for guests.
func (p *Process) hostNetwork(cluster string, meta *nc.Metadata) (*linux.Fabric, error) {
	state := filepath.Join(p.cfg.Data, "net")
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, fmt.Errorf("make the network's folder: %w", err)
	}
	secret, err := p.secret("metadata tokens of " + cluster)
	if err != nil {
		return nil, err
	}
	fab, err := linux.New(linux.Config{Name: p.cfg.Network.Name, StateDir: state, Secret: secret, Transit: p.cfg.Network.Transit,
		Outside: p.cfg.Network.NAT, DNS: p.cfg.Network.DNS}, meta, p.log)
	if err != nil {
		return nil, fmt.Errorf("open the host's network: %w", err)
	}
	return fab, nil
}

// secret derives a key for one purpose from a private key this host has.
func (p *Process) secret(purpose string) ([]byte, error) {
	for _, role := range []string{RoleNC, RoleCLC} {
		b, err := os.ReadFile(filepath.Join(p.tlsDir(), role+".key"))
		if err == nil {
			return hkdf.Key(sha256.New, b, nil, purpose, 32)
		}
	}
	b, err := os.ReadFile(filepath.Join(p.tlsDir(), "ca.key"))
	if err != nil {
		return nil, fmt.Errorf("derive a key for %s: %w", purpose, err)
	}
	return hkdf.Key(sha256.New, b, nil, purpose, 32)
}

// offer is what guests may have of the host's vCPUs and memory.
func (p *Process) offer(has hypervisor.Info) cloud.Capacity {
	c := p.cfg.NC
	return cloud.Capacity{VCPU: int(float64(has.Capacity.VCPU-c.ReservedVCPU) * c.OvercommitVCPU),
		Memory: max(has.Capacity.Memory-cloud.Bytes(c.ReservedMemory), 0)}
}

// addNode adds a node controller.
func (p *Process) addNode(cluster string, hello rpc.NodeHello, dir string, deps nc.Deps, offer func(hypervisor.Info) cloud.Capacity) {
	hello.Version = Version
	for _, a := range hostAddrs(p.log) {
		if a.Is4() && !a.IsLoopback() && hello.Address == "" {
			hello.Address = a.String()
		}
	}
	many := 1
	if p.cfg.Hypervisor == HypervisorSim {
		many = 2
	}
	role := name(RoleNC, string(hello.Node), many)
	deps.Log, deps.Condition = p.log, p.Health.Reporter(role)
	n := nc.New(nc.Config{Hello: hello, Offer: offer, Cluster: cluster, Dir: dir, Grace: time.Duration(p.cfg.NC.ShutdownGrace),
		Starts: p.cfg.NC.Starts, MTU: p.cfg.Network.MTU, Period: time.Duration(p.cfg.NC.Period)}, deps)
	p.roles = append(p.roles, Func(role, n.Run))
}
