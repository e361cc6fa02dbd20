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
	vpc     cloud.VPC
	subnets []cloud.Subnet
	group   cloud.Group
}

// newDefaultVPC makes the records: a VPC, a subnet per zone whose instances
// get public addresses, and the default group, which admits its own members
// and lets everything out.
func (s *Service) newDefaultVPC(a cloud.AccountID) (defaultVPC, error) {
	var d defaultVPC
	now := s.now().UTC()
	ids, err := s.ids(cloud.PrefixVPC, cloud.PrefixGroup, cloud.PrefixGroupRule, cloud.PrefixGroupRule)
	if err != nil {
		return d, err
	}
	d.vpc = cloud.VPC{ID: cloud.VPCID(ids[0]), Account: a, CIDR: DefaultVPCCIDR, Default: true, Created: now}
	d.group = cloud.Group{ID: cloud.GroupID(ids[1]), Account: a, VPC: d.vpc.ID, Name: "default",
		Description: "default VPC security group", Created: now,
		Ingress: []cloud.GroupRule{{ID: cloud.GroupRuleID(ids[2]), Protocol: "-1", From: -1, To: -1, Group: cloud.GroupID(ids[1])}},
		Egress:  []cloud.GroupRule{allowAllOut(cloud.GroupRuleID(ids[3]))}}
	for k, z := range s.cfg.Zones {
		id, err := s.id(cloud.PrefixSubnet)
		if err != nil {
			return d, err
		}
		cidr, err := nthSubnet(DefaultVPCCIDR, 20, k)
		if err != nil {
			return d, err
		}
		d.subnets = append(d.subnets, cloud.Subnet{ID: cloud.SubnetID(id), Account: a, VPC: d.vpc.ID, Zone: z,
			CIDR: cidr, Default: true, MapPublic: true, Created: now})
	}
	return d, nil
}

// put writes the records.
func (d defaultVPC) put(tx *store.Tx) error {
	if err := tx.VPCs().Put(d.vpc); err != nil {
		return err
	}
	for _, n := range d.subnets {
		if err := tx.Subnets().Put(n); err != nil {
			return err
		}
	}
	return tx.Groups().Put(d.group)
}

// allowAllOut is the egress rule every new group has.
func allowAllOut(id cloud.GroupRuleID) cloud.GroupRule {
	return cloud.GroupRule{ID: id, Protocol: "-1", From: -1, To: -1, CIDR: netip.MustParsePrefix("0.0.0.0/0")}
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
