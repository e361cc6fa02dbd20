package clc

import (
	"net/netip"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ipOwner is who owns the addresses of the public pool.
const ipOwner = "amazon"

func eniStatus(e cloud.ENI) string { return enabled(e.Instance != "", "in-use", "available") }

// publicOwner is who owns an interface's public address, "" without one.
func publicOwner(e cloud.ENI) string {
	switch {
	case !e.PublicIP.IsValid():
		return ""
	case e.Address != "":
		return string(e.Account)
	}
	return ipOwner
}

// publicNameOf is the name of a public address in a VPC, "" without an address
// or where the VPC gives no names.
func (s *Service) publicNameOf(tx *store.Tx, vpc cloud.VPCID, ip netip.Addr) string {
	v, _ := tx.VPCs().Get(vpc)
	return s.publicNameIn(v, ip)
}

// renderENI makes EC2's view of an interface.
func (s *Service) renderENI(tx *store.Tx, e cloud.ENI) ec2.NetworkInterface {
	assoc := s.renderAssociation(tx, e)
	out := ec2.NetworkInterface{NetworkInterfaceId: ptr(string(e.ID)), SubnetId: ptr(string(e.Subnet)), VpcId: ptr(string(e.VPC)),
		AvailabilityZone: ptr(e.Zone), AvailabilityZoneId: ptr(s.zoneID(e.Zone)), OwnerId: ptr(string(e.Account)),
		Description: ptr(e.Description), Status: ptr(eniStatus(e)), InterfaceType: ptr("interface"), MacAddress: ptr(e.MAC),
		PrivateIpAddress: address(e.PrivateIP), PrivateDnsName: ptr(s.privateName(e.PrivateIP)), PublicDnsName: opt(s.publicNameOf(tx, e.VPC, e.PublicIP)),
		SourceDestCheck: ptr(!e.NoCheck), RequesterManaged: ptr(false), Groups: renderGroups(tx, e.Groups), Association: assoc,
		Ipv6Addresses: []ec2.NetworkInterfaceIpv6Address{}, TagSet: renderTags(tx, e.Account, string(e.ID)), Attachment: renderAttachment(e),
		PrivateIpAddresses: []ec2.NetworkInterfacePrivateIpAddress{{Primary: ptr(true), PrivateIpAddress: address(e.PrivateIP),
			PrivateDnsName: ptr(s.privateName(e.PrivateIP)), Association: assoc}}}
	for _, ip := range e.Secondary {
		out.PrivateIpAddresses = append(out.PrivateIpAddresses, ec2.NetworkInterfacePrivateIpAddress{Primary: ptr(false),
			PrivateIpAddress: address(ip), PrivateDnsName: ptr(s.privateName(ip))})
	}
	return out
}

// renderAssociation makes EC2's view of an interface's public address.
func (s *Service) renderAssociation(tx *store.Tx, e cloud.ENI) *ec2.NetworkInterfaceAssociation {
	if !e.PublicIP.IsValid() {
		return nil
	}
	out := &ec2.NetworkInterfaceAssociation{IpOwnerId: ptr(publicOwner(e)), PublicDnsName: ptr(s.publicNameOf(tx, e.VPC, e.PublicIP)), PublicIp: address(e.PublicIP)}
	if ad, ok := tx.Addresses().Get(e.Address); ok {
		out.AllocationId, out.AssociationId = ptr(string(ad.ID)), ptr(string(ad.Association))
	}
	return out
}

// renderAttachment makes EC2's view of an interface being an instance's, nil
// when it is none's.
func renderAttachment(e cloud.ENI) *ec2.NetworkInterfaceAttachment {
	if e.Instance == "" {
		return nil
	}
	return &ec2.NetworkInterfaceAttachment{AttachmentId: ptr(string(e.Attachment)), AttachTime: ptr(e.Attached.UTC()),
		DeleteOnTermination: ptr(!e.Keep), DeviceIndex: ptr(int64(e.Device)), NetworkCardIndex: ptr(int64(0)),
		InstanceId: ptr(string(e.Instance)), InstanceOwnerId: ptr(string(e.Account)), Status: ptr("attached")}
}

// renderInterfaces makes the instance's view of its interfaces.
func (s *Service) renderInterfaces(tx *store.Tx, i cloud.Instance) []ec2.InstanceNetworkInterface {
	out := []ec2.InstanceNetworkInterface{}
	for e := range tx.ENIs().By(store.ByInstance, string(i.ID)) {
		out = append(out, s.renderInstanceInterface(tx, e))
	}
	return out
}

func (s *Service) renderInstanceInterface(tx *store.Tx, e cloud.ENI) ec2.InstanceNetworkInterface {
	var assoc *ec2.InstanceNetworkInterfaceAssociation
	if e.PublicIP.IsValid() {
		assoc = &ec2.InstanceNetworkInterfaceAssociation{IpOwnerId: ptr(publicOwner(e)),
			PublicDnsName: ptr(s.publicNameOf(tx, e.VPC, e.PublicIP)), PublicIp: address(e.PublicIP)}
	}
	out := ec2.InstanceNetworkInterface{
		NetworkInterfaceId: ptr(string(e.ID)), SubnetId: ptr(string(e.Subnet)), VpcId: ptr(string(e.VPC)),
		Description: ptr(e.Description), OwnerId: ptr(string(e.Account)), Status: ptr("in-use"), MacAddress: ptr(e.MAC),
		PrivateIpAddress: address(e.PrivateIP), PrivateDnsName: ptr(s.privateName(e.PrivateIP)),
		SourceDestCheck: ptr(!e.NoCheck), Groups: renderGroups(tx, e.Groups), InterfaceType: ptr("interface"),
		Attachment: &ec2.InstanceNetworkInterfaceAttachment{AttachmentId: ptr(string(e.Attachment)), DeviceIndex: ptr(int64(e.Device)),
			Status: ptr("attached"), AttachTime: ptr(e.Attached.UTC()), DeleteOnTermination: ptr(!e.Keep), NetworkCardIndex: ptr(int64(0))},
		Association: assoc, Ipv6Addresses: []ec2.InstanceIpv6Address{},
		PrivateIpAddresses: []ec2.InstancePrivateIpAddress{{PrivateIpAddress: address(e.PrivateIP),
			PrivateDnsName: ptr(s.privateName(e.PrivateIP)), Primary: ptr(true), Association: assoc}},
	}
	for _, ip := range e.Secondary {
		out.PrivateIpAddresses = append(out.PrivateIpAddresses, ec2.InstancePrivateIpAddress{PrivateIpAddress: address(ip),
			PrivateDnsName: ptr(s.privateName(ip)), Primary: ptr(false)})
	}
	return out
}
