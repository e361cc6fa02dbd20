package clc

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// compileZone is the pure function from records to what a zone should be
// doing: every instance that is placed and not yet reported gone.
func (s *Service) compileZone(tx *store.Tx, zone string) rpc.ZoneIntent {
	z := rpc.ZoneIntent{Revision: tx.Revision(), Elsewhere: elsewhere(tx, zone)}
	for i := range tx.Instances().By(store.ByZone, zone) {
		if intended(i) {
			z.Instances = append(z.Instances, s.compileInstance(tx, i))
		}
	}
	z.Groups = compileGroups(tx, z.Instances)
	return z
}

// elsewhere names the nodes of other zones.
func elsewhere(tx *store.Tx, zone string) map[cloud.NodeID]string {
	out := map[cloud.NodeID]string{}
	for n := range tx.Nodes().All() {
		if n.Zone != zone {
			out[n.ID] = n.Zone
		}
	}
	return out
}

// groupsOf picks the groups that instances are in.
func groupsOf(all []rpc.GroupIntent, instances []rpc.InstanceIntent) []rpc.GroupIntent {
	used := map[cloud.GroupID]bool{}
	for _, i := range instances {
		for _, g := range i.NIC.Groups {
			used[g] = true
		}
	}
	var out []rpc.GroupIntent
	for _, g := range all {
		if used[g.ID] {
			out = append(out, g)
		}
	}
	return out
}

// intended reports whether an instance is part of its zone's intent.
func intended(i cloud.Instance) bool {
	return i.Desired.Node != "" && i.State() != cloud.StateTerminated
}

// compileGroups makes the rules of the groups that instances are in.
func compileGroups(tx *store.Tx, instances []rpc.InstanceIntent) []rpc.GroupIntent {
	used := map[cloud.GroupID]bool{}
	for _, i := range instances {
		for _, g := range i.NIC.Groups {
			used[g] = true
		}
	}
	var out []rpc.GroupIntent
	for _, id := range slices.Sorted(maps.Keys(used)) {
		if g, ok := tx.Groups().Get(id); ok {
			out = append(out, rpc.GroupIntent{ID: id, Ingress: g.Ingress, Egress: g.Egress})
		}
	}
	return out
}

// compileInstance makes one instance's intent.
func (s *Service) compileInstance(tx *store.Tx, i cloud.Instance) rpc.InstanceIntent {
	subnet, _ := tx.Subnets().Get(i.Subnet)
	vpc, _ := tx.VPCs().Get(i.VPC)
	image, _ := tx.Images().Get(i.Image)
	enclosed, outside := wayOut(tx, subnet)
	return rpc.InstanceIntent{
		ID: i.ID, Account: i.Account, Node: i.Desired.Node, Generation: i.Desired.Generation,
		Goal: i.Desired.Goal, Force: i.Desired.Force, Reboots: i.Desired.Reboots,
		VCPU: i.VCPU, Memory: i.Memory, Disk: i.Disk, Image: i.Image, Blob: image.Blob,
		NIC: rpc.NICIntent{ENI: i.ENI, VPC: i.VPC, VPCCIDR: vpc.CIDR, Subnet: i.Subnet, CIDR: subnet.CIDR,
			MAC: i.MAC, PrivateIP: i.PrivateIP, PublicIP: i.PublicIP, Groups: i.Groups,
			Enclosed: enclosed, Outside: outside, DHCP: guestDHCP(tx, vpc)},
		Metadata: s.compileMetadata(tx, i, vpc, subnet),
	}
}

// compileMetadata makes what the instance can read of itself.
func (s *Service) compileMetadata(tx *store.Tx, i cloud.Instance, vpc cloud.VPC, subnet cloud.Subnet) cloud.Metadata {
	m := cloud.Metadata{Options: i.Metadata, Instance: i.ID, Account: i.Account, AMI: i.Image,
		Reservation: i.Reservation, LaunchIndex: i.LaunchIndex, InstanceType: i.Type, Region: s.cfg.Region,
		Zone: i.Zone, Hostname: s.privateName(i.PrivateIP), PublicName: s.publicNameIn(vpc, i.PublicIP),
		GroupIDs: i.Groups, KeyName: i.KeyName, PublicKey: i.PublicKey, Architecture: i.Architecture,
		Launched: i.Launched, ENI: i.ENI, MAC: i.MAC, VPC: i.VPC, VPCCIDR: vpc.CIDR, Subnet: i.Subnet,
		SubnetCIDR: subnet.CIDR, PrivateIP: i.PrivateIP, PublicIP: i.PublicIP}
	m.PlacementGroup, m.Partition = groupName(tx, i), i.Partition
	for _, id := range i.Groups {
		if g, ok := tx.Groups().Get(id); ok {
			m.GroupNames = append(m.GroupNames, g.Name)
		}
	}
	if b, err := base64.StdEncoding.DecodeString(i.UserData); err == nil {
		m.UserData = b // checked when it was accepted
	}
	for a := range tx.ProfileAssociations().By(store.ByInstance, string(i.ID)) {
		if p, ok := tx.InstanceProfiles().Get(a.Profile); ok {
			m.Profile = &cloud.ProfileInfo{ARN: p.ARN(), ID: p.ID}
		}
	}
	if i.Metadata.Tags {
		t, _ := tx.TagSets().Get(string(i.ID))
		m.Tags = t.Tags
	}
	return m
}

// privateName is the name AWS gives a private address.
func (s *Service) privateName(ip netip.Addr) string {
	if !ip.IsValid() {
		return ""
	}
	return fmt.Sprintf("ip-%s.%s", strings.ReplaceAll(ip.String(), ".", "-"), s.privateDomain())
}

// privateDomain is the domain AWS gives private addresses.
func (s *Service) privateDomain() string {
	if s.cfg.Region == "us-east-1" {
		return "ec2.internal"
	}
	return s.cfg.Region + ".compute.internal"
}

// publicNameIn is the name of a public address of a VPC's guest: none where the
// VPC has no DNS hostnames.
func (s *Service) publicNameIn(v cloud.VPC, ip netip.Addr) string {
	if v.NoDNS || !v.DNSHostnames {
		return ""
	}
	return s.publicName(ip)
}

// publicName is the name AWS gives a public address.
func (s *Service) publicName(ip netip.Addr) string {
	if !ip.IsValid() {
		return ""
	}
	domain := s.cfg.Region + ".compute.amazonaws.com"
	if s.cfg.Region == "us-east-1" {
		domain = "compute-1.amazonaws.com"
	}
	return fmt.Sprintf("ec2-%s.%s", strings.ReplaceAll(ip.String(), ".", "-"), domain)
}
