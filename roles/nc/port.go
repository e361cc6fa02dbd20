package nc

import (
	"ecc/cloud"
	"ecc/net/fabric"
	"ecc/rpc"
)

// port makes the fabric's view of an instance's interface.
func (n *Node) port(in rpc.InstanceIntent) fabric.Port {
	return fabric.Port{Instance: in.ID, ENI: in.NIC.ENI, VPC: in.NIC.VPC, Tap: fabric.TapName(in.NIC.ENI),
		MAC: in.NIC.MAC, PrivateIP: in.NIC.PrivateIP, Subnet: in.NIC.CIDR, PublicIP: in.NIC.PublicIP,
		Groups: in.NIC.Groups, Hostname: in.Metadata.Hostname, MTU: n.cfg.MTU,
		HopLimit: in.Metadata.Options.HopLimit,
		Enclosed: in.NIC.Enclosed, Outside: in.NIC.Outside, DHCP: in.NIC.DHCP}
}

func vpc(in rpc.InstanceIntent) fabric.VPC {
	return fabric.VPC{ID: in.NIC.VPC, CIDR: in.NIC.VPCCIDR}
}

// want adds or changes a port without setting it.
func (w *network) want(p fabric.Port, vpc fabric.VPC) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ports[p.Instance], w.cidrs[vpc.ID] = p, vpc
	delete(w.set, p.Instance)
}

// refresh changes a port that is wanted, without setting it. It never adds
// one: that is for who starts the domain.
func (w *network) refresh(p fabric.Port, vpc fabric.VPC) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.ports[p.Instance]; ok {
		w.ports[p.Instance], w.cidrs[vpc.ID] = p, vpc
	}
}

// drop removes a port without setting it.
func (w *network) drop(id cloud.InstanceID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.ports, id)
	delete(w.set, id)
}

// setGroups replaces the security groups and has them set. The rules of an
// intent are all there are: a group without egress rules lets nothing out.
func (w *network) setGroups(gs []rpc.GroupIntent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.groups = map[cloud.GroupID]fabric.Group{}
	for _, g := range gs {
		w.groups[g.ID] = fabric.Group{ID: g.ID, Ingress: g.Ingress, Egress: g.Egress, Sealed: true}
	}
	w.ask()
}
