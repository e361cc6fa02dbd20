package clc

import (
	"context"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/store"
)

// ownImage finds an image that the caller owns. Another's is said to be so when
// the caller may see it.
func ownImage(tx *store.Tx, a cloud.AccountID, id string) (cloud.Image, error) {
	if !cloud.ValidID(cloud.PrefixImage, id) {
		return cloud.Image{}, cloud.Errorf(cloud.Malformed, cloud.ResImage, id, "")
	}
	img, ok := tx.Images().Get(cloud.ImageID(id))
	switch {
	case !ok || !img.VisibleTo(a):
		return img, cloud.Errorf(cloud.NotFound, cloud.ResImage, id, "")
	case img.Account != a:
		return img, cloud.Errorf(cloud.Denied, cloud.ResImage, id, "")
	}
	return img, nil
}

// changeImage changes an image of the caller's.
func (s *Service) changeImage(ctx context.Context, c *awsquery.Call, id *string, change func(tx *store.Tx, img *cloud.Image) error) error {
	return s.update(ctx, c, func(tx *store.Tx) error {
		img, err := ownImage(tx, c.Caller.Account, text(id))
		if err != nil {
			return err
		}
		if err := change(tx, &img); err != nil {
			return err
		}
		return tx.Images().Put(img)
	})
}

// isProtected reports whether an image may not be deregistered.
func isProtected(img cloud.Image, now time.Time) bool {
	return img.Protected || now.Before(img.Unprotected)
}

// protection is EC2's word for whether an image may be deregistered.
func protection(img cloud.Image) string {
	switch {
	case img.Protected && img.Cooldown:
		return "enabled-with-cooldown"
	case img.Protected:
		return "enabled-without-cooldown"
	}
	return "disabled"
}
