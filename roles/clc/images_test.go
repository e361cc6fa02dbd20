package clc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// register registers alice's object.
func (f *fixture) register(name, location string) (string, error) {
	out, err := f.alice.ec2.RegisterImage(f.t.Context(), &sdk.RegisterImageInput{Name: &name, ImageLocation: &location,
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeImage, Tags: []types.Tag{{Key: aws.String("os"), Value: aws.String("debian")}}}}})
	if err != nil {
		return "", err
	}
	return *out.ImageId, nil
}

func (f *fixture) imageState(id string) string {
	f.t.Helper()
	out, err := f.alice.ec2.DescribeImages(f.t.Context(), &sdk.DescribeImagesInput{ImageIds: []string{id}})
	if err != nil {
		return codeOf(err)
	}
	s := string(out.Images[0].State)
	if r := out.Images[0].StateReason; r != nil {
		s += " " + *r.Code + ": " + *r.Message
	}
	return s
}

// An image is pending until its bytes are taken in with its owner's rights,
// and its bytes stay while an instance uses it.
func TestImageLife(t *testing.T) {
	f := newCloud(t)
	f.images.objects["disks/debian.raw"] = 3 * cloud.GiB
	id := must[string](t)(f.register("debian 12", "/disks/debian.raw"))
	same(t, "state", "pending", f.imageState(id))
	f.alice.refused("RunInstances", launch.with(args{"ImageId": id}), "InvalidAMIID.Unavailable")
	ok(t, clc.IngestRound(f.svc, t.Context()))
	same(t, "state", "available", f.imageState(id))
	as := f.images.taken[cloud.ImageID(id)].As
	reader := must[cloud.Credential](t)(f.svc.Credential(t.Context(), as.ID, as.Token))
	same(t, "read as", cloud.IAMARN(f.alice.account.ID, "root"), reader.Caller.ARN)
	f.view(func(tx *store.Tx) {
		img, _ := tx.Images().Get(cloud.ImageID(id))
		same(t, "session that is kept", true, img.Reader == nil)
	})
	same(t, "tags", map[string]string{"os": "debian"}, f.alice.tagsOf(id))
	instance := *f.alice.run(1, inZone(zoneA), func(in *sdk.RunInstancesInput) { in.ImageId = &id }).Instances[0].InstanceId
	same(t, "disk", 3*cloud.GiB, f.instance(instance).Disk)

	_, err := f.alice.ec2.DeregisterImage(t.Context(), &sdk.DeregisterImageInput{ImageId: &id})
	ok(t, err)
	same(t, "state", "InvalidAMIID.NotFound", f.imageState(id))
	f.alice.refused("DeregisterImage", args{"ImageId": id}, "InvalidAMIID.NotFound")
	f.alice.refused("RunInstances", launch.with(args{"ImageId": id}), "InvalidAMIID.NotFound")
	ok(t, clc.IngestRound(f.svc, t.Context()))
	same(t, "removed while used", 0, len(f.images.removed))
	must[string](t)(f.alice.terminate(instance))
	f.zone.follow()
	ok(t, clc.IngestRound(f.svc, t.Context()))
	same(t, "removed", []string{"images/" + id + "/index"}, f.images.removed)
	f.view(func(tx *store.Tx) {
		if _, there := tx.Images().Get(cloud.ImageID(id)); there {
			t.Error("the record is left")
		}
	})
	again := must[string](t)(f.register("debian 12", "disks/debian.raw")) // the name is free
	same(t, "state", "pending", f.imageState(again))
}

// What cannot be an image becomes failed, with the reason; what the store
// could not do now is tried again.
func TestImageFails(t *testing.T) {
	f := newCloud(t)
	f.images.objects["disks/x"] = cloud.GiB
	id := must[string](t)(f.register("xyz", "disks/x"))
	f.images.broken["disks/x"] = errors.New("the store is away")
	if err := clc.IngestRound(f.svc, t.Context()); err == nil {
		t.Error("no error")
	}
	same(t, "state", "pending", f.imageState(id))
	f.images.broken["disks/x"] = &cloud.Error{Kind: cloud.Unavailable, Err: cloud.Errorf(cloud.Denied, cloud.ResBucket, "", "")}
	if err := clc.IngestRound(f.svc, t.Context()); err == nil {
		t.Error("no error")
	}
	same(t, "state when the image store refuses", "pending", f.imageState(id))
	f.images.broken["disks/x"] = cloud.Errorf(cloud.Invalid, cloud.ResManifest, "", "the image is truncated")
	ok(t, clc.IngestRound(f.svc, t.Context()))
	same(t, "state", "failed "+cloud.ReasonImageUnreadable+": the image is truncated", f.imageState(id))
	f.alice.refused("RunInstances", launch.with(args{"ImageId": id}), "InvalidAMIID.Unavailable")
}

// An image deregistered while it was taken in leaves nothing.
func TestImageDeregisteredWhilePending(t *testing.T) {
	f := newCloud(t)
	f.images.objects["disks/x"] = cloud.GiB
	id := must[string](t)(f.register("xyz", "disks/x"))
	ok(t, f.alice.query2("DeregisterImage", args{"ImageId": id}))
	ok(t, clc.IngestRound(f.svc, t.Context()))
	same(t, "taken in", 0, len(f.images.taken))
	same(t, "removed", []string{"images/" + id + "/index"}, f.images.removed)
}

func TestImageRefusals(t *testing.T) {
	f := newCloud(t)
	f.images.objects["disks/x"] = cloud.GiB
	good := args{"Name": "image one", "ImageLocation": "disks/x"}
	ok(t, f.alice.query2("RegisterImage", good))
	for name, c := range map[string]struct {
		change args
		code   string
	}{
		"name taken":           {nil, "InvalidAMIName.Duplicate"},
		"name with a newline":  {args{"Name": "a\nb c"}, "InvalidAMIName.Malformed"},
		"name with a shell":    {args{"Name": "$(reboot)"}, "InvalidAMIName.Malformed"},
		"short name":           {args{"Name": "ab"}, "InvalidParameterValue"},
		"no name":              {args{"Name": "-"}, "MissingParameter"},
		"long description":     {args{"Name": "other", "Description": strings.Repeat("x", 256)}, "InvalidParameterValue"},
		"no location":          {args{"Name": "other", "ImageLocation": "-"}, "UnsupportedOperation"},
		"location of a bucket": {args{"Name": "other", "ImageLocation": "disks"}, "InvalidManifest"},
		"nothing there":        {args{"Name": "other", "ImageLocation": "disks/none"}, "InvalidManifest"},
		"kernel":               {args{"Name": "other", "KernelId": "aki-1"}, "UnsupportedOperation"},
		"paravirtual":          {args{"Name": "other", "VirtualizationType": "paravirtual"}, "UnsupportedOperation"},
		"another machine":      {args{"Name": "other", "Architecture": "arm64"}, "UnsupportedOperation"},
		"firmware":             {args{"Name": "other", "BootMode": "uefi"}, "UnsupportedOperation"},
		"snapshot":             {args{"Name": "other", "BlockDeviceMapping.1.DeviceName": "/dev/sda1", "BlockDeviceMapping.1.Ebs.SnapshotId": "snap-1"}, "UnsupportedOperation"},
		"metadata version":     {args{"Name": "other", "ImdsSupport": "v2.0"}, "UnsupportedOperation"},
		"root device":          {args{"Name": "other", "RootDeviceName": "sda"}, "InvalidParameterValue"},
		"tags of another kind": {args{"Name": "other", "TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "k"}, "InvalidParameterValue"},
		"only asked":           {args{"Name": "other", "DryRun": "true"}, "DryRunOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.alice.query("RegisterImage", good.with(c.change)); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
		})
	}
	if got := f.bob.query("RegisterImage", good); got.code != "" {
		t.Errorf("the name in another account: %s", got.code)
	}
}
