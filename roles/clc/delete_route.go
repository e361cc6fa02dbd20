package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeleteRoute takes a route out of a table.
func (s *Service) DeleteRoute(ctx context.Context, c *awsquery.Call, in *ec2.DeleteRouteRequest) (*ec2.DeleteRouteResult, error) {
	to, err := routeParts{cidr: in.DestinationCidrBlock, ipv6: in.DestinationIpv6CidrBlock, prefixList: in.DestinationPrefixListId}.destination()
	if err != nil {
		return nil, err
	}
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		t, err := the(tableKind(tx, c.Caller.Account), in.RouteTableId)
		if err != nil {
			return err
		}
		if isLocalRoute(tx, t, to) {
			return cloud.Errorf(cloud.Invalid, cloud.ResRoute, to.String(), "cannot remove local route %s in route table %s", to, t.ID)
		}
		k := routeTo(t, to)
		if k < 0 {
			return noRoute(t, to.String())
		}
		t.Routes = slices.Delete(slices.Clone(t.Routes), k, k+1)
		return tx.RouteTables().Put(t)
	})
}
