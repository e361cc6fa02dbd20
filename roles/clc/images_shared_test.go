package clc_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// listed returns the ids of the images a tenant lists.
func (tn *tenant) listed(in *sdk.DescribeImagesInput) []string {
	tn.f.t.Helper()
	out := []string{}
	for _, i := range must[*sdk.DescribeImagesOutput](tn.f.t)(tn.ec2.DescribeImages(tn.f.t.Context(), in)).Images {
		out = append(out, *i.ImageId)
	}
	return out
}

// elementOf is the text of the first element of a name in an answer.
func elementOf(a answer, name string) string {
	_, rest, _ := strings.Cut(string(a.body), "<"+name+">")
	text, _, _ := strings.Cut(rest, "<")
	return text
}

// share changes who may launch an image of bob's.
func (f *fixture) share(m types.LaunchPermissionModifications) {
	f.t.Helper()
	_, err := f.bob.ec2.ModifyImageAttribute(f.t.Context(), &sdk.ModifyImageAttributeInput{ImageId: aws.String(privateID), LaunchPermission: &m})
	ok(f.t, err)
}

// An image may be shared with an account, which then sees and launches it, and
// taken back.
func TestImageIsShared(t *testing.T) {
	f := newCloud(t)
	alice := types.LaunchPermission{UserId: aws.String(string(f.alice.account.ID))}
	mine := &sdk.DescribeImagesInput{ExecutableUsers: []string{"self"}, Owners: []string{string(f.bob.account.ID)}}
	f.alice.refused("RunInstances", launch.with(args{"ImageId": privateID}), "InvalidAMIID.NotFound")
	f.share(types.LaunchPermissionModifications{Add: []types.LaunchPermission{alice}})
	same(t, "shared with alice", []string{privateID}, f.alice.listed(mine))
	ok(t, f.alice.query2("RunInstances", launch.with(args{"ImageId": privateID, "Placement.AvailabilityZone": zoneA})))
	f.alice.refused("DescribeImageAttribute", args{"ImageId": privateID, "Attribute": "launchPermission"}, "AuthFailure")
	f.alice.refused("DeregisterImage", args{"ImageId": privateID}, "AuthFailure")
	out := must[*sdk.DescribeImageAttributeOutput](t)(f.bob.ec2.DescribeImageAttribute(t.Context(), &sdk.DescribeImageAttributeInput{
		ImageId: aws.String(privateID), Attribute: types.ImageAttributeNameLaunchPermission}))
	same(t, "launch permissions", 1, len(out.LaunchPermissions))
	same(t, "of", *alice.UserId, *out.LaunchPermissions[0].UserId)

	f.share(types.LaunchPermissionModifications{Remove: []types.LaunchPermission{alice}})
	f.alice.refused("RunInstances", launch.with(args{"ImageId": privateID}), "InvalidAMIID.NotFound")
	f.alice.refused("DescribeImages", args{"ImageId.1": privateID}, "InvalidAMIID.NotFound")

	ok(t, f.bob.query2("ModifyImageAttribute", args{"ImageId": privateID, "Attribute": "launchPermission", "OperationType": "add", "UserGroup.1": "all"}))
	same(t, "public", []string{publicID, privateID}, f.alice.listed(&sdk.DescribeImagesInput{ExecutableUsers: []string{"all"}}))
	ok(t, f.bob.query2("ResetImageAttribute", args{"ImageId": privateID, "Attribute": "launchPermission"}))
	same(t, "not any more", []string{publicID}, f.alice.listed(&sdk.DescribeImagesInput{ExecutableUsers: []string{"all"}}))
	ok(t, f.bob.query2("EnableImageBlockPublicAccess", args{"ImageBlockPublicAccessState": "block-new-sharing"}))
	f.bob.refused("ModifyImageAttribute", args{"ImageId": privateID, "LaunchPermission.Add.1.Group": "all"}, "OperationNotPermitted")
	ok(t, f.bob.query2("DisableImageBlockPublicAccess", nil))
	ok(t, f.bob.query2("ModifyImageAttribute", args{"ImageId": privateID, "LaunchPermission.Add.1.Group": "all"}))
}

// Deprecated images are listed for their owner, and for others who ask for
// them; disabled ones for nobody else, and nobody launches them.
func TestImageIsRetired(t *testing.T) {
	f := newCloud(t)
	at := begin.Add(time.Hour)
	_, err := f.bob.ec2.EnableImageDeprecation(t.Context(), &sdk.EnableImageDeprecationInput{ImageId: aws.String(publicID), DeprecateAt: &at})
	ok(t, err)
	bobs := func(in sdk.DescribeImagesInput) *sdk.DescribeImagesInput {
		in.Owners = []string{string(f.bob.account.ID)}
		return &in
	}
	same(t, "before", []string{publicID}, f.alice.listed(bobs(sdk.DescribeImagesInput{})))
	f.clock.forward(2 * time.Hour)
	same(t, "after", []string{}, f.alice.listed(bobs(sdk.DescribeImagesInput{})))
	same(t, "asked for", []string{publicID}, f.alice.listed(bobs(sdk.DescribeImagesInput{IncludeDeprecated: aws.Bool(true)})))
	same(t, "named", []string{publicID}, f.alice.listed(&sdk.DescribeImagesInput{ImageIds: []string{publicID}}))
	same(t, "its owner", 2, len(f.bob.listed(bobs(sdk.DescribeImagesInput{}))))
	ok(t, f.bob.query2("DisableImageDeprecation", args{"ImageId": publicID}))
	same(t, "again", []string{publicID}, f.alice.listed(bobs(sdk.DescribeImagesInput{})))

	ok(t, f.bob.query2("DisableImage", args{"ImageId": publicID}))
	f.alice.refused("RunInstances", launch.with(args{"ImageId": publicID}), "InvalidAMIID.NotFound")
	f.bob.refused("RunInstances", launch.with(args{"ImageId": publicID}), "InvalidAMIID.Unavailable")
	same(t, "hidden", []string{privateID}, f.bob.listed(bobs(sdk.DescribeImagesInput{})))
	out := must[*sdk.DescribeImagesOutput](t)(f.bob.ec2.DescribeImages(t.Context(), &sdk.DescribeImagesInput{ImageIds: []string{publicID}}))
	same(t, "state", types.ImageStateDisabled, out.Images[0].State)
	ok(t, f.bob.query2("EnableImage", args{"ImageId": publicID}))
	ok(t, f.bob.query2("RunInstances", launch.with(args{"ImageId": publicID, "Placement.AvailabilityZone": zoneA})))
}

// A copy shares the bytes: they go with the last of the two.
func TestImageIsCopied(t *testing.T) {
	f := newCloud(t)
	in := args{"Name": "a copy", "SourceImageId": publicID, "SourceRegion": region, "ClientToken": "once"}
	first := f.alice.query("CopyImage", in)
	same(t, "status", 200, first.status)
	id := elementOf(first, "imageId")
	again := f.alice.query("CopyImage", in)
	same(t, "replay", id, elementOf(again, "imageId"))
	f.alice.refused("CopyImage", in.with(args{"Name": "another"}), "IdempotentParameterMismatch")
	f.alice.refused("CopyImage", in.with(args{"ClientToken": ""}), "InvalidAMIName.Duplicate")
	f.alice.refused("CopyImage", in.with(args{"ClientToken": "", "Name": "x y", "SourceRegion": "mars-1"}), "InvalidParameterValue")
	f.alice.refused("CopyImage", in.with(args{"ClientToken": "", "Name": "x y", "SourceImageId": privateID}), "InvalidAMIID.NotFound")
	f.alice.refused("CopyImage", in.with(args{"ClientToken": "", "Name": "x y", "Encrypted": "true"}), "UnsupportedOperation")
	out := must[*sdk.DescribeImagesOutput](t)(f.alice.ec2.DescribeImages(t.Context(), &sdk.DescribeImagesInput{ImageIds: []string{id}})).Images[0]
	same(t, "source", publicID, *out.SourceImageId)
	same(t, "owner", string(f.alice.account.ID), *out.OwnerId)

	var blob cloud.ImageBlob
	f.view(func(tx *store.Tx) { img, _ := tx.Images().Get(publicID); blob = img.Blob })
	ok(t, f.bob.query2("DeregisterImage", args{"ImageId": publicID}))
	ok(t, clc.RemoveRound(f.svc, t.Context()))
	same(t, "bytes kept", false, slices.Contains(f.images.removed, blob.Index))
	f.view(func(tx *store.Tx) { _, there := tx.Images().Get(publicID); same(t, "record", false, there) })
	ok(t, f.alice.query2("RunInstances", launch.with(args{"ImageId": id, "Placement.AvailabilityZone": zoneA})))
	ok(t, f.alice.query2("EnableImageDeregistrationProtection", args{"ImageId": id, "WithCooldown": "true"}))
	f.alice.refused("DeregisterImage", args{"ImageId": id}, "OperationNotPermitted")
	ok(t, f.alice.query2("DisableImageDeregistrationProtection", args{"ImageId": id}))
	f.alice.refused("DeregisterImage", args{"ImageId": id}, "OperationNotPermitted")
	f.clock.forward(25 * time.Hour)
	ok(t, f.alice.query2("DeregisterImage", args{"ImageId": id}))
	ok(t, clc.RemoveRound(f.svc, t.Context()))
	same(t, "bytes kept for the instance", false, slices.Contains(f.images.removed, blob.Index))
}

func TestImageAttributeRefusals(t *testing.T) {
	f := newCloud(t)
	own := args{"ImageId": imageID}
	for name, c := range map[string]struct {
		action string
		a      args
		code   string
	}{
		"nothing":                {"ModifyImageAttribute", own, "MissingParameter"},
		"unknown attribute":      {"ModifyImageAttribute", own.with(args{"Attribute": "color", "Value": "red"}), "InvalidParameterValue"},
		"long description":       {"ModifyImageAttribute", own.with(args{"Description.Value": strings.Repeat("x", 256)}), "InvalidParameterValue"},
		"no operation":           {"ModifyImageAttribute", own.with(args{"Attribute": "launchPermission", "UserId.1": "123456789012"}), "MissingParameter"},
		"no account":             {"ModifyImageAttribute", own.with(args{"LaunchPermission.Add.1.UserId": "bob"}), "InvalidUserID.Malformed"},
		"another group":          {"ModifyImageAttribute", own.with(args{"LaunchPermission.Add.1.Group": "some"}), "InvalidParameterValue"},
		"group and user":         {"ModifyImageAttribute", own.with(args{"LaunchPermission.Add.1.Group": "all", "LaunchPermission.Add.1.UserId": "123456789012"}), "InvalidParameterCombination"},
		"product codes":          {"ModifyImageAttribute", own.with(args{"ProductCode.1": "x"}), "UnsupportedOperation"},
		"organization":           {"ModifyImageAttribute", own.with(args{"OrganizationArn.1": "arn:aws:organizations::1:o"}), "UnsupportedOperation"},
		"metadata":               {"ModifyImageAttribute", own.with(args{"ImdsSupport.Value": "v2.0"}), "UnsupportedOperation"},
		"malformed":              {"ModifyImageAttribute", args{"ImageId": "ami-x", "Description.Value": "d"}, "InvalidAMIID.Malformed"},
		"another's":              {"ModifyImageAttribute", args{"ImageId": privateID, "Description.Value": "d"}, "InvalidAMIID.NotFound"},
		"another's public":       {"ModifyImageAttribute", args{"ImageId": publicID, "Description.Value": "d"}, "AuthFailure"},
		"only asked":             {"ModifyImageAttribute", own.with(args{"Description.Value": "d", "DryRun": "true"}), "DryRunOperation"},
		"describe unknown":       {"DescribeImageAttribute", own.with(args{"Attribute": "color"}), "InvalidParameterValue"},
		"describe another's":     {"DescribeImageAttribute", args{"ImageId": privateID, "Attribute": "description"}, "InvalidAMIID.NotFound"},
		"reset another's":        {"ResetImageAttribute", args{"ImageId": publicID, "Attribute": "launchPermission"}, "AuthFailure"},
		"reset something else":   {"ResetImageAttribute", own.with(args{"Attribute": "description"}), "InvalidParameterValue"},
		"deprecate yesterday":    {"EnableImageDeprecation", own.with(args{"DeprecateAt": "2020-01-01T00:00:00Z"}), "InvalidParameterValue"},
		"deprecate in a century": {"EnableImageDeprecation", own.with(args{"DeprecateAt": "2126-01-01T00:00:00Z"}), "InvalidParameterValue"},
		"deprecate whenever":     {"EnableImageDeprecation", own.with(args{"DeprecateAt": "soon"}), "InvalidParameterValue"},
		"block how":              {"EnableImageBlockPublicAccess", args{"ImageBlockPublicAccessState": "a little"}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.alice.query(c.action, c.a); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
		})
	}
	f.view(func(tx *store.Tx) {
		img, _ := tx.Images().Get(imageID)
		same(t, "untouched", cloud.Image{}.Description, img.Description)
		same(t, "untouched", false, img.Public || img.Shared() || img.Disabled)
	})
}

// foreignImages are actions with the id of alice's image.
func foreignImages() []foreignCase {
	const code = "InvalidAMIID.NotFound"
	its := args{"ImageId": imageID}
	return []foreignCase{
		{"CopyImage", args{"Name": "a copy", "SourceImageId": imageID, "SourceRegion": region}, code},
		{"DescribeImageAttribute", its.with(args{"Attribute": "description"}), code},
		{"DisableImage", its, code},
		{"DisableImageDeprecation", its, code},
		{"DisableImageDeregistrationProtection", its, code},
		{"EnableImage", its, code},
		{"EnableImageDeprecation", its.with(args{"DeprecateAt": "2027-01-02T03:04:05Z"}), code},
		{"EnableImageDeregistrationProtection", its, code},
		{"ModifyImageAttribute", its.with(args{"Description.Value": "mine"}), code},
		{"ResetImageAttribute", its.with(args{"Attribute": "launchPermission"}), code},
	}
}

// What clients read of images and keys, to the letter.
func TestImagesOnTape(t *testing.T) {
	f := newCloud(t)
	f.images.objects["disks/debian.raw"] = 3 * cloud.GiB
	tp := newTape(f)
	own := args{"ImageId": imageID}
	tp.does(f.alice, "ModifyImageAttribute", own.with(args{"LaunchPermission.Add.1.UserId": "123456789012", "LaunchPermission.Add.2.Group": "all"}))
	for _, c := range []struct {
		action string
		a      args
	}{
		{"RegisterImage", args{"Name": "debian", "ImageLocation": "disks/debian.raw"}},
		{"CopyImage", args{"Name": "copy", "SourceImageId": imageID, "SourceRegion": region}},
		{"DescribeImageAttribute", own.with(args{"Attribute": "launchPermission"})},
		{"EnableImageDeprecation", own.with(args{"DeprecateAt": "2027-01-02T03:04:05Z"})},
		{"EnableImageDeregistrationProtection", own},
		{"DescribeImages", args{"ImageId.1": imageID}},
		{"DescribeImages", args{"ImageId.1": privateID}},
		{"DeregisterImage", own},
		{"DisableImageDeregistrationProtection", own},
		{"DisableImageDeprecation", own},
		{"ModifyImageAttribute", own.with(args{"Description.Value": "words"})},
		{"DescribeImageAttribute", own.with(args{"Attribute": "description"})},
		{"ResetImageAttribute", own.with(args{"Attribute": "launchPermission"})},
		{"DisableImage", own},
		{"EnableImage", own},
		{"EnableImageBlockPublicAccess", args{"ImageBlockPublicAccessState": "block-new-sharing"}},
		{"ModifyImageAttribute", own.with(args{"LaunchPermission.Add.1.Group": "all"})},
		{"GetImageBlockPublicAccessState", nil},
		{"DisableImageBlockPublicAccess", nil},
		{"DeregisterImage", own},
		{"ImportKeyPair", args{"KeyName": "k", "PublicKeyMaterial": "c3NoLWVkMjU1MTkgQUFBQUMzTnphQzFsWkRJMU5URTVBQUFBSU5aRnF1Z3A1ZTMrMmtsOE1XZFpNR3hBbnFIaEFVc3VvYlI2eUJrUWlFZjUgbWU="}},
		{"DescribeKeyPairs", args{"KeyName.1": "k", "IncludePublicKey": "true"}},
		{"CreateKeyPair", args{"KeyName": "k"}},
		{"CreateKeyPair", args{"KeyName": "made", "KeyType": "ed25519"}},
		{"DeleteKeyPair", args{"KeyName": "k"}},
		{"DescribeKeyPairs", args{"KeyName.1": "k"}},
	} {
		tp.do(f.alice, c.action, c.a)
	}
	tp.check()
}
