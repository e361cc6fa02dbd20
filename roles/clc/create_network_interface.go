package clc

import (
	"context"
	"fmt"
	"io"
	"unicode/utf8"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateNetworkInterface makes an interface that no instance has yet.
func (s *Service) CreateNetworkInterface(ctx context.Context, c *awsquery.Call, in *ec2.CreateNetworkInterfaceRequest) (*ec2.CreateNetworkInterfaceResult, error) {
	ask, err := readNewInterface(in)
	if err != nil {
		return nil, err
	}
	tags, err := specTags(in.TagSpecifications, typeENI)
	if err != nil {
		return nil, err
	}
	fresh, err := s.id(cloud.PrefixENI)
	if err != nil {
		return nil, err
	}
	var mac [5]byte
	if _, err := io.ReadFull(s.entropy, mac[:]); err != nil {
		return nil, fmt.Errorf("make a MAC address: %w", err)
	}
	out := &ec2.CreateNetworkInterfaceResult{ClientToken: opt(text(in.ClientToken))}
	return out, s.update(ctx, c, func(tx *store.Tx) error {
		return s.once(tx, c, in.ClientToken, func(done []string) ([]string, error) {
			id := fresh
			if done != nil {
				id = done[0]
			} else if err := s.newInterface(tx, c.Caller.Account, in, ask, cloud.ENI{ID: cloud.ENIID(id), MAC: freeMAC(tx, mac)}, tags); err != nil {
				return nil, err
			}
			e, err := eniOf(tx, c.Caller.Account, id)
			if err != nil {
				return nil, err
			}
			out.NetworkInterface = ptr(s.renderENI(tx, e))
			return []string{id}, nil
		})
	})
}

// readNewInterface checks a request as far as it can be without the store.
func readNewInterface(in *ec2.CreateNetworkInterfaceRequest) (privateAsk, error) {
	switch {
	case len(in.Ipv6Addresses) > 0 || in.Ipv6AddressCount != nil || truth(in.EnablePrimaryIpv6) || len(in.Ipv6Prefixes) > 0 || in.Ipv6PrefixCount != nil:
		return privateAsk{}, noInterfaceIPv6()
	case len(in.Ipv4Prefixes) > 0 || in.Ipv4PrefixCount != nil:
		return privateAsk{}, noPrefixes()
	case text(in.InterfaceType) != "" && *in.InterfaceType != "interface", in.ConnectionTrackingSpecification != nil, in.Operator != nil:
		return privateAsk{}, cloud.Errorf(cloud.Unsupported, cloud.ResENI, "", "This cloud has interfaces of the type interface only, without further options.")
	case !cloud.ValidID(cloud.PrefixSubnet, *in.SubnetId):
		return privateAsk{}, cloud.Errorf(cloud.Malformed, cloud.ResSubnet, *in.SubnetId, "")
	}
	if err := checkDescription(text(in.Description)); err != nil {
		return privateAsk{}, err
	}
	if err := checkGroupIDs(in.Groups); err != nil {
		return privateAsk{}, err
	}
	return readPrivateAsk(in.PrivateIpAddress, in.PrivateIpAddresses, in.SecondaryPrivateIpAddressCount)
}

func checkDescription(d string) error {
	if utf8.RuneCountInString(d) > maxDescription {
		return cloud.Errorf(cloud.Invalid, cloud.ResENI, "", "An interface's description has at most %d characters", maxDescription)
	}
	return nil
}

func noInterfaceIPv6() error {
	return cloud.Errorf(cloud.Unsupported, cloud.ResENI, "", "This cloud gives interfaces no IPv6 addresses yet.")
}

func noPrefixes() error {
	return cloud.Errorf(cloud.Unsupported, cloud.ResENI, "", "This cloud gives interfaces no address prefixes yet: name addresses, or how many.")
}

// newInterface completes an interface that has an id and a MAC address and
// writes it.
func (s *Service) newInterface(tx *store.Tx, a cloud.AccountID, in *ec2.CreateNetworkInterfaceRequest, ask privateAsk, e cloud.ENI, tags map[string]string) error {
	n, ok := tx.Subnets().Get(cloud.SubnetID(*in.SubnetId))
	if !ok || n.Account != a {
		return cloud.Errorf(cloud.NotFound, cloud.ResSubnet, *in.SubnetId, "")
	}
	groups, err := s.launchGroups(tx, a, launch{groupIDs: in.Groups}, n.VPC)
	if err != nil {
		return err
	}
	private, err := takePrivate(tx, n, ask, 1)
	if err != nil {
		return err
	}
	e.Account, e.VPC, e.Subnet, e.Zone = a, n.VPC, n.ID, n.Zone
	e.PrivateIP, e.Secondary, e.Groups = private[0][0], private[0][1:], groups
	e.Description, e.Created = text(in.Description), tx.Now
	if err := tx.ENIs().Put(e); err != nil {
		return err
	}
	return putTags(tx, cloud.TagSet{Resource: string(e.ID), Type: typeENI, Account: a, Tags: tags})
}
