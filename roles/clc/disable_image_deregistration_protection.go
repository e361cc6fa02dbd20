package clc

import (
	"context"
	"time"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// cooldown is how long a protection lasts after it was switched off.
const cooldown = 24 * time.Hour

// DisableImageDeregistrationProtection lets an image be deregistered: at once, or a
// day later if it was protected with a cooldown.
func (s *Service) DisableImageDeregistrationProtection(ctx context.Context, c *awsquery.Call, in *ec2.DisableImageDeregistrationProtectionRequest) (*ec2.DisableImageDeregistrationProtectionResult, error) {
	err := s.changeImage(ctx, c, in.ImageId, func(tx *store.Tx, img *cloud.Image) error {
		if img.Protected && img.Cooldown {
			img.Unprotected = tx.Now.Add(cooldown)
		}
		img.Protected, img.Cooldown = false, false
		return nil
	})
	return &ec2.DisableImageDeregistrationProtectionResult{Return: ptr("true")}, err
}
