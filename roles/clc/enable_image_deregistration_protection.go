package clc

import (
	"context"
	"time"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// EnableImageDeregistrationProtection keeps an image from being deregistered.
func (s *Service) EnableImageDeregistrationProtection(ctx context.Context, c *awsquery.Call, in *ec2.EnableImageDeregistrationProtectionRequest) (*ec2.EnableImageDeregistrationProtectionResult, error) {
	err := s.changeImage(ctx, c, in.ImageId, func(_ *store.Tx, img *cloud.Image) error {
		img.Protected, img.Cooldown, img.Unprotected = true, truth(in.WithCooldown), time.Time{}
		return nil
	})
	return &ec2.EnableImageDeregistrationProtectionResult{Return: ptr("true")}, err
}
