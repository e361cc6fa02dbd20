package clc

import (
	"context"
	"iter"
	"slices"
	"time"

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
			return unlisted(i, in, c) || !ownedBy(tx, i, a, in.Owners) || !executableBy(i, a, in.ExecutableUsers)
		}
		found, next, err := find(c, k, query{ids: in.ImageIds, filters: in.Filters, max: in.MaxResults, token: in.NextToken,
			limits: awsquery.Limits{Min: 1, Max: 1000}})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, i := range found {
			out.Images = append(out.Images, s.renderImage(tx, a, i))
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
		_, named := slices.BinarySearch(i.Launchers, cloud.AccountID(u))
		_, me := slices.BinarySearch(i.Launchers, a)
		switch {
		case u == "all" && i.Public, u == "self" && (me || i.Account == a), u == string(i.Account),
			named && (i.Account == a || u == string(a)):
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
			return i, ok && i.VisibleTo(a)
		},
		all:     visibleImages(tx, a),
		filters: s.imageFilters(tx, id)}
}

// visibleImages are the account's own images, the public ones and those shared
// with it, each once.
func visibleImages(tx *store.Tx, a cloud.AccountID) iter.Seq[cloud.Image] {
	return func(yield func(cloud.Image) bool) {
		for i := range tx.Images().By(store.ByAccount, string(a)) {
			if i.VisibleTo(a) && !yield(i) {
				return
			}
		}
		for i := range tx.Images().By(store.ByPublic, "true") {
			if i.Account != a && i.VisibleTo(a) && !yield(i) {
				return
			}
		}
		for i := range tx.Images().By(store.ByShared, "true") {
			if i.Account != a && !i.Public && i.VisibleTo(a) && !yield(i) {
				return
			}
		}
	}
}

// imageState is an image's state as EC2 shows it.
func imageState(i cloud.Image) string {
	if i.Disabled && i.State == cloud.ImageAvailable {
		return string(cloud.ImageDisabled)
	}
	return string(i.State)
}

// unlisted reports whether an image is held back from a list: another's that is
// deprecated and one that is disabled, unless they were asked for.
func unlisted(i cloud.Image, in *ec2.DescribeImagesRequest, c *awsquery.Call) bool {
	if len(in.ImageIds) > 0 {
		return false
	}
	deprecated := !i.Deprecated.IsZero() && !c.Now.Before(i.Deprecated) && i.Account != c.Caller.Account
	return (deprecated && !truth(in.IncludeDeprecated)) || (i.Disabled && !truth(in.IncludeDisabled))
}

// imageTime is how EC2 writes an image's date.
const imageTime = "2006-01-02T15:04:05.000Z"

// imageStamp writes a time of an image, "" for none.
func imageStamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(imageTime)
}

func (s *Service) renderImage(tx *store.Tx, a cloud.AccountID, i cloud.Image) ec2.Image {
	out := ec2.Image{ImageId: ptr(string(i.ID)), ImageLocation: ptr(i.Location), State: ptr(imageState(i)),
		OwnerId: ptr(string(i.Account)), CreationDate: ptr(i.Created.UTC().Format(imageTime)), Public: ptr(i.Public),
		ImageOwnerAlias: opt(ownerAlias(tx, i)), Architecture: ptr(i.Architecture), ImageType: ptr("machine"), Name: ptr(i.Name), Description: opt(i.Description),
		RootDeviceName: ptr(i.RootDevice), RootDeviceType: ptr("instance-store"), VirtualizationType: ptr("hvm"),
		Hypervisor: ptr("xen"), EnaSupport: ptr(true), BootMode: ptr("legacy-bios"), PlatformDetails: ptr("Linux/UNIX"),
		UsageOperation: ptr("RunInstances"), BlockDeviceMappings: []ec2.BlockDeviceMapping{}, ProductCodes: []ec2.ProductCode{},
		Tags: renderTags(tx, a, string(i.ID))}
	if i.Source != "" {
		out.SourceImageId, out.SourceImageRegion = ptr(string(i.Source)), ptr(s.cfg.Region)
	}
	if i.Account == a {
		out.DeregistrationProtection = ptr(protection(i))
		out.LastLaunchedTime = opt(imageStamp(i.LastLaunched))
	}
	out.DeprecationTime = opt(imageStamp(i.Deprecated))
	if !i.Reason.IsZero() {
		out.StateReason = &ec2.StateReason{Code: ptr(i.Reason.Code), Message: ptr(i.Reason.Message)}
	}
	return out
}
