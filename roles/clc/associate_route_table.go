package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// AssociateRouteTable makes a table that of a subnet, instead of the VPC's main
// one.
func (s *Service) AssociateRouteTable(ctx context.Context, c *awsquery.Call, in *ec2.AssociateRouteTableRequest) (*ec2.AssociateRouteTableResult, error) {
	switch {
	case in.GatewayId != nil || in.PublicIpv4Pool != nil:
		return nil, unsupported(cloud.ResRouteTable, "This cloud associates route tables with subnets only.")
	case in.SubnetId == nil:
		return nil, cloud.Errorf(cloud.Missing, cloud.AnyResource, "SubnetId", "The request must contain the parameter subnetId")
	}
	id, err := s.id(cloud.PrefixRouteTableAssociation)
	if err != nil {
		return nil, err
	}
	out := &ec2.AssociateRouteTableResult{AssociationState: isAssociated()}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		out.AssociationId = ptr(id)
		t, err := the(tableKind(tx, c.Caller.Account), in.RouteTableId)
		if err != nil {
			return err
		}
		n, err := the(s.subnetKind(tx, c.Caller.Account), in.SubnetId)
		if err != nil {
			return err
		}
		if n.VPC != t.VPC {
			return cloud.Errorf(cloud.Invalid, cloud.ResRouteTable, string(t.ID), "route table %s and subnet %s belong to different networks", t.ID, n.ID)
		}
		for _, m := range tableOf(tx, n).Subnets {
			if m.Subnet != n.ID {
				continue
			}
			if tableOf(tx, n).ID != t.ID {
				return cloud.Errorf(cloud.AlreadyExists, cloud.ResRouteTableAssociation, string(t.ID), "")
			}
			out.AssociationId = ptr(string(m.ID)) // again
			return nil
		}
		return tx.RouteTables().Put(joinTable(t, n.ID, id))
	})
	return out, err
}
