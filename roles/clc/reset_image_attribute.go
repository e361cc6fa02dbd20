package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ResetImageAttribute takes an image's launch permissions back: its owner alone
// may launch it.
func (s *Service) ResetImageAttribute(ctx context.Context, c *awsquery.Call, in *ec2.ResetImageAttributeRequest) (*ec2.ResetImageAttributeResult, error) {
	return nil, s.changeImage(ctx, c, in.ImageId, func(_ *store.Tx, img *cloud.Image) error {
		img.Public, img.Launchers = false, nil
		return nil
	})
}
