package clc

import (
	"context"
	"time"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// maxDeprecation is how far ahead it may lie, in years.
const maxDeprecation = 10

// EnableImageDeprecation tells from when on an image is out of date.
func (s *Service) EnableImageDeprecation(ctx context.Context, c *awsquery.Call, in *ec2.EnableImageDeprecationRequest) (*ec2.EnableImageDeprecationResult, error) {
	err := s.changeImage(ctx, c, in.ImageId, func(tx *store.Tx, img *cloud.Image) error {
		at := in.DeprecateAt.UTC().Truncate(time.Minute)
		switch {
		case at.Before(tx.Now):
			return cloud.Errorf(cloud.Invalid, cloud.ResParameter, "DeprecateAt", "The value for DeprecateAt cannot be in the past.")
		case at.After(tx.Now.AddDate(maxDeprecation, 0, 0)):
			return cloud.Errorf(cloud.Invalid, cloud.ResParameter, "DeprecateAt", "The value for DeprecateAt must be within %d years.", maxDeprecation)
		}
		img.Deprecated = at
		return nil
	})
	return &ec2.EnableImageDeprecationResult{Return: ptr(true)}, err
}
