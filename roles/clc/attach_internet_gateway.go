package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// AttachInternetGateway joins a VPC to the internet, along the routes that
// lead to the gateway.
func (s *Service) AttachInternetGateway(ctx context.Context, c *awsquery.Call, in *ec2.AttachInternetGatewayRequest) (*ec2.AttachInternetGatewayResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		g, err := the(gatewayKind(tx, c.Caller.Account), in.InternetGatewayId)
		if err != nil {
			return err
		}
		v, err := the(vpcKind(tx, c.Caller.Account), in.VpcId)
		if err != nil {
			return err
		}
		if g.VPC != "" {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResInternetGateway, string(g.ID), "resource %s is already attached to network %s", g.ID, g.VPC)
		}
		for range tx.InternetGateways().By(store.ByVPC, string(v.ID)) {
			return cloud.Errorf(cloud.Invalid, cloud.ResInternetGateway, string(v.ID), "Network %s already has an internet gateway attached", v.ID)
		}
		g.VPC = v.ID
		return tx.InternetGateways().Put(g)
	})
}
