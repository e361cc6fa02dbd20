package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateRouteTable makes a route table of a VPC with the VPC's own route.
func (s *Service) CreateRouteTable(ctx context.Context, c *awsquery.Call, in *ec2.CreateRouteTableRequest) (*ec2.CreateRouteTableResult, error) {
	tags, err := specTags(in.TagSpecifications, "route-table")
	if err != nil {
		return nil, err
	}
	id, err := s.id(cloud.PrefixRouteTable)
	if err != nil {
		return nil, err
	}
	out := &ec2.CreateRouteTableResult{ClientToken: in.ClientToken}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		return s.once(tx, c, in.ClientToken, func(done []string) ([]string, error) {
			if done == nil {
				done = []string{id}
				if err := s.putTable(tx, c.Caller.Account, in.VpcId, id, tags); err != nil {
					return nil, err
				}
			}
			t, err := the(tableKind(tx, c.Caller.Account), &done[0])
			out.RouteTable = ptr(renderTable(tx, t))
			return done, err
		})
	})
	return out, err
}

// putTable writes a new route table.
func (s *Service) putTable(tx *store.Tx, a cloud.AccountID, vpc *string, id string, tags map[string]string) error {
	v, err := the(vpcKind(tx, a), vpc)
	if err != nil {
		return err
	}
	n := int64(0)
	for range tx.RouteTables().By(store.ByVPC, string(v.ID)) {
		n++
	}
	if n >= s.ledger.Limit(tx, a, cloud.LimitRouteTablesPerVPC) {
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResRouteTable, "", "")
	}
	if err := tx.RouteTables().Put(cloud.RouteTable{ID: cloud.RouteTableID(id), Account: a, VPC: v.ID, Created: tx.Now}); err != nil {
		return err
	}
	return putTags(tx, cloud.TagSet{Resource: id, Type: "route-table", Account: a, Tags: tags})
}
