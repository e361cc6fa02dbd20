package clc

import (
	"slices"
	"unicode/utf8"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// maxDescription bounds an interface's description, in characters.
const maxDescription = 255

// readInterface reads the one interface specification of a launch.
func readInterface(all []ec2.InstanceNetworkInterfaceSpecification, l *launch) error {
	n := all[0]
	switch {
	case len(all) > 1 || (n.DeviceIndex != nil && *n.DeviceIndex != 0) || (n.NetworkCardIndex != nil && *n.NetworkCardIndex != 0):
		return cloud.Errorf(cloud.Unsupported, cloud.ResENI, "", "This cloud gives an instance one interface yet, of device index 0: a second one would not carry packets.")
	case n.Ipv6AddressCount != nil || len(n.Ipv6Addresses) > 0 || n.Ipv4PrefixCount != nil || len(n.Ipv4Prefixes) > 0 ||
		n.Ipv6PrefixCount != nil || len(n.Ipv6Prefixes) > 0 || truth(n.PrimaryIpv6):
		return cloud.Errorf(cloud.Unsupported, cloud.ResENI, "", "This cloud gives interfaces IPv4 addresses only yet, one by one.")
	case truth(n.AssociateCarrierIpAddress) || n.EnaSrdSpecification != nil || n.ConnectionTrackingSpecification != nil || n.EnaQueueCount != nil ||
		(text(n.InterfaceType) != "" && text(n.InterfaceType) != "interface"):
		return cloud.Errorf(cloud.Unsupported, cloud.ResENI, "", "This cloud has interfaces of the type interface only, without further options.")
	case text(n.NetworkInterfaceId) != "":
		return readOwn(n, l)
	case utf8.RuneCountInString(text(n.Description)) > maxDescription:
		return cloud.Errorf(cloud.Invalid, cloud.AnyResource, "", "An interface's description has at most %d characters", maxDescription)
	}
	l.subnet, l.groupIDs, l.public, l.eniNote = cloud.SubnetID(text(n.SubnetId)), n.Groups, n.AssociatePublicIpAddress, text(n.Description)
	l.keep = n.DeleteOnTermination != nil && !*n.DeleteOnTermination
	return readPrivate(n.PrivateIpAddress, n.PrivateIpAddresses, n.SecondaryPrivateIpAddressCount, l)
}

// readOwn reads the specification of an interface that is there already:
// everything about it is.
func readOwn(n ec2.InstanceNetworkInterfaceSpecification, l *launch) error {
	switch {
	case n.SubnetId != nil || len(n.Groups) > 0 || n.PrivateIpAddress != nil || len(n.PrivateIpAddresses) > 0 || n.Description != nil ||
		n.SecondaryPrivateIpAddressCount != nil || n.AssociatePublicIpAddress != nil:
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "A network interface may not specify a network interface ID and a subnet, security groups, addresses or a description")
	case truth(n.DeleteOnTermination):
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "DeleteOnTermination may be true only for a network interface that the launch makes")
	case l.max != 1:
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "A network interface can be given to one instance only")
	case !cloud.ValidID(cloud.PrefixENI, *n.NetworkInterfaceId):
		return cloud.Errorf(cloud.Malformed, cloud.ResENI, *n.NetworkInterfaceId, "")
	}
	l.own = cloud.ENIID(*n.NetworkInterfaceId)
	return nil
}

// readPrivate reads the private addresses asked for: only one instance can
// have them.
func readPrivate(primary *string, list []ec2.PrivateIpAddressSpecification, more *int64, l *launch) error {
	ask, err := readPrivateAsk(primary, list, more)
	if err != nil {
		return err
	}
	if l.max != 1 && (ask.primary.IsValid() || len(ask.secondary) > 0) {
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "A private address can be given to one instance only")
	}
	l.privateIP, l.secondary = ask.primary, ask
	return nil
}

// launchOwn looks at the interface a launch names, and makes its subnet the
// launch's.
func launchOwn(tx *store.Tx, a cloud.AccountID, l *launch) error {
	if l.own == "" {
		return nil
	}
	e, err := eniOf(tx, a, string(l.own))
	switch {
	case err != nil:
		return err
	case e.Instance != "":
		return cloud.Errorf(cloud.InUse, cloud.ResENI, string(e.ID), "")
	case len(l.tags[typeENI]) > 0:
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "Tags for a network interface may not be specified with a network interface ID")
	}
	l.subnet = e.Subnet
	return nil
}

// launchInterfaces makes the primary interfaces of a launch's instances, or
// takes the one that was named.
func (s *Service) launchInterfaces(tx *store.Tx, a cloud.AccountID, l launch, d drawn, subnet cloud.Subnet, count int) ([]cloud.ENI, error) {
	if l.own != "" {
		e, err := eniOf(tx, a, string(l.own))
		e.Keep = true
		return []cloud.ENI{e}, err
	}
	groups, err := s.launchGroups(tx, a, l, subnet.VPC)
	if err != nil {
		return nil, err
	}
	private, err := takePrivate(tx, subnet, l.secondary, count)
	if err != nil {
		return nil, err
	}
	public, err := s.freePublic(tx, subnet, l.public, count)
	if err != nil {
		return nil, err
	}
	out := make([]cloud.ENI, count)
	for k := range out {
		out[k] = cloud.ENI{ID: d.each[k].eni, Account: a, VPC: subnet.VPC, Subnet: subnet.ID, Zone: subnet.Zone,
			PrivateIP: private[k][0], Secondary: slices.Clone(private[k][1:]), PublicIP: public[k], AutoPublic: public[k].IsValid(),
			Groups: groups, Description: l.eniNote, Keep: l.keep, Created: tx.Now}
	}
	return out, nil
}
