package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DisassociateRouteTable gives a subnet back to its VPC's main route table.
func (s *Service) DisassociateRouteTable(ctx context.Context, c *awsquery.Call, in *ec2.DisassociateRouteTableRequest) (*ec2.DisassociateRouteTableResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		t, n, err := associatedTable(tx, c.Caller.Account, in.AssociationId)
		if err != nil {
			return err
		}
		if n == "" {
			return cloud.Errorf(cloud.Invalid, cloud.ResRouteTableAssociation, *in.AssociationId, "cannot disassociate the main route table association %s", *in.AssociationId)
		}
		return tx.RouteTables().Put(leaveTable(t, n))
	})
}
