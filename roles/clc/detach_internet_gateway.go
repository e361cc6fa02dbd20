package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DetachInternetGateway cuts a VPC off the internet. Its routes to the gateway
// stay and lead nowhere.
func (s *Service) DetachInternetGateway(ctx context.Context, c *awsquery.Call, in *ec2.DetachInternetGatewayRequest) (*ec2.DetachInternetGatewayResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		g, err := the(gatewayKind(tx, c.Caller.Account), in.InternetGatewayId)
		if err != nil {
			return err
		}
		v, err := the(vpcKind(tx, c.Caller.Account), in.VpcId)
		if err != nil {
			return err
		}
		if g.VPC != v.ID {
			return cloud.Errorf(cloud.WrongState, cloud.ResInternetGateway, string(g.ID), "resource %s is not attached to network %s", g.ID, v.ID)
		}
		for e := range tx.ENIs().By(store.ByVPC, string(v.ID)) {
			if e.PublicIP.IsValid() {
				return cloud.Errorf(cloud.InUse, cloud.ResInternetGateway, string(g.ID), "Network %s has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.", v.ID)
			}
		}
		g.VPC = ""
		return tx.InternetGateways().Put(g)
	})
}
