package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// EnableImage switches an image on again.
func (s *Service) EnableImage(ctx context.Context, c *awsquery.Call, in *ec2.EnableImageRequest) (*ec2.EnableImageResult, error) {
	err := s.changeImage(ctx, c, in.ImageId, func(_ *store.Tx, img *cloud.Image) error {
		img.Disabled = false
		return nil
	})
	return &ec2.EnableImageResult{Return: ptr(true)}, err
}
