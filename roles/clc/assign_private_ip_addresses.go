package clc

import (
	"context"
	"net/netip"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// AssignPrivateIpAddresses gives an interface secondary private addresses. They
// are kept for it; the network does not carry packets for them yet (docs).
func (s *Service) AssignPrivateIpAddresses(ctx context.Context, c *awsquery.Call, in *ec2.AssignPrivateIpAddressesRequest) (*ec2.AssignPrivateIpAddressesResult, error) {
	ask, err := readAssignment(in)
	if err != nil {
		return nil, err
	}
	out := &ec2.AssignPrivateIpAddressesResult{NetworkInterfaceId: in.NetworkInterfaceId}
	return out, s.changeENI(ctx, c, *in.NetworkInterfaceId, func(tx *store.Tx, e *cloud.ENI) error {
		got, err := assign(tx, e, ask, truth(in.AllowReassignment))
		if err != nil {
			return err
		}
		out.AssignedPrivateIpAddresses = nil
		for _, ip := range got {
			out.AssignedPrivateIpAddresses = append(out.AssignedPrivateIpAddresses, ec2.AssignedPrivateIpAddress{PrivateIpAddress: address(ip)})
		}
		return nil
	})
}

// readAssignment reads which addresses are asked for, or how many.
func readAssignment(in *ec2.AssignPrivateIpAddressesRequest) (privateAsk, error) {
	if len(in.Ipv4Prefixes) > 0 || in.Ipv4PrefixCount != nil {
		return privateAsk{}, noPrefixes()
	}
	var list []ec2.PrivateIpAddressSpecification
	for k := range in.PrivateIpAddresses {
		list = append(list, ec2.PrivateIpAddressSpecification{PrivateIpAddress: &in.PrivateIpAddresses[k]})
	}
	ask, err := readPrivateAsk(nil, list, in.SecondaryPrivateIpAddressCount)
	if err == nil && len(ask.secondary)+ask.more == 0 {
		err = cloud.Errorf(cloud.Missing, cloud.AnyResource, "PrivateIpAddress", "Either privateIpAddresses or secondaryPrivateIpAddressCount must be specified.")
	}
	return ask, err
}

// assign adds the addresses asked for to an interface. One that another
// interface of the account has as a secondary one is moved, if it may be.
func assign(tx *store.Tx, e *cloud.ENI, ask privateAsk, move bool) ([]netip.Addr, error) {
	n, ok := tx.Subnets().Get(e.Subnet)
	if !ok {
		return nil, cloud.Errorf(cloud.NotFound, cloud.ResSubnet, string(e.Subnet), "")
	}
	var out []netip.Addr
	for _, ip := range ask.secondary {
		if slices.Contains(e.Secondary, ip) && move {
			out = append(out, ip) // it is there
			continue
		}
		if err := takeFromOther(tx, e, ip, move); err != nil {
			return nil, err
		}
		if err := checkPrivate(n, usedPrivate(tx, n), ip); err != nil {
			return nil, err
		}
		e.Secondary, out = append(slices.Clone(e.Secondary), ip), append(out, ip)
	}
	free := freeAddrs(n.CIDR, usedPrivate(tx, n), ask.more)
	if len(free) < ask.more {
		return nil, cloud.Errorf(cloud.Exhausted, cloud.ResSubnet, string(n.ID), "There are not enough free addresses in subnet '%s' to satisfy the request.", n.ID)
	}
	e.Secondary, out = slices.Concat(e.Secondary, free), slices.Concat(out, free)
	if len(e.Secondary) >= maxPrivate {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResPrivateIP, "", "An interface has at most %d private addresses.", maxPrivate)
	}
	return out, nil
}

// takeFromOther takes an address away from the interface of the subnet that
// has it, if any has.
func takeFromOther(tx *store.Tx, e *cloud.ENI, ip netip.Addr, move bool) error {
	for other := range tx.ENIs().By(store.BySubnet, string(e.Subnet)) {
		at := slices.Index(other.Secondary, ip)
		switch {
		case other.PrivateIP == ip || (at >= 0 && (!move || other.ID == e.ID)):
			return cloud.Errorf(cloud.Invalid, cloud.ResAddress, ip.String(), "[%s] assigned, but move is not allowed.", ip)
		case at >= 0:
			other.Secondary = slices.Delete(slices.Clone(other.Secondary), at, at+1)
			return tx.ENIs().Put(other)
		}
	}
	return nil
}
