package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CopyImage makes an image of the caller's own of one that the caller may
// launch. Both have the same bytes, which stay while either of them does, so
// the copy is there at once.
func (s *Service) CopyImage(ctx context.Context, c *awsquery.Call, in *ec2.CopyImageRequest) (*ec2.CopyImageResult, error) {
	tags, err := s.readCopy(in)
	if err != nil {
		return nil, err
	}
	id, err := s.id(cloud.PrefixImage)
	if err != nil {
		return nil, err
	}
	made := id
	err = s.update(ctx, c, func(tx *store.Tx) error {
		return s.once(tx, c, in.ClientToken, func(done []string) ([]string, error) {
			if done != nil {
				made = done[0]
				return nil, nil
			}
			made = id
			return []string{id}, copyImage(tx, c.Caller.Account, in, cloud.ImageID(id), tags)
		})
	})
	return &ec2.CopyImageResult{ImageId: ptr(made)}, err
}

// readCopy checks a request to copy and returns the copy's tags.
func (s *Service) readCopy(in *ec2.CopyImageRequest) (map[string]string, error) {
	switch name := text(in.Name); {
	case cloud.CheckImageName(name) != nil:
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResImage, name, "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/', '_' and spaces")
	case text(in.SourceRegion) != s.cfg.Region:
		return nil, cloud.Errorf(cloud.NotFound, cloud.ResRegion, text(in.SourceRegion), "")
	case truth(in.Encrypted) || in.KmsKeyId != nil:
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResImage, "", "Images are encrypted where they are stored, not one by one: leave Encrypted and KmsKeyId out.")
	case in.DestinationOutpostArn != nil || in.DestinationAvailabilityZone != nil || in.DestinationAvailabilityZoneId != nil:
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResImage, "", "An image is of the whole region: leave its destination out.")
	}
	return specTags(in.TagSpecifications, "image")
}

// copyImage writes the copy's record.
func copyImage(tx *store.Tx, a cloud.AccountID, in *ec2.CopyImageRequest, id cloud.ImageID, tags map[string]string) error {
	from := text(in.SourceImageId)
	if !cloud.ValidID(cloud.PrefixImage, from) {
		return cloud.Errorf(cloud.Malformed, cloud.ResImage, from, "")
	}
	src, err := launchable(tx, a, cloud.ImageID(from))
	if err != nil {
		return err
	}
	if err := roomForImage(tx, a); err != nil {
		return err
	}
	for other := range tx.Images().By(store.ByName, string(a)+"/"+text(in.Name)) {
		if other.State != cloud.ImageDeregistered {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResImage, text(in.Name), "")
		}
	}
	own, _ := tx.TagSets().Get(from)
	if truth(in.CopyImageTags) && src.Account == a && tags == nil {
		tags = own.Tags
	}
	description := src.Description
	if in.Description != nil {
		description = *in.Description
	}
	if err := putTags(tx, cloud.TagSet{Resource: string(id), Type: "image", Account: a, Tags: tags}); err != nil {
		return err
	}
	return tx.Images().Put(cloud.Image{ID: id, Account: a, Name: text(in.Name), Description: description, Location: src.Location,
		Architecture: src.Architecture, RootDevice: src.RootDevice, State: cloud.ImageAvailable, Created: tx.Now, Blob: src.Blob,
		Simulated: src.Simulated, Source: src.ID})
}
