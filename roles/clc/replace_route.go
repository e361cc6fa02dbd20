package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ReplaceRoute leads a route of a table to another internet gateway. The VPC's
// own route can be led to where it leads already.
func (s *Service) ReplaceRoute(ctx context.Context, c *awsquery.Call, in *ec2.ReplaceRouteRequest) (*ec2.ReplaceRouteResult, error) {
	parts := routeParts{cidr: in.DestinationCidrBlock, ipv6: in.DestinationIpv6CidrBlock, prefixList: in.DestinationPrefixListId, gateway: in.GatewayId,
		instance: in.InstanceId, eni: in.NetworkInterfaceId, peering: in.VpcPeeringConnectionId, nat: in.NatGatewayId, egressOnly: in.EgressOnlyInternetGatewayId,
		transit: in.TransitGatewayId, local: in.LocalGatewayId, carrier: in.CarrierGatewayId, endpoint: in.VpcEndpointId, core: in.CoreNetworkArn, odb: in.OdbNetworkArn}
	to, err := parts.destination()
	if err != nil {
		return nil, err
	}
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		t, err := the(tableKind(tx, c.Caller.Account), in.RouteTableId)
		if err != nil {
			return err
		}
		if truth(in.LocalTarget) {
			if isLocalRoute(tx, t, to) {
				return nil
			}
			return cloud.Errorf(cloud.Invalid, cloud.ResRoute, to.String(), "The route to %s is not that to the VPC itself.", to)
		}
		if err := parts.check(); err != nil {
			return err
		}
		k := routeTo(t, to)
		if k < 0 {
			return noRoute(t, to.String())
		}
		g, err := parts.to(tx, t)
		if err != nil {
			return err
		}
		t.Routes = slices.Clone(t.Routes)
		t.Routes[k] = cloud.Route{CIDR: to, Gateway: g}
		return tx.RouteTables().Put(t)
	})
}

func noRoute(t cloud.RouteTable, to string) error {
	return cloud.Errorf(cloud.NotFound, cloud.ResRoute, to, "no route with destination-cidr-block %s in route table %s", to, t.ID)
}
