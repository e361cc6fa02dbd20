package clc

import (
	"context"
	"strings"
	"time"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/roles/clc/ledger"
	"ecc/rpc"
	"ecc/store"
)

// Limits of an account's images. The pending ones are few because each reads
// as much as it likes.
const (
	maxPending = 10
)

// defaultRoot is the root device when none is named.
const defaultRoot = "/dev/sda1"

// RegisterImage makes an image of a disk that the account put into a bucket,
// raw or qcow2, named as "bucket/key". What cannot be an image is refused at
// once; the bytes are taken in afterwards, while the image is pending.
func (s *Service) RegisterImage(ctx context.Context, c *awsquery.Call, in *ec2.RegisterImageRequest) (*ec2.RegisterImageResult, error) {
	img, tags, err := readImage(in)
	if err != nil {
		return nil, err
	}
	reader, err := s.As(c.Caller, readerLife)
	if err != nil {
		return nil, err
	}
	if img.Blob.Size, err = s.inspectObject(ctx, reader, img.Location); err != nil {
		return nil, err
	}
	img.Reader = &cloud.ReaderKey{ID: reader.ID, Token: reader.Token}
	img.Account, img.State = c.Caller.Account, cloud.ImagePending
	id, err := s.addImage(ctx, c, img, tags)
	if err != nil {
		return nil, err
	}
	for _, l := range s.ingest {
		l.Kick()
	}
	return &ec2.RegisterImageResult{ImageId: ptr(string(id))}, nil
}

// readImage reads and checks a request to register.
func readImage(in *ec2.RegisterImageRequest) (cloud.Image, map[string]string, error) {
	var img cloud.Image
	switch {
	case cloud.CheckImageName(text(in.Name)) != nil:
		return img, nil, cloud.Errorf(cloud.Invalid, cloud.ResImage, text(in.Name), "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/', '_' and spaces")
	case text(in.ImageLocation) == "":
		return img, nil, cloud.Errorf(cloud.Unsupported, cloud.ResImage, "", "This cloud has no snapshots yet: put a whole-disk image into a bucket and name it in ImageLocation as bucket/key.")
	case in.KernelId != nil || in.RamdiskId != nil:
		return img, nil, cloud.Errorf(cloud.Unsupported, cloud.ResImage, "", "Whole-disk images boot their own kernel: KernelId and RamdiskId are not offered yet.")
	case len(in.BlockDeviceMappings) > 0:
		return img, nil, cloud.Errorf(cloud.Unsupported, cloud.ResVolume, "", "This cloud has no snapshots and volumes yet: an image is one whole disk.")
	case in.TpmSupport != nil || in.UefiData != nil || in.ImdsSupport != nil:
		return img, nil, cloud.Errorf(cloud.Unsupported, cloud.ResImage, "", "TpmSupport, UefiData and ImdsSupport are not offered yet.")
	case text(in.VirtualizationType) != "" && text(in.VirtualizationType) != "hvm":
		return img, nil, cloud.Errorf(cloud.Unsupported, cloud.ResImage, "", "Only hvm images are offered.")
	case text(in.Architecture) != "" && text(in.Architecture) != "x86_64":
		return img, nil, cloud.Errorf(cloud.Unsupported, cloud.ResImage, "", "Only x86_64 images are offered.")
	case text(in.BootMode) != "" && text(in.BootMode) != "legacy-bios":
		return img, nil, cloud.Errorf(cloud.Unsupported, cloud.ResImage, "", "Only legacy-bios images are offered.")
	}
	img = cloud.Image{Name: text(in.Name), Description: text(in.Description), Architecture: "x86_64",
		RootDevice: text(in.RootDeviceName), Location: strings.TrimPrefix(text(in.ImageLocation), "/")}
	if img.RootDevice == "" {
		img.RootDevice = defaultRoot
	}
	if !strings.HasPrefix(img.RootDevice, "/dev/") || len(img.RootDevice) > 64 {
		return img, nil, cloud.Errorf(cloud.Invalid, cloud.AnyResource, "", "'%s' is not a root device name", img.RootDevice)
	}
	tags, err := specTags(in.TagSpecifications, "image")
	return img, tags, err
}

// readerLife is how long an image may take to be taken in. It is read with the
// rights of who registered it: not with those of the account's root.
const readerLife = 24 * time.Hour

// inspectObject looks at an object with somebody's rights.
func (s *Service) inspectObject(ctx context.Context, as cloud.SessionKey, location string) (cloud.Bytes, error) {
	bucket, key, ok := strings.Cut(location, "/")
	if !ok || bucket == "" || key == "" {
		return 0, cloud.Errorf(cloud.Invalid, cloud.ResManifest, location, "The image location must be bucket/key")
	}
	return s.images.Inspect(ctx, Object{Bucket: bucket, Key: key, As: as})
}

// addImage writes a new image's record under a name that is free.
func (s *Service) addImage(ctx context.Context, c *awsquery.Call, img cloud.Image, tags map[string]string) (cloud.ImageID, error) {
	id, err := s.id(cloud.PrefixImage)
	if err != nil {
		return "", err
	}
	img.ID = cloud.ImageID(id)
	err = s.update(ctx, c, func(tx *store.Tx) error {
		if err := roomForImage(tx, img.Account); err != nil {
			return err
		}
		for other := range tx.Images().By(store.ByName, string(img.Account)+"/"+img.Name) {
			if other.State != cloud.ImageDeregistered {
				return cloud.Errorf(cloud.AlreadyExists, cloud.ResImage, img.Name, "AMI name %s is already in use by AMI %s", img.Name, other.ID)
			}
		}
		img.Created = tx.Now
		if err := tx.Images().Put(img); err != nil {
			return err
		}
		if len(tags) == 0 {
			return nil
		}
		return tx.TagSets().Put(cloud.TagSet{Resource: id, Type: "image", Account: img.Account, Tags: tags})
	})
	return img.ID, err
}

// roomForImage refuses an account that has too many images under way.
func roomForImage(tx *store.Tx, a cloud.AccountID) error {
	pending := 0
	for img := range tx.Images().By(store.ByAccount, string(a)) {
		if img.State == cloud.ImagePending {
			pending++
		}
	}
	if pending >= maxPending {
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResImage, "", "%d of your AMIs are pending: try again when one is available.", pending)
	}
	return nil
}

// registerBlob makes an image of an index that is in the store already, for an
// operator's import.
func (s *Service) registerBlob(ctx context.Context, r rpc.RegisterRequest) (cloud.ImageID, error) {
	if err := cloud.CheckImageName(r.Name); err != nil {
		return "", err
	}
	a, err := s.accountNamed(ctx, r.Account)
	if err != nil {
		return "", err
	}
	access, err := s.images.Access(ctx)
	if err != nil {
		return "", err
	}
	r.Blob.Bucket = access.Bucket
	if _, err := s.images.Objects(ctx, r.Blob); err != nil {
		return "", err
	}
	return s.addImage(ctx, ledger.Operator("RegisterImage", &r), cloud.Image{Account: a.ID, Name: r.Name, Description: r.Description, Public: r.Public,
		Location: r.Blob.Bucket + "/" + r.Blob.Index, Architecture: "x86_64", RootDevice: defaultRoot,
		State: cloud.ImageAvailable, Blob: r.Blob}, nil)
}
