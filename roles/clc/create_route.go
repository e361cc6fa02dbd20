package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateRoute adds a route to an internet gateway.
func (s *Service) CreateRoute(ctx context.Context, c *awsquery.Call, in *ec2.CreateRouteRequest) (*ec2.CreateRouteResult, error) {
	parts := routeParts{cidr: in.DestinationCidrBlock, ipv6: in.DestinationIpv6CidrBlock, prefixList: in.DestinationPrefixListId, gateway: in.GatewayId,
		instance: in.InstanceId, eni: in.NetworkInterfaceId, peering: in.VpcPeeringConnectionId, nat: in.NatGatewayId, egressOnly: in.EgressOnlyInternetGatewayId,
		transit: in.TransitGatewayId, local: in.LocalGatewayId, carrier: in.CarrierGatewayId, endpoint: in.VpcEndpointId, core: in.CoreNetworkArn, odb: in.OdbNetworkArn}
	to, err := parts.destination()
	if err != nil {
		return nil, err
	}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		t, err := the(tableKind(tx, c.Caller.Account), in.RouteTableId)
		if err != nil {
			return err
		}
		if err := parts.check(); err != nil {
			return err
		}
		if err := checkOutside(tx, t, to); err != nil {
			return err
		}
		if routeTo(t, to) >= 0 {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResRoute, to.String(), "")
		}
		if int64(len(t.Routes)) >= s.ledger.Limit(tx, t.Account, cloud.LimitRoutesPerTable) {
			return cloud.Errorf(cloud.LimitExceeded, cloud.ResRoute, "", "")
		}
		g, err := parts.to(tx, t)
		if err != nil {
			return err
		}
		t.Routes = append(slices.Clone(t.Routes), cloud.Route{CIDR: to, Gateway: g})
		return tx.RouteTables().Put(t)
	})
	return &ec2.CreateRouteResult{Return: ptr(true)}, err
}
