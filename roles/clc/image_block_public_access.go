package clc

import (
	"context"
	"maps"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// settingBlockImages is the account's setting of EC2's name for it; without it
// images may be made public.
const (
	settingBlockImages = "image-block-public-access"
	blockNewSharing    = "block-new-sharing"
	unblocked          = "unblocked"
)

// EnableImageBlockPublicAccess keeps an account's images from being made public.
// Those that are stay so.
func (s *Service) EnableImageBlockPublicAccess(ctx context.Context, c *awsquery.Call, in *ec2.EnableImageBlockPublicAccessRequest) (*ec2.EnableImageBlockPublicAccessResult, error) {
	err := s.setAccount(ctx, c, settingBlockImages, blockNewSharing)
	return &ec2.EnableImageBlockPublicAccessResult{ImageBlockPublicAccessState: ptr(blockNewSharing)}, err
}

// DisableImageBlockPublicAccess lets images be made public.
func (s *Service) DisableImageBlockPublicAccess(ctx context.Context, c *awsquery.Call, _ *ec2.DisableImageBlockPublicAccessRequest) (*ec2.DisableImageBlockPublicAccessResult, error) {
	err := s.setAccount(ctx, c, settingBlockImages, "")
	return &ec2.DisableImageBlockPublicAccessResult{ImageBlockPublicAccessState: ptr(unblocked)}, err
}

// GetImageBlockPublicAccessState tells whether images may be made public.
func (s *Service) GetImageBlockPublicAccessState(ctx context.Context, c *awsquery.Call, _ *ec2.GetImageBlockPublicAccessStateRequest) (*ec2.GetImageBlockPublicAccessStateResult, error) {
	out := &ec2.GetImageBlockPublicAccessStateResult{ImageBlockPublicAccessState: ptr(unblocked), ManagedBy: ptr("account")}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		a, _ := tx.Accounts().Get(c.Caller.Account)
		if v := a.Settings[settingBlockImages]; v != "" {
			out.ImageBlockPublicAccessState = ptr(v)
		}
		return nil
	})
	return out, err
}

// mayPublish refuses to make an image public where the account blocks it.
func mayPublish(tx *store.Tx, img *cloud.Image) error {
	a, _ := tx.Accounts().Get(img.Account)
	if img.Public || a.Settings[settingBlockImages] == "" {
		return nil
	}
	return cloud.Errorf(cloud.WrongState, cloud.ResImageProtection, string(img.ID),
		"You can't publicly share this image because block public access for AMIs is enabled for the account.")
}

// setAccount gives one of EC2's settings of the caller's account a value, "" to
// remove it.
func (s *Service) setAccount(ctx context.Context, c *awsquery.Call, name, value string) error {
	return s.update(ctx, c, func(tx *store.Tx) error {
		a, ok := tx.Accounts().Get(c.Caller.Account)
		if !ok {
			return cloud.Errorf(cloud.NotFound, cloud.ResAccount, string(c.Caller.Account), "")
		}
		now := maps.Clone(a.Settings)
		if now == nil {
			now = map[string]string{}
		}
		if now[name] = value; value == "" {
			delete(now, name)
		}
		a.Settings = now
		return tx.Accounts().Put(a)
	})
}
