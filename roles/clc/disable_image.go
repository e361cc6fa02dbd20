package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DisableImage switches an image off: nobody may launch it, and nobody but its
// owner sees it. Instances it has go on.
func (s *Service) DisableImage(ctx context.Context, c *awsquery.Call, in *ec2.DisableImageRequest) (*ec2.DisableImageResult, error) {
	err := s.changeImage(ctx, c, in.ImageId, func(_ *store.Tx, img *cloud.Image) error {
		if img.State != cloud.ImageAvailable {
			return cloud.Errorf(cloud.WrongState, cloud.ResImage, string(img.ID), "")
		}
		img.Disabled, img.Public, img.Launchers = true, false, nil
		return nil
	})
	return &ec2.DisableImageResult{Return: ptr(true)}, err
}
