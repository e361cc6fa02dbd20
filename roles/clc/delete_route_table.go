package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeleteRouteTable removes a route table that nothing is associated with.
func (s *Service) DeleteRouteTable(ctx context.Context, c *awsquery.Call, in *ec2.DeleteRouteTableRequest) (*ec2.DeleteRouteTableResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		t, err := the(tableKind(tx, c.Caller.Account), in.RouteTableId)
		if err != nil {
			return err
		}
		if len(associations(t)) > 0 {
			return depends(cloud.ResRouteTable, "routeTable", string(t.ID))
		}
		if err := dropTags(tx, t.ID); err != nil {
			return err
		}
		return tx.RouteTables().Delete(t.ID)
	})
}
