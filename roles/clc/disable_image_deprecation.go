package clc

import (
	"context"
	"time"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DisableImageDeprecation lists an image for everybody again who may see it.
func (s *Service) DisableImageDeprecation(ctx context.Context, c *awsquery.Call, in *ec2.DisableImageDeprecationRequest) (*ec2.DisableImageDeprecationResult, error) {
	err := s.changeImage(ctx, c, in.ImageId, func(_ *store.Tx, img *cloud.Image) error {
		img.Deprecated = time.Time{}
		return nil
	})
	return &ec2.DisableImageDeprecationResult{Return: ptr(true)}, err
}
