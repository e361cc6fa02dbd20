package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ReplaceRouteTableAssociation makes another table that of a subnet, or the
// main one of a VPC.
func (s *Service) ReplaceRouteTableAssociation(ctx context.Context, c *awsquery.Call, in *ec2.ReplaceRouteTableAssociationRequest) (*ec2.ReplaceRouteTableAssociationResult, error) {
	id, err := s.id(cloud.PrefixRouteTableAssociation)
	if err != nil {
		return nil, err
	}
	out := &ec2.ReplaceRouteTableAssociationResult{NewAssociationId: ptr(id), AssociationState: isAssociated()}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		old, n, err := associatedTable(tx, c.Caller.Account, in.AssociationId)
		if err != nil {
			return err
		}
		t, err := the(tableKind(tx, c.Caller.Account), in.RouteTableId)
		if err != nil {
			return err
		}
		if t.VPC != old.VPC {
			return cloud.Errorf(cloud.Invalid, cloud.ResRouteTable, string(t.ID), "route table %s and association %s belong to different networks", t.ID, *in.AssociationId)
		}
		return moveAssociation(tx, old, t.ID, n, id)
	})
	return out, err
}

// moveAssociation takes an association from one table to another, which may be
// the same. No subnet means that it is of the VPC's main table.
func moveAssociation(tx *store.Tx, old cloud.RouteTable, to cloud.RouteTableID, n cloud.SubnetID, id string) error {
	if n == "" {
		old.Main = ""
	} else {
		old = leaveTable(old, n)
	}
	if err := tx.RouteTables().Put(old); err != nil {
		return err
	}
	t, _ := tx.RouteTables().Get(to) // old itself, as it is now, when it is that
	if n == "" {
		t.Main = id
	} else {
		t = joinTable(t, n, id)
	}
	return tx.RouteTables().Put(t)
}
