package clc

import (
	"fmt"
	"net/netip"

	"ecc/cloud"
	"ecc/store"
)

// DefaultVPCCIDR is the address space of every account's default VPC, as on
// AWS; each zone has a /20 of it.
var DefaultVPCCIDR = netip.MustParsePrefix("172.31.0.0/16")

// defaultVPC is the network an account begins with.
type defaultVPC struct {
	vpc       cloud.VPC
	subnets   []cloud.Subnet
	gateway   cloud.InternetGateway
	furniture furniture
}

// newDefaultVPC makes the records: a VPC with what every VPC has, a subnet per
// zone whose instances get public addresses, and a gateway to the internet.
func (s *Service) newDefaultVPC(a cloud.AccountID) (defaultVPC, error) {
	d := defaultVPC{vpc: cloud.VPC{Account: a, CIDR: DefaultVPCCIDR, Default: true, DNSHostnames: true, Created: s.now().UTC()}}
	id, err := s.id(cloud.PrefixVPC)
	if err != nil {
		return d, err
	}
	d.vpc.ID = cloud.VPCID(id)
	if d.furniture, err = s.newFurniture(d.vpc); err != nil {
		return d, err
	}
	if d.gateway, err = s.newDefaultGateway(d.vpc, &d.furniture); err != nil {
		return d, err
	}
	for k, z := range s.cfg.Zones {
		cidr, err := nthSubnet(DefaultVPCCIDR, 20, k)
		if err != nil {
			return d, err
		}
		n, m, err := s.newSubnet(d.vpc, z, cidr)
		if err != nil {
			return d, err
		}
		n.Default, n.MapPublic = true, true
		d.subnets = append(d.subnets, n)
		d.furniture.acl.Subnets = append(d.furniture.acl.Subnets, m)
	}
	return d, nil
}

// newSubnet draws a subnet and its place in the VPC's default network ACL.
func (s *Service) newSubnet(v cloud.VPC, zone string, cidr netip.Prefix) (cloud.Subnet, cloud.Membership, error) {
	id, err := s.id(cloud.PrefixSubnet)
	if err != nil {
		return cloud.Subnet{}, cloud.Membership{}, err
	}
	m, err := s.member(cloud.SubnetID(id))
	return cloud.Subnet{ID: m.Subnet, Account: v.Account, VPC: v.ID, Zone: zone, CIDR: cidr, Created: s.now().UTC()}, m, err
}

// put writes the records.
func (d defaultVPC) put(tx *store.Tx) error {
	v := d.vpc
	if err := d.furniture.put(tx, &v); err != nil {
		return err
	}
	if err := tx.VPCs().Put(v); err != nil {
		return err
	}
	for _, n := range d.subnets {
		if err := tx.Subnets().Put(n); err != nil {
			return err
		}
	}
	return tx.InternetGateways().Put(d.gateway)
}

// allowAllOut is the egress rule every new group has.
func allowAllOut(id cloud.GroupRuleID) cloud.GroupRule {
	return cloud.GroupRule{ID: id, Protocol: "-1", From: -1, To: -1, CIDR: everywhere}
}

// nthSubnet is the k-th prefix of the given length in p (IPv4).
func nthSubnet(p netip.Prefix, bits, k int) (netip.Prefix, error) {
	if k >= 1<<(bits-p.Bits()) {
		return netip.Prefix{}, fmt.Errorf("%s has no subnet number %d of /%d", p, k, bits)
	}
	b := p.Addr().As4()
	n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	n += uint32(k) << (32 - bits)
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), bits), nil
}

// ids makes one id per prefix.
func (s *Service) ids(prefixes ...string) ([]string, error) {
	out := make([]string, len(prefixes))
	for k, p := range prefixes {
		id, err := s.id(p)
		if err != nil {
			return nil, err
		}
		out[k] = id
	}
	return out, nil
}
