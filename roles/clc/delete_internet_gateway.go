package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeleteInternetGateway removes an internet gateway that is not attached.
// Routes to it stay and lead nowhere.
func (s *Service) DeleteInternetGateway(ctx context.Context, c *awsquery.Call, in *ec2.DeleteInternetGatewayRequest) (*ec2.DeleteInternetGatewayResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		g, err := the(gatewayKind(tx, c.Caller.Account), in.InternetGatewayId)
		if err != nil {
			return err
		}
		if g.VPC != "" {
			return depends(cloud.ResInternetGateway, "internetGateway", string(g.ID))
		}
		if err := dropTags(tx, g.ID); err != nil {
			return err
		}
		return tx.InternetGateways().Delete(g.ID)
	})
}
