package clc

import (
	"net/netip"
	"slices"

	"ecc/cloud"
	"ecc/store"
)

// routeParts are the members of a request that say where a route leads from
// and to.
type routeParts struct {
	cidr, ipv6, prefixList                  *string
	gateway                                 *string
	instance, eni, peering, nat, egressOnly *string
	transit, local, carrier, endpoint       *string
	core, odb                               *string
}

// destination reads where a route leads to.
func (p routeParts) destination() (netip.Prefix, error) {
	switch {
	case p.ipv6 != nil:
		return netip.Prefix{}, noIPv6()
	case p.prefixList != nil:
		return netip.Prefix{}, unsupported(cloud.ResRoute, "This cloud does not offer prefix lists yet.")
	case p.cidr == nil:
		return netip.Prefix{}, cloud.Errorf(cloud.Missing, cloud.AnyResource, "DestinationCidrBlock", "")
	}
	block, err := netip.ParsePrefix(*p.cidr)
	if err != nil || !block.Addr().Is4() {
		return block, cloud.Errorf(cloud.Malformed, cloud.ResCIDR, *p.cidr, "Value (%s) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.", *p.cidr)
	}
	return block.Masked(), nil
}

// check refuses all targets but one internet gateway: routes to others would
// not be followed.
func (p routeParts) check() error {
	others := slices.DeleteFunc([]*string{p.instance, p.eni, p.peering, p.nat, p.egressOnly, p.transit, p.local, p.carrier, p.endpoint, p.core, p.odb},
		func(s *string) bool { return s == nil })
	switch {
	case len(others) == 0 && p.gateway == nil:
		return cloud.Errorf(cloud.Missing, cloud.AnyResource, "GatewayId", "The request must contain exactly one target of the route: gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId, egressOnlyInternetGatewayId, transitGatewayId, localGatewayId, carrierGatewayId, instanceId or vpcEndpointId")
	case len(others) > 1 || len(others) == 1 && p.gateway != nil:
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The request must contain exactly one target of the route.")
	case len(others) == 1:
		return unsupported(cloud.ResRoute, "This cloud routes to internet gateways only: a route to an instance, an interface, a NAT gateway or a peering connection would not be followed yet.")
	}
	return nil
}

// to is the internet gateway a table's route leads to. It must be attached to
// the table's VPC.
func (p routeParts) to(tx *store.Tx, t cloud.RouteTable) (cloud.InternetGatewayID, error) {
	if *p.gateway == localGateway {
		return "", cloud.Errorf(cloud.Invalid, cloud.ResRoute, localGateway, "The route to the VPC itself is in every table and cannot be made.")
	}
	g, err := the(gatewayKind(tx, t.Account), p.gateway)
	if err == nil && g.VPC != t.VPC {
		err = cloud.Errorf(cloud.Invalid, cloud.ResInternetGateway, string(g.ID), "route table %s and network gateway %s belong to different networks", t.ID, g.ID)
	}
	return g.ID, err
}

// checkOutside refuses a destination inside the VPC: its own route is not to be
// bent to a gateway.
func checkOutside(tx *store.Tx, t cloud.RouteTable, to netip.Prefix) error {
	v, _ := tx.VPCs().Get(t.VPC)
	switch {
	case to == v.CIDR:
		return cloud.Errorf(cloud.AlreadyExists, cloud.ResRoute, to.String(), "")
	case to.Bits() > v.CIDR.Bits() && v.CIDR.Contains(to.Addr()):
		return cloud.Errorf(cloud.Invalid, cloud.ResRoute, to.String(), "The destination CIDR block %s is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.", to)
	case linkLocalRoute.Contains(to.Addr()) && to.Bits() >= linkLocalRoute.Bits():
		return cloud.Errorf(cloud.Invalid, cloud.ResRoute, to.String(), "The destination CIDR block %s is reserved.", to)
	}
	return nil
}

// linkLocalRoute is where instances find their metadata.
var linkLocalRoute = netip.MustParsePrefix("169.254.0.0/16")

// routeTo finds the route to a destination.
func routeTo(t cloud.RouteTable, to netip.Prefix) int {
	return slices.IndexFunc(t.Routes, func(r cloud.Route) bool { return r.CIDR == to })
}

// isLocalRoute reports whether a destination is that of the VPC's own route.
func isLocalRoute(tx *store.Tx, t cloud.RouteTable, to netip.Prefix) bool {
	v, _ := tx.VPCs().Get(t.VPC)
	return v.CIDR == to
}
