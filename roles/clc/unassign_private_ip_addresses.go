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

// UnassignPrivateIpAddresses takes secondary private addresses away: all that
// are named or none.
func (s *Service) UnassignPrivateIpAddresses(ctx context.Context, c *awsquery.Call, in *ec2.UnassignPrivateIpAddressesRequest) (*ec2.UnassignPrivateIpAddressesResult, error) {
	switch {
	case len(in.Ipv4Prefixes) > 0:
		return nil, noPrefixes()
	case len(in.PrivateIpAddresses) == 0:
		return nil, cloud.Errorf(cloud.Missing, cloud.AnyResource, "PrivateIpAddress", "")
	}
	var gone []netip.Addr
	for _, p := range in.PrivateIpAddresses {
		ip, err := readIPv4(p)
		if err != nil {
			return nil, err
		}
		gone = append(gone, ip)
	}
	return nil, s.changeENI(ctx, c, *in.NetworkInterfaceId, func(_ *store.Tx, e *cloud.ENI) error {
		for _, ip := range gone {
			switch {
			case ip == e.PrivateIP:
				return cloud.Errorf(cloud.Invalid, cloud.ResAddress, ip.String(), "The primary private IP address %s of an interface cannot be unassigned.", ip)
			case !slices.Contains(e.Secondary, ip):
				return cloud.Errorf(cloud.Invalid, cloud.ResAddress, ip.String(), "Some of the specified addresses are not assigned to interface %s", e.ID)
			}
		}
		e.Secondary = slices.DeleteFunc(slices.Clone(e.Secondary), func(ip netip.Addr) bool { return slices.Contains(gone, ip) })
		return nil
	})
}
