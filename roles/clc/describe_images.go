package clc

import (
	"context"
	"iter"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeImages lists the images an account may see: its own and public ones.
func (s *Service) DescribeImages(ctx context.Context, c *awsquery.Call, in *ec2.DescribeImagesRequest) (*ec2.DescribeImagesResult, error) {
	out := &ec2.DescribeImagesResult{Images: []ec2.Image{}}
	a := c.Caller.Account
	err := s.store.View(ctx, func(tx *store.Tx) error {
		k := s.imageKind(tx, a)
		k.hide = func(i cloud.Image) bool {
			return !ownedBy(tx, i, a, in.Owners) || !executableBy(i, a, in.ExecutableUsers)
		}
		found, next, err := find(c, k, query{ids: in.ImageIds, filters: in.Filters, max: in.MaxResults, token: in.NextToken,
			limits: awsquery.Limits{Min: 1, Max: 1000}})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, i := range found {
			out.Images = append(out.Images, renderImage(tx, a, i))
		}
		return nil
	})
	return out, err
}

// ownedBy reports whether an image passes the Owner parameter: account ids and
// the words self, amazon (the administrator's images are the cloud's stock)
// and aws-marketplace.
func ownedBy(tx *store.Tx, i cloud.Image, a cloud.AccountID, owners []string) bool {
	for _, o := range owners {
		switch {
		case o == string(i.Account), o == "self" && i.Account == a:
			return true
		case o != "" && o == ownerAlias(tx, i):
			return true
		}
	}
	return len(owners) == 0
}

// ownerAlias is EC2's word for an image's owner: the administrator's images are
// the cloud's stock, as Amazon's are there.
func ownerAlias(tx *store.Tx, i cloud.Image) string {
	if owner, _ := tx.Accounts().Get(i.Account); owner.Admin {
		return "amazon"
	}
	return ""
}

// executableBy reports whether an image passes the ExecutableBy parameter.
func executableBy(i cloud.Image, a cloud.AccountID, users []string) bool {
	for _, u := range users {
		if (u == "all" && i.Public) || (u == "self" && i.Account == a) || u == string(i.Account) {
			return true
		}
	}
	return len(users) == 0
}

// imageKind is what a query for images knows of them.
func (s *Service) imageKind(tx *store.Tx, a cloud.AccountID) kind[cloud.Image] {
	type img = cloud.Image
	id := func(i img) string { return string(i.ID) }
	return kind[img]{resource: cloud.ResImage, prefix: cloud.PrefixImage, id: id, tags: tagsOf(tx, a, id),
		get: func(id string) (img, bool) {
			i, ok := tx.Images().Get(cloud.ImageID(id))
			return i, ok && visible(i, a)
		},
		all: visibleImages(tx, a),
		filters: awsquery.Filters[img]{
			"architecture":         one(func(i img) string { return i.Architecture }),
			"creation-date":        one(func(i img) string { return i.Created.UTC().Format(imageTime) }),
			"description":          one(func(i img) string { return i.Description }),
			"ena-support":          fixed[img]("true"),
			"hypervisor":           fixed[img]("xen"),
			"image-id":             one(id),
			"image-type":           fixed[img]("machine"),
			"is-public":            one(func(i img) string { return enabled(i.Public, "true", "false") }),
			"manifest-location":    one(func(i img) string { return i.Location }),
			"name":                 one(func(i img) string { return i.Name }),
			"owner-alias":          one(func(i img) string { return ownerAlias(tx, i) }),
			"owner-id":             one(func(i img) string { return string(i.Account) }),
			"platform":             fixed[img](),
			"root-device-name":     one(func(i img) string { return i.RootDevice }),
			"root-device-type":     fixed[img]("instance-store"),
			"state":                one(func(i img) string { return string(i.State) }),
			"state-reason-code":    one(func(i img) string { return i.Reason.Code }),
			"virtualization-type":  fixed[img]("hvm"),
			"kernel-id":            fixed[img](),
			"ramdisk-id":           fixed[img](),
			"product-code":         fixed[img](),
			"product-code.type":    fixed[img](),
			"free-tier-eligible":   fixed[img]("false"),
			"image-allowed":        fixed[img]("true"),
			"source-image-id":      fixed[img](),
			"source-image-region":  fixed[img](),
			"source-instance-id":   fixed[img](),
			"sriov-net-support":    fixed[img](),
			"state-reason-message": one(func(i img) string { return i.Reason.Message }),
			"block-device-mapping.delete-on-termination": fixed[img](),
			"block-device-mapping.device-name":           fixed[img](),
			"block-device-mapping.encrypted":             fixed[img](),
			"block-device-mapping.snapshot-id":           fixed[img](),
			"block-device-mapping.volume-size":           fixed[img](),
			"block-device-mapping.volume-type":           fixed[img](),
		}}
}

func visible(i cloud.Image, a cloud.AccountID) bool {
	return i.State != cloud.ImageDeregistered && (i.Account == a || i.Public)
}

// visibleImages are the account's own images and the public ones.
func visibleImages(tx *store.Tx, a cloud.AccountID) iter.Seq[cloud.Image] {
	return func(yield func(cloud.Image) bool) {
		for i := range tx.Images().All() {
			if visible(i, a) && !yield(i) {
				return
			}
		}
	}
}

// imageTime is how EC2 writes an image's date.
const imageTime = "2006-01-02T15:04:05.000Z"

func renderImage(tx *store.Tx, a cloud.AccountID, i cloud.Image) ec2.Image {
	out := ec2.Image{ImageId: ptr(string(i.ID)), ImageLocation: ptr(i.Location), State: ptr(string(i.State)),
		OwnerId: ptr(string(i.Account)), CreationDate: ptr(i.Created.UTC().Format(imageTime)), Public: ptr(i.Public),
		ImageOwnerAlias: opt(ownerAlias(tx, i)), Architecture: ptr(i.Architecture), ImageType: ptr("machine"), Name: ptr(i.Name), Description: opt(i.Description),
		RootDeviceName: ptr(i.RootDevice), RootDeviceType: ptr("instance-store"), VirtualizationType: ptr("hvm"),
		Hypervisor: ptr("xen"), EnaSupport: ptr(true), BootMode: ptr("legacy-bios"), PlatformDetails: ptr("Linux/UNIX"),
		UsageOperation: ptr("RunInstances"), BlockDeviceMappings: []ec2.BlockDeviceMapping{}, ProductCodes: []ec2.ProductCode{},
		Tags: renderTags(tx, a, string(i.ID))}
	if !i.Reason.IsZero() {
		out.StateReason = &ec2.StateReason{Code: ptr(i.Reason.Code), Message: ptr(i.Reason.Message)}
	}
	return out
}
