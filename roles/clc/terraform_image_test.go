package clc_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecc/cloud"
	"ecc/roles/clc"
)

// What the provider asks before anything else: whose the credentials are, and
// whether the region is one.
func TestTerraformStarts(t *testing.T) {
	f := newCloud(t)
	who := must[*sts.GetCallerIdentityOutput](t)(f.alice.sts.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}))
	same(t, "account and ARN", [2]string{string(f.alice.account.ID), cloud.IAMARN(f.alice.account.ID, "root")}, [2]string{*who.Account, *who.Arn})
	regions := must[*sdk.DescribeRegionsOutput](t)(f.alice.ec2.DescribeRegions(t.Context(), &sdk.DescribeRegionsInput{AllRegions: aws.Bool(true), RegionNames: []string{region}}))
	same(t, "region", []string{region, "opt-in-not-required"}, []string{*regions.Regions[0].RegionName, *regions.Regions[0].OptInStatus})
	zones := must[*sdk.DescribeAvailabilityZonesOutput](t)(f.alice.ec2.DescribeAvailabilityZones(t.Context(), &sdk.DescribeAvailabilityZonesInput{Filters: []types.Filter{filter("state", "available")}}))
	same(t, "zones", 2, len(zones.AvailabilityZones))
}

// seenKey is what Terraform's aws_key_pair keeps of a refresh.
type seenKey struct {
	Name, Kind, Fingerprint string
	HasID                   bool
	Tags                    map[string]string
}

const (
	publicKey   = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINZFqugp5e3+2kl8MWdZMGxAnqHhAUsuobR6yBkQiEf5 me"
	fingerprint = "gyu/YMGuZM5oY9PxFRyZe8ks/LeoXMsK/x6lJF2fqz4=" // as ssh-keygen -l prints it
)

func TestTerraformKeyPair(t *testing.T) {
	f := newCloud(t)
	tn, c, ctx := f.alice, f.alice.ec2, t.Context()
	describe := func(name string) (*sdk.DescribeKeyPairsOutput, error) {
		return c.DescribeKeyPairs(ctx, &sdk.DescribeKeyPairsInput{KeyNames: []string{name}})
	}
	seen := func(tag string) func(string) seenKey {
		return func(string) seenKey {
			return seenKey{Name: "deployer", Kind: "ed25519", Fingerprint: fingerprint, HasID: true, Tags: map[string]string{"Name": tag}}
		}
	}
	managed[seenKey]{
		create: func() string {
			out := must[*sdk.ImportKeyPairOutput](t)(c.ImportKeyPair(ctx, &sdk.ImportKeyPairInput{KeyName: aws.String("deployer"), PublicKeyMaterial: []byte(publicKey),
				TagSpecifications: tagged(types.ResourceTypeKeyPair, "Name", "first")}))
			return *out.KeyName
		},
		read: func(name string) seenKey {
			k := must[*sdk.DescribeKeyPairsOutput](t)(describe(name)).KeyPairs[0]
			return seenKey{Name: *k.KeyName, Kind: string(k.KeyType), Fingerprint: *k.KeyFingerprint, HasID: k.KeyPairId != nil, Tags: tagMap(k.Tags)}
		},
		change: func(name string) {
			tn.retag(*must[*sdk.DescribeKeyPairsOutput](t)(describe(name)).KeyPairs[0].KeyPairId, "Name", "second")
		},
		destroy: func(name string) {
			must[*sdk.DeleteKeyPairOutput](t)(c.DeleteKeyPair(ctx, &sdk.DeleteKeyPairInput{KeyName: &name}))
		},
		gone: func(name string) error { _, err := describe(name); return err },
		code: "InvalidKeyPair.NotFound",
	}.lives(t, seen("first"), seen("second"))
	must[*sdk.DeleteKeyPairOutput](t)(c.DeleteKeyPair(ctx, &sdk.DeleteKeyPairInput{KeyName: aws.String("deployer")})) // again: it is gone
	f.audit()
}

// seenImage is what Terraform's aws_ami and its launch permissions keep of a
// refresh.
type seenImage struct {
	Name, Description, Architecture, Location, Owner, State, Kind, Hypervisor, Root, RootKind, Virtualization, Deprecation string
	Public, ENA                                                                                                            bool
	Launchers                                                                                                              []string
	Tags                                                                                                                   map[string]string
}

// readImage makes the calls of a read of aws_ami and aws_ami_launch_permission.
func (tn *tenant) readImage(id string) seenImage {
	t, ctx := tn.f.t, tn.f.t.Context()
	t.Helper()
	i := must[*sdk.DescribeImagesOutput](t)(tn.ec2.DescribeImages(ctx, &sdk.DescribeImagesInput{ImageIds: []string{id}})).Images[0]
	_, err := tn.ec2.GetInstanceUefiData(ctx, &sdk.GetInstanceUefiDataInput{InstanceId: &id})
	wantCode(t, err, "InvalidInstanceID.Malformed") // as in AWS: the provider passes over it
	s := seenImage{Name: *i.Name, Description: aws.ToString(i.Description), Architecture: string(i.Architecture), Location: *i.ImageLocation, Owner: *i.OwnerId, State: string(i.State),
		Kind: string(i.ImageType), Hypervisor: string(i.Hypervisor), Root: *i.RootDeviceName, RootKind: string(i.RootDeviceType), Virtualization: string(i.VirtualizationType),
		Deprecation: aws.ToString(i.DeprecationTime), Public: *i.Public, ENA: *i.EnaSupport, Tags: tagMap(i.Tags)}
	launch := must[*sdk.DescribeImageAttributeOutput](t)(tn.ec2.DescribeImageAttribute(ctx, &sdk.DescribeImageAttributeInput{ImageId: &id, Attribute: types.ImageAttributeNameLaunchPermission}))
	for _, p := range launch.LaunchPermissions {
		s.Launchers = append(s.Launchers, aws.ToString(p.UserId))
	}
	return s
}

func TestTerraformAMI(t *testing.T) {
	f := newCloud(t)
	f.images.objects["disks/debian.raw"] = 3 * cloud.GiB
	tn, c, ctx := f.alice, f.alice.ec2, t.Context()
	friend := string(f.bob.account.ID)
	first := seenImage{Name: "debian", Description: "first", Architecture: "x86_64", Location: "disks/debian.raw", Owner: string(tn.account.ID), State: "available", Kind: "machine", Hypervisor: "xen",
		Root: "/dev/sda1", RootKind: "instance-store", Virtualization: "hvm", ENA: true, Tags: map[string]string{"Name": "first"}}
	second := first
	second.Description, second.Deprecation, second.Launchers, second.Tags = "second", "2026-12-31T00:00:00.000Z", []string{friend}, map[string]string{"Name": "second"}
	managed[seenImage]{
		create: func() string {
			id := *must[*sdk.RegisterImageOutput](t)(c.RegisterImage(ctx, &sdk.RegisterImageInput{Name: aws.String("debian"), Description: aws.String("first"), Architecture: types.ArchitectureValuesX8664,
				ImageLocation: aws.String("disks/debian.raw"), RootDeviceName: aws.String("/dev/sda1"), EnaSupport: aws.Bool(true), SriovNetSupport: aws.String("simple"), VirtualizationType: aws.String("hvm")})).ImageId
			must[*sdk.CreateTagsOutput](t)(c.CreateTags(ctx, &sdk.CreateTagsInput{Resources: []string{id}, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("first")}}}))
			ok(t, clc.IngestRound(f.svc, ctx))
			ok(t, sdk.NewImageAvailableWaiter(c).Wait(ctx, &sdk.DescribeImagesInput{ImageIds: []string{id}}, time.Minute))
			return id
		},
		read: tn.readImage,
		change: func(id string) {
			must[*sdk.ModifyImageAttributeOutput](t)(c.ModifyImageAttribute(ctx, &sdk.ModifyImageAttributeInput{ImageId: &id, Description: &types.AttributeValue{Value: aws.String("second")}}))
			must[*sdk.EnableImageDeprecationOutput](t)(c.EnableImageDeprecation(ctx, &sdk.EnableImageDeprecationInput{ImageId: &id, DeprecateAt: aws.Time(time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC))}))
			must[*sdk.ModifyImageAttributeOutput](t)(c.ModifyImageAttribute(ctx, &sdk.ModifyImageAttributeInput{ImageId: &id, Attribute: aws.String("launchPermission"),
				LaunchPermission: &types.LaunchPermissionModifications{Add: []types.LaunchPermission{{UserId: &friend}}}}))
			tn.retag(id, "Name", "second")
		},
		destroy: func(id string) {
			must[*sdk.DisableImageDeprecationOutput](t)(c.DisableImageDeprecation(ctx, &sdk.DisableImageDeprecationInput{ImageId: &id}))
			must[*sdk.ModifyImageAttributeOutput](t)(c.ModifyImageAttribute(ctx, &sdk.ModifyImageAttributeInput{ImageId: &id, Attribute: aws.String("launchPermission"),
				LaunchPermission: &types.LaunchPermissionModifications{Remove: []types.LaunchPermission{{UserId: &friend}}}}))
			must[*sdk.DeregisterImageOutput](t)(c.DeregisterImage(ctx, &sdk.DeregisterImageInput{ImageId: &id}))
		},
		gone: func(id string) error {
			_, err := c.DescribeImages(ctx, &sdk.DescribeImagesInput{ImageIds: []string{id}})
			return err
		},
		code: "InvalidAMIID.NotFound",
	}.lives(t, func(string) seenImage { return first }, func(string) seenImage { return second })
	f.audit()
}
