package clc_test

import (
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/rpc"
	"ecc/store"
)

// launch is the plainest launch there is.
var launch = args{"ImageId": imageID, "MinCount": "1", "MaxCount": "1"}

// run launches through the SDK.
func (tn *tenant) run(n int32, change ...func(*sdk.RunInstancesInput)) *sdk.RunInstancesOutput {
	tn.f.t.Helper()
	in := &sdk.RunInstancesInput{ImageId: aws.String(imageID), MinCount: &n, MaxCount: &n, InstanceType: types.InstanceTypeM1Small}
	for _, c := range change {
		c(in)
	}
	return must[*sdk.RunInstancesOutput](tn.f.t)(tn.ec2.RunInstances(tn.f.t.Context(), in))
}

func inZone(z string) func(*sdk.RunInstancesInput) {
	return func(in *sdk.RunInstancesInput) { in.Placement = &types.Placement{AvailabilityZone: &z} }
}

// ids are the ids of instances.
func ids(is []types.Instance) []string {
	var out []string
	for _, i := range is {
		out = append(out, *i.InstanceId)
	}
	return out
}

func TestRunInstances(t *testing.T) {
	f := newCloud(t)
	key := must[*sdk.CreateKeyPairOutput](t)(f.alice.ec2.CreateKeyPair(t.Context(), &sdk.CreateKeyPairInput{KeyName: aws.String("k"), KeyType: types.KeyTypeEd25519}))
	data := base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\n"))
	out := f.alice.run(3, inZone(zoneA), func(in *sdk.RunInstancesInput) {
		in.KeyName, in.UserData, in.DisableApiStop = key.KeyName, &data, aws.Bool(true)
		in.TagSpecifications = []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("web")}}}}
		in.MetadataOptions = &types.InstanceMetadataOptionsRequest{HttpTokens: types.HttpTokensStateRequired, InstanceMetadataTags: types.InstanceMetadataTagsStateEnabled}
	})
	if len(out.Instances) != 3 || *out.OwnerId != string(f.alice.account.ID) || !cloud.ValidID("r-", *out.ReservationId) {
		t.Fatalf("%+v", out)
	}
	seen := map[string]bool{}
	for k, i := range out.Instances {
		nic := i.NetworkInterfaces[0]
		for _, unique := range []string{*i.InstanceId, *nic.NetworkInterfaceId, *nic.MacAddress, *i.PrivateIpAddress, *i.PublicIpAddress, *nic.Attachment.AttachmentId} {
			if seen[unique] {
				t.Errorf("%s twice", unique)
			}
			seen[unique] = true
		}
		same(t, "state", types.InstanceStateNamePending, i.State.Name)
		same(t, "launch index", int32(k), *i.AmiLaunchIndex)
		same(t, "addresses agree", *i.PrivateIpAddress, *nic.PrivateIpAddress)
		same(t, "device index", int32(0), *nic.Attachment.DeviceIndex)
		same(t, "primary address", true, *nic.PrivateIpAddresses[0].Primary)
		same(t, "group", "default", *i.SecurityGroups[0].GroupName)
		same(t, "tag", "web", *i.Tags[0].Value)
		if a := netip.MustParseAddr(*i.PrivateIpAddress); !netip.MustParsePrefix("172.31.0.0/20").Contains(a) {
			t.Errorf("address %s is not of the zone's subnet", a)
		}
		if a := netip.MustParseAddr(*i.PublicIpAddress); !testConfig().PublicPool.Contains(a) {
			t.Errorf("public address %s is not of the pool", a)
		}
	}
	f.audit()
	checkIntents(t, f, out, data)
}

// checkIntents looks at what the nodes are told of the launch.
func checkIntents(t *testing.T, f *fixture, out *sdk.RunInstancesOutput, data string) {
	t.Helper()
	z := must[rpc.ZoneIntent](t)(f.svc.WatchZone(t.Context(), zoneA, 0))
	same(t, "instances of the zone", 3, len(z.Instances))
	nodes := map[cloud.NodeID]int{}
	for _, in := range z.Instances {
		nodes[in.Node]++
		k := slices.IndexFunc(out.Instances, func(i types.Instance) bool { return *i.InstanceId == string(in.ID) })
		m, told := in.Metadata, out.Instances[k]
		same(t, "user data", "#!/bin/sh\n", string(m.UserData))
		same(t, "tags", map[string]string{"Name": "web"}, m.Tags)
		same(t, "key", "k", m.KeyName)
		same(t, "address", *told.PrivateIpAddress, m.PrivateIP.String())
		same(t, "name", *told.PrivateDnsName, m.Hostname)
		same(t, "public name", *told.PublicDnsName, m.PublicName)
		same(t, "tokens", true, m.Options.TokensRequired)
		same(t, "groups", []string{"default"}, m.GroupNames)
		same(t, "disk", 2*cloud.GiB, in.Disk)
		if !strings.HasPrefix(m.PublicKey, "ssh-ed25519 ") || !strings.HasSuffix(m.PublicKey, " k") {
			t.Errorf("public key %q", m.PublicKey)
		}
	}
	same(t, "spread", map[cloud.NodeID]int{"n1": 2, "n2": 1}, nodes)
	same(t, "user data is kept as sent", data, f.instance(*out.Instances[0].InstanceId).UserData)
}

func TestRunInstancesRefusals(t *testing.T) {
	f := newCloud(t, func(c *clc.Config) { c.MaxPerAcct = 20 })
	var foreignSubnet, foreignGroup, subnet string
	f.view(func(tx *store.Tx) {
		for n := range tx.Subnets().By(store.ByAccount, string(f.bob.account.ID)) {
			foreignSubnet = string(n.ID)
		}
		for g := range tx.Groups().By(store.ByAccount, string(f.bob.account.ID)) {
			foreignGroup = string(g.ID)
		}
		for n := range tx.Subnets().By(store.ByAccount, string(f.alice.account.ID)) {
			if n.Zone == zoneA {
				subnet = string(n.ID)
			}
		}
	})
	groups := args{}
	for k := range clc.MaxGroupsPerENI + 1 {
		out := f.alice.query("CreateSecurityGroup", args{"GroupName": "g" + string(rune('a'+k)), "GroupDescription": "d"})
		same(t, "code", "", out.code)
		id := must[*sdk.DescribeSecurityGroupsOutput](t)(f.alice.ec2.DescribeSecurityGroups(t.Context(), &sdk.DescribeSecurityGroupsInput{GroupNames: []string{"g" + string(rune('a'+k))}}))
		groups["SecurityGroupId."+string(rune('1'+k))] = *id.SecurityGroups[0].GroupId
	}
	f.change(func(tx *store.Tx) error {
		img, _ := tx.Images().Get(imageID)
		img.ID, img.State = "ami-0000000000000000f", cloud.ImagePending
		return tx.Images().Put(img)
	})
	root := args{"BlockDeviceMapping.1.DeviceName": "/dev/sda1"}
	for name, c := range map[string]struct {
		change args
		code   string
	}{
		"no instances":             {args{"MinCount": "0"}, "InvalidParameterValue"},
		"fewer than none":          {args{"MinCount": "-1"}, "InvalidParameterValue"},
		"more than at most":        {args{"MinCount": "3", "MaxCount": "2"}, "InvalidParameterValue"},
		"too many for a call":      {args{"MinCount": "1", "MaxCount": "10000"}, "InstanceLimitExceeded"},
		"too many for an account":  {args{"MinCount": "21", "MaxCount": "21"}, "InstanceLimitExceeded"},
		"no number":                {args{"MinCount": "many"}, "InvalidParameterValue"},
		"beyond 32 bits":           {args{"MaxCount": "4294967297"}, "InvalidParameterValue"},
		"no count":                 {args{"MinCount": "-"}, "MissingParameter"},
		"no image":                 {args{"ImageId": "-"}, "MissingParameter"},
		"unknown parameter":        {args{"Colour": "red"}, "UnknownParameter"},
		"unknown type":             {args{"InstanceType": "z9.nano"}, "InvalidParameterValue"},
		"no room":                  {args{"InstanceType": "x1.huge"}, "InsufficientInstanceCapacity"},
		"image's id malformed":     {args{"ImageId": "ami-xyz"}, "InvalidAMIID.Malformed"},
		"unknown image":            {args{"ImageId": "ami-0000000000000dead"}, "InvalidAMIID.NotFound"},
		"another's image":          {args{"ImageId": privateID}, "InvalidAMIID.NotFound"},
		"pending image":            {args{"ImageId": "ami-0000000000000000f"}, "InvalidAMIID.Unavailable"},
		"unknown key":              {args{"KeyName": "none"}, "InvalidKeyPair.NotFound"},
		"group's id malformed":     {args{"SecurityGroupId.1": "default"}, "InvalidGroupId.Malformed"},
		"unknown group":            {args{"SecurityGroupId.1": "sg-00000000000000000"}, "InvalidGroup.NotFound"},
		"another's group":          {args{"SecurityGroupId.1": foreignGroup}, "InvalidGroup.NotFound"},
		"unknown group name":       {args{"SecurityGroup.1": "none"}, "InvalidGroup.NotFound"},
		"group name and subnet":    {args{"SecurityGroup.1": "default", "SubnetId": subnet}, "InvalidParameterCombination"},
		"too many groups":          {groups, "SecurityGroupsPerInterfaceLimitExceeded"},
		"subnet's id malformed":    {args{"SubnetId": "here"}, "InvalidSubnetID.Malformed"},
		"unknown subnet":           {args{"SubnetId": "subnet-00000000000000000"}, "InvalidSubnetID.NotFound"},
		"another's subnet":         {args{"SubnetId": foreignSubnet}, "InvalidSubnetID.NotFound"},
		"unknown zone":             {args{"Placement.AvailabilityZone": "us-east-1z"}, "InvalidParameterValue"},
		"unknown zone id":          {args{"Placement.AvailabilityZoneId": "use1-az9"}, "InvalidParameterValue"},
		"zone of another subnet":   {args{"SubnetId": subnet, "Placement.AvailabilityZone": zoneB}, "InvalidParameterCombination"},
		"dedicated host":           {args{"Placement.Tenancy": "host"}, "UnsupportedOperation"},
		"user data is not base64":  {args{"UserData": "#!/bin/sh"}, "InvalidParameterValue"},
		"user data too long":       {args{"UserData": base64.StdEncoding.EncodeToString(make([]byte, clc.MaxUserData+1))}, "InvalidParameterValue"},
		"address outside":          {args{"PrivateIpAddress": "10.0.0.9"}, "InvalidParameterValue"},
		"address of no zone's":     {args{"PrivateIpAddress": "172.31.200.9", "SubnetId": subnet}, "InvalidParameterValue"},
		"router's address":         {args{"PrivateIpAddress": "172.31.0.1"}, "InvalidParameterValue"},
		"broadcast address":        {args{"PrivateIpAddress": "172.31.15.255"}, "InvalidParameterValue"},
		"no address":               {args{"PrivateIpAddress": "::1"}, "InvalidParameterValue"},
		"one address for two":      {args{"PrivateIpAddress": "172.31.0.9", "MaxCount": "2"}, "InvalidParameterCombination"},
		"two interfaces":           {args{"NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.2.DeviceIndex": "1"}, "UnsupportedOperation"},
		"interface and subnet":     {args{"NetworkInterface.1.DeviceIndex": "0", "SubnetId": subnet}, "InvalidParameterCombination"},
		"long description":         {args{"NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.1.Description": strings.Repeat("x", 256)}, "InvalidParameterValue"},
		"ephemeral disk":           {args{"BlockDeviceMapping.1.DeviceName": "/dev/sdb", "BlockDeviceMapping.1.VirtualName": "ephemeral0"}, "UnsupportedOperation"},
		"second disk":              {args{"BlockDeviceMapping.1.DeviceName": "/dev/sdb", "BlockDeviceMapping.1.Ebs.VolumeSize": "8"}, "UnsupportedOperation"},
		"second disk of no size":   {args{"BlockDeviceMapping.1.DeviceName": "/dev/sdb", "BlockDeviceMapping.1.Ebs.VolumeType": "gp2"}, "UnsupportedOperation"},
		"disk of a snapshot":       {root.with(args{"BlockDeviceMapping.1.Ebs.SnapshotId": "snap-1"}), "UnsupportedOperation"},
		"encrypted disk":           {root.with(args{"BlockDeviceMapping.1.Ebs.Encrypted": "true"}), "UnsupportedOperation"},
		"kept disk":                {root.with(args{"BlockDeviceMapping.1.Ebs.DeleteOnTermination": "false"}), "UnsupportedOperation"},
		"disk smaller than image":  {root.with(args{"BlockDeviceMapping.1.Ebs.VolumeSize": "1"}), "InvalidBlockDeviceMapping"},
		"disk of nothing":          {root.with(args{"BlockDeviceMapping.1.Ebs.VolumeSize": "0"}), "InvalidBlockDeviceMapping"},
		"disk without end":         {root.with(args{"BlockDeviceMapping.1.Ebs.VolumeSize": "16385"}), "InvalidBlockDeviceMapping"},
		"disk without a name":      {args{"BlockDeviceMapping.1.Ebs.VolumeSize": "8"}, "MissingParameter"},
		"disk larger than nodes":   {root.with(args{"BlockDeviceMapping.1.Ebs.VolumeSize": "500"}), "InsufficientInstanceCapacity"},
		"hop limit":                {args{"MetadataOptions.HttpPutResponseHopLimit": "65"}, "InvalidParameterValue"},
		"tag of AWS":               {args{"TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "aws:x"}, "InvalidParameterValue"},
		"tags of a bucket":         {args{"TagSpecification.1.ResourceType": "snapshot", "TagSpecification.1.Tag.1.Key": "x"}, "InvalidParameterValue"},
		"shutdown behaviour":       {args{"InstanceInitiatedShutdownBehavior": "explode"}, "InvalidParameterValue"},
		"spot":                     {args{"InstanceMarketOptions.MarketType": "spot"}, "UnsupportedOperation"},
		"profile":                  {args{"IamInstanceProfile.Name": "x"}, "InvalidParameterValue"},
		"long token":               {args{"ClientToken": strings.Repeat("x", 65)}, "InvalidParameterValue"},
		"only asked for":           {args{"DryRun": "true"}, "DryRunOperation"},
		"text that XML cannot say": {args{"KeyName": "a\x01b"}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.alice.query("RunInstances", launch.with(c.change)); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
		})
	}
	f.view(func(tx *store.Tx) {
		if n := tx.Instances().Len() + tx.ENIs().Len() + tx.TagSets().Len() + tx.ClientTokens().Len(); n != 0 {
			t.Errorf("%d records were left", n)
		}
	})
}

// A launch stays within the quota even when it may be smaller.
func TestQuotaBoundsMaxCount(t *testing.T) {
	f := newCloud(t, func(c *clc.Config) { c.MaxPerAcct = 3 })
	out := must[*sdk.RunInstancesOutput](t)(f.alice.ec2.RunInstances(t.Context(), &sdk.RunInstancesInput{ImageId: aws.String(imageID),
		InstanceType: types.InstanceTypeM1Small, MinCount: aws.Int32(1), MaxCount: aws.Int32(9)}))
	same(t, "instances", 3, len(out.Instances))
	f.alice.refused("RunInstances", launch, "InstanceLimitExceeded")
	if got := f.bob.query("RunInstances", launch.with(args{"ImageId": publicID})); got.code != "" {
		t.Errorf("another account: %s", got.code)
	}
}

// Nodes without room are not used, and MaxCount is cut down to what fits.
func TestCapacityBoundsMaxCount(t *testing.T) {
	f := newCloud(t)
	out := must[*sdk.RunInstancesOutput](t)(f.alice.ec2.RunInstances(t.Context(), &sdk.RunInstancesInput{ImageId: aws.String(imageID),
		InstanceType: types.InstanceTypeM5Large, MinCount: aws.Int32(1), MaxCount: aws.Int32(50),
		Placement: &types.Placement{AvailabilityZoneId: aws.String("use1-az1")}}))
	same(t, "instances", 8, len(out.Instances)) // 4 of 8 GiB on each of two nodes of 32
	f.alice.refused("RunInstances", launch.with(args{"InstanceType": "m5.large", "Placement.AvailabilityZone": zoneA}), "InsufficientInstanceCapacity")
	same(t, "another zone has room", zoneB, *f.alice.run(1, func(in *sdk.RunInstancesInput) { in.InstanceType = types.InstanceTypeM5Large }).Instances[0].Placement.AvailabilityZone)
	f.audit()
}

// A node that is down or cordoned takes nothing new.
func TestNodesThatTakeNothing(t *testing.T) {
	f := newCloud(t)
	f.zone.nodes["n1"].Down = true
	f.zone.report()
	f.change(func(tx *store.Tx) error {
		n, _ := tx.Nodes().Get("n2")
		n.Cordoned = true
		return tx.Nodes().Put(n)
	})
	f.alice.refused("RunInstances", launch.with(args{"Placement.AvailabilityZone": zoneA}), "InsufficientInstanceCapacity")
	f.zone.report()
	f.view(func(tx *store.Tx) {
		if n, _ := tx.Nodes().Get("n2"); !n.Cordoned {
			t.Error("a report opened the node again")
		}
	})
}

func TestDiskSizes(t *testing.T) {
	f := newCloud(t)
	size := func(a args) cloud.Bytes {
		t.Helper()
		f.clock.forward(1)
		if got := f.alice.query("RunInstances", launch.with(a)); got.code != "" {
			t.Fatalf("%+v: %s", a, got.code)
		}
		var last cloud.Instance
		f.view(func(tx *store.Tx) {
			for i := range tx.Instances().All() {
				if last.ID == "" || i.Launched.After(last.Launched) {
					last = i
				}
			}
		})
		return last.Disk
	}
	root := args{"BlockDeviceMapping.1.DeviceName": "/dev/sda1"}
	same(t, "image's", 2*cloud.GiB, size(nil))
	same(t, "type's", 20*cloud.GiB, size(args{"InstanceType": "d1.disk"}))
	same(t, "asked for", 9*cloud.GiB, size(root.with(args{"BlockDeviceMapping.1.Ebs.VolumeSize": "9"})))
	same(t, "asked for, less than the type's", 9*cloud.GiB, size(root.with(args{"BlockDeviceMapping.1.Ebs.VolumeSize": "9", "InstanceType": "d1.disk"})))
	same(t, "root named without a size", 2*cloud.GiB, size(root.with(args{"BlockDeviceMapping.1.Ebs.VolumeType": "gp3"})))
}

func TestClientToken(t *testing.T) {
	f := newCloud(t)
	in := launch.with(args{"ClientToken": "t1", "MaxCount": "2"})
	first, again := f.alice.query("RunInstances", in), f.alice.query("RunInstances", in)
	same(t, "codes", "", first.code+again.code)
	reservation := func(b []byte) string { return string(b[strings.Index(string(b), "<reservationId>"):][:40]) }
	same(t, "reservation", reservation(first.body), reservation(again.body))
	f.view(func(tx *store.Tx) { same(t, "instances", 2, tx.Instances().Len()) })
	f.alice.refused("RunInstances", in.with(args{"MaxCount": "1"}), "IdempotentParameterMismatch")
	if got := f.bob.query("RunInstances", in.with(args{"ImageId": publicID})); got.code != "" {
		t.Errorf("the token of another account: %s", got.code)
	}

	var gone []string
	f.view(func(tx *store.Tx) {
		for i := range tx.Instances().By(store.ByAccount, string(f.alice.account.ID)) {
			gone = append(gone, string(i.ID))
		}
	})
	must[*sdk.TerminateInstancesOutput](t)(f.alice.ec2.TerminateInstances(t.Context(), &sdk.TerminateInstancesInput{InstanceIds: gone}))
	if got := f.alice.query("RunInstances", in); got.code != "" {
		t.Errorf("replay while they shut down: %s", got.code)
	}
	f.zone.follow()
	f.zoneB.follow()
	f.alice.refused("RunInstances", in, "IdempotentInstanceTerminated")
	f.clock.forward(2 * time.Hour)
	ok(t, clc.ExpireRound(f.svc, t.Context()))
	f.alice.refused("RunInstances", in, "IdempotentInstanceTerminated")
	f.clock.forward(clc.TokenLife)
	if got := f.alice.query("RunInstances", in); got.code != "" {
		t.Errorf("the token's life is over: %s", got.code)
	}
}

func TestPrivateAddress(t *testing.T) {
	f := newCloud(t)
	in := launch.with(args{"PrivateIpAddress": "172.31.16.9"}) // of the second zone's subnet
	same(t, "code", "", f.alice.query("RunInstances", in).code)
	f.alice.refused("RunInstances", in, "InvalidIPAddress.InUse")
	f.view(func(tx *store.Tx) {
		for i := range tx.Instances().All() {
			same(t, "zone", zoneB, i.Zone)
			same(t, "address", "172.31.16.9", i.PrivateIP.String())
		}
	})
	if got := f.bob.query("RunInstances", in.with(args{"ImageId": publicID})); got.code != "" {
		t.Errorf("the same address in another's VPC: %s", got.code)
	}
	f.audit()
}

// What a zone is told of a launch, whole.
func TestZoneIntentGolden(t *testing.T) {
	f := newCloud(t)
	f.alice.run(2, inZone(zoneA), func(in *sdk.RunInstancesInput) {
		in.TagSpecifications = []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}}
	})
	z := must[rpc.ZoneIntent](t)(f.svc.WatchZone(t.Context(), zoneA, 0))
	golden(t, "zone_intent.json", []byte(f.anonymous(string(must[[]byte](t)(json.MarshalIndent(z, "", "\t"))))))
}
