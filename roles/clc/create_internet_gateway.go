package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateInternetGateway makes an internet gateway, attached to nothing.
func (s *Service) CreateInternetGateway(ctx context.Context, c *awsquery.Call, in *ec2.CreateInternetGatewayRequest) (*ec2.CreateInternetGatewayResult, error) {
	tags, err := specTags(in.TagSpecifications, "internet-gateway")
	if err != nil {
		return nil, err
	}
	id, err := s.id(cloud.PrefixInternetGateway)
	if err != nil {
		return nil, err
	}
	out := &ec2.CreateInternetGatewayResult{}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		g := cloud.InternetGateway{ID: cloud.InternetGatewayID(id), Account: c.Caller.Account, Created: tx.Now}
		if err := tx.InternetGateways().Put(g); err != nil {
			return err
		}
		err := putTags(tx, cloud.TagSet{Resource: id, Type: "internet-gateway", Account: g.Account, Tags: tags})
		out.InternetGateway = ptr(renderGateway(tx, g))
		return err
	})
	return out, err
}
