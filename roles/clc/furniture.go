package clc

import (
	"fmt"
	"net/netip"

	"ecc/cloud"
	"ecc/store"
)

// furniture is what every VPC has from its beginning: a main route table, a
// default network ACL that its subnets are in, a default security group, and
// the account's default set of DHCP options, which its first VPC makes.
type furniture struct {
	table cloud.RouteTable
	acl   cloud.NetworkACL
	group cloud.Group
	dhcp  cloud.DHCPOptions
}

// everywhere is every IPv4 address.
var everywhere = netip.MustParsePrefix("0.0.0.0/0")

// defaultGroup is the name of the group that cannot be removed.
const defaultGroup = "default"

// newFurniture draws a VPC's furniture. Its subnets are added with members.
func (s *Service) newFurniture(v cloud.VPC) (furniture, error) {
	var f furniture
	ids, err := s.ids(cloud.PrefixRouteTable, cloud.PrefixRouteTableAssociation, cloud.PrefixNetworkACL,
		cloud.PrefixGroup, cloud.PrefixGroupRule, cloud.PrefixGroupRule, cloud.PrefixDHCPOptions)
	if err != nil {
		return f, err
	}
	now := s.now().UTC()
	f.table = cloud.RouteTable{ID: cloud.RouteTableID(ids[0]), Account: v.Account, VPC: v.ID, Main: ids[1], Created: now}
	f.acl = cloud.NetworkACL{ID: cloud.NetworkACLID(ids[2]), Account: v.Account, VPC: v.ID, Default: true, Created: now,
		Entries: []cloud.ACLEntry{allowAll(false), allowAll(true)}}
	f.group = cloud.Group{ID: cloud.GroupID(ids[3]), Account: v.Account, VPC: v.ID, Name: defaultGroup,
		Description: "default VPC security group", Created: now,
		Ingress: []cloud.GroupRule{{ID: cloud.GroupRuleID(ids[4]), Protocol: "-1", From: -1, To: -1, Group: cloud.GroupID(ids[3])}},
		Egress:  []cloud.GroupRule{allowAllOut(cloud.GroupRuleID(ids[5]))}}
	f.dhcp = cloud.DHCPOptions{ID: cloud.DHCPOptionsID(ids[6]), Account: v.Account, Default: true, Created: now,
		Options: []cloud.DHCPOption{{Key: cloud.DHCPDomain, Values: []string{s.privateDomain()}},
			{Key: cloud.DHCPServers, Values: []string{cloud.ProvidedDNS}}}}
	return f, nil
}

// allowAll is the entry every default network ACL has.
func allowAll(egress bool) cloud.ACLEntry {
	return cloud.ACLEntry{Number: 100, Egress: egress, Allow: true, Protocol: "-1", CIDR: everywhere, From: -1, To: -1}
}

// member draws an association of a subnet with the default network ACL.
func (s *Service) member(n cloud.SubnetID) (cloud.Membership, error) {
	id, err := s.id(cloud.PrefixNetworkACLAssociation)
	return cloud.Membership{ID: cloud.AssociationID(id), Subnet: n}, err
}

// put writes the furniture, and gives the VPC the account's DHCP options.
func (f furniture) put(tx *store.Tx, v *cloud.VPC) error {
	dhcp, ok := defaultDHCP(tx, v.Account)
	if !ok {
		dhcp = f.dhcp
		if err := tx.DHCPOptions().Put(dhcp); err != nil {
			return err
		}
	}
	v.DHCPOptions = dhcp.ID
	if err := tx.RouteTables().Put(f.table); err != nil {
		return err
	}
	if err := tx.NetworkACLs().Put(f.acl); err != nil {
		return err
	}
	return tx.Groups().Put(f.group)
}

// defaultDHCP is the set of DHCP options that an account's new VPCs have.
func defaultDHCP(tx *store.Tx, a cloud.AccountID) (cloud.DHCPOptions, bool) {
	for d := range tx.DHCPOptions().By(store.ByAccount, string(a)) {
		if d.Default {
			return d, true
		}
	}
	return cloud.DHCPOptions{}, false
}

// furnished reports whether a VPC has a main route table, and so the rest of
// its furniture.
func furnished(tx *store.Tx, v cloud.VPCID) bool {
	for t := range tx.RouteTables().By(store.ByVPC, string(v)) {
		if t.Main != "" {
			return true
		}
	}
	return false
}

// defaultACL is a VPC's default network ACL.
func defaultACL(tx *store.Tx, v cloud.VPCID) (cloud.NetworkACL, error) {
	for n := range tx.NetworkACLs().By(store.ByVPC, string(v)) {
		if n.Default {
			return n, nil
		}
	}
	return cloud.NetworkACL{}, fmt.Errorf("%s has no default network ACL", v)
}
