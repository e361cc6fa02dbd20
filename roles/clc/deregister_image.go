package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeregisterImage takes an image out of the list. Its bytes go when no
// instance uses them any more.
func (s *Service) DeregisterImage(ctx context.Context, c *awsquery.Call, in *ec2.DeregisterImageRequest) (*ec2.DeregisterImageResult, error) {
	id := text(in.ImageId)
	if !cloud.ValidID(cloud.PrefixImage, id) {
		return nil, cloud.Errorf(cloud.Malformed, cloud.ResImage, id, "")
	}
	err := s.update(ctx, c, func(tx *store.Tx) error {
		img, ok := tx.Images().Get(cloud.ImageID(id))
		switch {
		case !ok || !img.VisibleTo(c.Caller.Account):
			return cloud.Errorf(cloud.NotFound, cloud.ResImage, id, "")
		case img.Account != c.Caller.Account:
			return cloud.Errorf(cloud.Denied, cloud.ResImage, id, "")
		case isProtected(img, tx.Now):
			return cloud.Errorf(cloud.WrongState, cloud.ResImageProtection, id, "")
		}
		img.State, img.Deregistered = cloud.ImageDeregistered, tx.Now
		if err := tx.TagSets().Delete(id); err != nil {
			return err
		}
		return tx.Images().Put(img)
	})
	if err != nil {
		return nil, err
	}
	s.removal.Kick()
	return &ec2.DeregisterImageResult{Return: ptr(true)}, nil
}
