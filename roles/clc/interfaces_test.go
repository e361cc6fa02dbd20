package clc_test

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// newENI makes an interface through the SDK.
func (tn *tenant) newENI(change ...func(*sdk.CreateNetworkInterfaceInput)) types.NetworkInterface {
	tn.f.t.Helper()
	in := &sdk.CreateNetworkInterfaceInput{SubnetId: aws.String(string(tn.f.subnetOf(tn).ID))}
	for _, c := range change {
		c(in)
	}
	return *must[*sdk.CreateNetworkInterfaceOutput](tn.f.t)(tn.ec2.CreateNetworkInterface(tn.f.t.Context(), in)).NetworkInterface
}

// eni reads an interface's record.
func (f *fixture) eni(id string) (e cloud.ENI, found bool) {
	f.t.Helper()
	f.view(func(tx *store.Tx) { e, found = tx.ENIs().Get(cloud.ENIID(id)) })
	return e, found
}

// intentOf is what the host of an instance is told of it.
func (f *fixture) intentOf(z *fakeZone, id string) (out rpc.InstanceIntent) {
	f.t.Helper()
	for _, i := range must[rpc.ZoneIntent](f.t)(f.svc.WatchZone(f.t.Context(), z.name, 0)).Instances {
		if string(i.ID) == id {
			out = i
		}
	}
	return out
}

// An instance launched with an interface that is there has its addresses, its
// MAC and its groups, and leaves it when it ends.
func TestLaunchWithAnInterface(t *testing.T) {
	f := newCloud(t)
	web := f.alice.newGroup("web")
	eni := f.alice.newENI(func(in *sdk.CreateNetworkInterfaceInput) {
		in.PrivateIpAddress, in.Groups, in.SecondaryPrivateIpAddressCount = aws.String("172.31.0.77"), []string{web}, aws.Int32(1)
	})
	id := *f.alice.run(1, func(in *sdk.RunInstancesInput) {
		in.NetworkInterfaces = []types.InstanceNetworkInterfaceSpecification{{DeviceIndex: aws.Int32(0), NetworkInterfaceId: eni.NetworkInterfaceId}}
	}).Instances[0].InstanceId
	nic := f.intentOf(f.zone, id).NIC
	same(t, "MAC", *eni.MacAddress, nic.MAC)
	same(t, "address", "172.31.0.77", nic.PrivateIP.String())
	same(t, "groups", []cloud.GroupID{cloud.GroupID(web)}, nic.Groups)
	if nic.PublicIP.IsValid() {
		t.Errorf("it got the public address %v", nic.PublicIP)
	}
	f.alice.refused("RunInstances", launch.with(args{"NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.1.NetworkInterfaceId": *eni.NetworkInterfaceId}), "InvalidNetworkInterface.InUse")
	f.audit()
	f.zone.see(id, cloud.PhaseUp)
	must[string](t)(f.alice.terminate(id))
	f.zone.follow()
	e, found := f.eni(*eni.NetworkInterfaceId)
	if !found || e.Instance != "" || e.Attachment != "" || e.PrivateIP.String() != "172.31.0.77" {
		t.Errorf("after the instance: %+v", e)
	}
	f.audit()
	ok(t, f.alice.query2("DeleteNetworkInterface", args{"NetworkInterfaceId": *eni.NetworkInterfaceId}))
	f.alice.refused("DescribeNetworkInterfaces", args{"NetworkInterfaceId.1": *eni.NetworkInterfaceId}, "InvalidNetworkInterfaceID.NotFound")
}

// Whether an interface that a launch made ends with its instance can be said
// at the launch, and later.
func TestInterfaceIsKept(t *testing.T) {
	f := newCloud(t)
	keep := func(in *sdk.RunInstancesInput) {
		in.NetworkInterfaces = []types.InstanceNetworkInterfaceSpecification{{DeviceIndex: aws.Int32(0), DeleteOnTermination: aws.Bool(false),
			SubnetId: aws.String(string(f.subnetOf(f.alice).ID)), SecondaryPrivateIpAddressCount: aws.Int32(2)}}
	}
	kept, gone := *f.alice.run(1, keep).Instances[0].InstanceId, *f.alice.run(1, keep).Instances[0].InstanceId
	keptENI, goneENI := string(f.instance(kept).ENI), string(f.instance(gone).ENI)
	e, _ := f.eni(goneENI)
	same(t, "secondary addresses", 2, len(e.Secondary))
	change := args{"NetworkInterfaceId": goneENI, "Attachment.AttachmentId": string(e.Attachment), "Attachment.DeleteOnTermination": "true"}
	f.alice.refused("ModifyNetworkInterfaceAttribute", change.with(args{"Attachment.AttachmentId": "eni-attach-00000000000000000"}), "InvalidAttachmentID.NotFound")
	ok(t, f.alice.query2("ModifyNetworkInterfaceAttribute", change))
	f.alice.terminate(kept)
	f.alice.terminate(gone)
	f.zone.follow()
	f.zoneB.follow()
	if e, found := f.eni(keptENI); !found || e.Instance != "" || e.PublicIP.IsValid() {
		t.Errorf("the one to be kept: %v %+v", found, e)
	}
	if _, found := f.eni(goneENI); found {
		t.Error("the one to end is there")
	}
	f.audit()
}

// A change of an interface's groups is its instance's, and reaches the host.
func TestInterfaceGroupsAct(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	i := f.instance(id)
	web := f.alice.newGroup("web")
	f.intentOf(f.zone, id)
	ok(t, f.alice.query2("ModifyNetworkInterfaceAttribute", args{"NetworkInterfaceId": string(i.ENI), "SecurityGroupId.1": web}))
	same(t, "groups of the intent", []cloud.GroupID{cloud.GroupID(web)}, f.intentOf(f.zone, id).NIC.Groups)
	same(t, "groups of the instance", []cloud.GroupID{cloud.GroupID(web)}, f.instance(id).Groups)
	f.audit()
}

// A public address of the pool can be given and taken back while the guest runs.
func TestInterfacePublicAddress(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	change := args{"NetworkInterfaceId": string(f.instance(id).ENI), "AssociatePublicIpAddress": "false"}
	ok(t, f.alice.query2("ModifyNetworkInterfaceAttribute", change))
	sameIP(t, "without", netip.Addr{}, f.intentOf(f.zone, id).NIC.PublicIP)
	ok(t, f.alice.query2("ModifyNetworkInterfaceAttribute", change.with(args{"AssociatePublicIpAddress": "true"})))
	if ip := f.intentOf(f.zone, id).NIC.PublicIP; !ip.IsValid() || ip != f.instance(id).PublicIP {
		t.Errorf("with: %v", ip)
	}
	f.audit()
}

// A secondary address can be moved from one interface to another, if that is
// said, and no address is two interfaces'.
func TestSecondaryAddresses(t *testing.T) {
	f := newCloud(t)
	a, b := *f.alice.newENI().NetworkInterfaceId, *f.alice.newENI().NetworkInterfaceId
	assign := args{"NetworkInterfaceId": a, "PrivateIpAddress.1": "172.31.0.200"}
	ok(t, f.alice.query2("AssignPrivateIpAddresses", assign))
	f.alice.refused("AssignPrivateIpAddresses", assign.with(args{"NetworkInterfaceId": b}), "InvalidParameterValue")
	ok(t, f.alice.query2("AssignPrivateIpAddresses", assign.with(args{"NetworkInterfaceId": b, "AllowReassignment": "true"})))
	ok(t, f.alice.query2("AssignPrivateIpAddresses", assign.with(args{"NetworkInterfaceId": b, "AllowReassignment": "true"})))
	ea, _ := f.eni(a)
	eb, _ := f.eni(b)
	same(t, "where it was", 0, len(ea.Secondary))
	same(t, "where it is", "172.31.0.200", eb.Secondary[0].String())
	f.alice.refused("AssignPrivateIpAddresses", args{"NetworkInterfaceId": b, "PrivateIpAddress.1": ea.PrivateIP.String(), "AllowReassignment": "true"}, "InvalidParameterValue")
	f.alice.refused("CreateNetworkInterface", args{"SubnetId": string(ea.Subnet), "PrivateIpAddress": "172.31.0.200"}, "InvalidIPAddress.InUse")
	f.alice.refused("RunInstances", launch.with(args{"PrivateIpAddress": "172.31.0.200"}), "InvalidIPAddress.InUse")
	f.alice.refused("AssignPrivateIpAddresses", args{"NetworkInterfaceId": b, "SecondaryPrivateIpAddressCount": "49"}, "PrivateIpAddressLimitExceeded")
	ok(t, f.alice.query2("AssignPrivateIpAddresses", args{"NetworkInterfaceId": b, "SecondaryPrivateIpAddressCount": "48"}))
	out := must[*sdk.DescribeSubnetsOutput](t)(f.alice.ec2.DescribeSubnets(t.Context(), &sdk.DescribeSubnetsInput{SubnetIds: []string{string(ea.Subnet)}}))
	same(t, "addresses left", 4091-51, int(*out.Subnets[0].AvailableIpAddressCount))
	f.audit()
}

func TestInterfaceRefusals(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	i := f.instance(id)
	primary := string(i.ENI)
	e, _ := f.eni(primary)
	free := *f.alice.newENI().NetworkInterfaceId
	subnet := args{"SubnetId": string(i.Subnet)}
	eni := args{"NetworkInterfaceId": free}
	six := subnet.with(nil)
	for k := range 6 {
		six["SecurityGroupId."+strconv.Itoa(k+1)] = f.alice.newGroup("g" + strconv.Itoa(k))
	}
	before := f.store.Revision()
	for name, c := range map[string]struct {
		action string
		a      args
		code   string
	}{
		"no subnet":            {"CreateNetworkInterface", nil, "MissingParameter"},
		"malformed subnet":     {"CreateNetworkInterface", args{"SubnetId": "x"}, "InvalidSubnetID.Malformed"},
		"outside":              {"CreateNetworkInterface", subnet.with(args{"PrivateIpAddress": "10.0.0.1"}), "InvalidParameterValue"},
		"reserved":             {"CreateNetworkInterface", subnet.with(args{"PrivateIpAddress": "172.31.0.3"}), "InvalidParameterValue"},
		"taken":                {"CreateNetworkInterface", subnet.with(args{"PrivateIpAddress": i.PrivateIP.String()}), "InvalidIPAddress.InUse"},
		"no address":           {"CreateNetworkInterface", subnet.with(args{"PrivateIpAddress": "x"}), "InvalidParameterValue"},
		"two primary ones":     {"CreateNetworkInterface", subnet.with(args{"PrivateIpAddress": "172.31.0.9", "PrivateIpAddresses.1.PrivateIpAddress": "172.31.0.8", "PrivateIpAddresses.1.Primary": "true"}), "InvalidParameterCombination"},
		"twice":                {"CreateNetworkInterface", subnet.with(args{"PrivateIpAddress": "172.31.0.9", "PrivateIpAddresses.1.PrivateIpAddress": "172.31.0.9"}), "InvalidParameterValue"},
		"named and counted":    {"CreateNetworkInterface", subnet.with(args{"SecondaryPrivateIpAddressCount": "1", "PrivateIpAddresses.1.PrivateIpAddress": "172.31.0.8"}), "InvalidParameterCombination"},
		"negative":             {"CreateNetworkInterface", subnet.with(args{"SecondaryPrivateIpAddressCount": "-1"}), "InvalidParameterValue"},
		"too many":             {"CreateNetworkInterface", subnet.with(args{"SecondaryPrivateIpAddressCount": "50"}), "PrivateIpAddressLimitExceeded"},
		"six groups":           {"CreateNetworkInterface", six, "SecurityGroupsPerInterfaceLimitExceeded"},
		"unknown group":        {"CreateNetworkInterface", subnet.with(args{"SecurityGroupId.1": "sg-00000000000000000"}), "InvalidGroup.NotFound"},
		"malformed group":      {"CreateNetworkInterface", subnet.with(args{"SecurityGroupId.1": "default"}), "InvalidGroupId.Malformed"},
		"long description":     {"CreateNetworkInterface", subnet.with(args{"Description": strings.Repeat("x", 256)}), "InvalidParameterValue"},
		"IPv6":                 {"CreateNetworkInterface", subnet.with(args{"Ipv6AddressCount": "1"}), "UnsupportedOperation"},
		"prefixes":             {"CreateNetworkInterface", subnet.with(args{"Ipv4PrefixCount": "1"}), "UnsupportedOperation"},
		"fabric adapter":       {"CreateNetworkInterface", subnet.with(args{"InterfaceType": "efa"}), "UnsupportedOperation"},
		"tags of another kind": {"CreateNetworkInterface", subnet.with(args{"TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "k"}), "InvalidParameterValue"},
		"in use":               {"DeleteNetworkInterface", args{"NetworkInterfaceId": primary}, "InvalidParameterValue"},
		"malformed":            {"DeleteNetworkInterface", args{"NetworkInterfaceId": "eni-x"}, "InvalidNetworkInterfaceId.Malformed"},
		"unknown":              {"DeleteNetworkInterface", args{"NetworkInterfaceId": "eni-00000000000000000"}, "InvalidNetworkInterfaceID.NotFound"},
		"attach":               {"AttachNetworkInterface", eni.with(args{"InstanceId": id, "DeviceIndex": "1"}), "UnsupportedOperation"},
		"attach as first":      {"AttachNetworkInterface", eni.with(args{"InstanceId": id, "DeviceIndex": "0"}), "InvalidParameterValue"},
		"attach attached":      {"AttachNetworkInterface", args{"NetworkInterfaceId": primary, "InstanceId": id, "DeviceIndex": "1"}, "InvalidNetworkInterface.InUse"},
		"attach to nothing":    {"AttachNetworkInterface", eni.with(args{"InstanceId": "i-00000000000000000", "DeviceIndex": "1"}), "InvalidInstanceID.NotFound"},
		"detach the primary":   {"DetachNetworkInterface", args{"AttachmentId": string(e.Attachment)}, "OperationNotPermitted"},
		"detach nothing":       {"DetachNetworkInterface", args{"AttachmentId": "eni-attach-00000000000000000"}, "InvalidAttachmentID.NotFound"},
		"detach malformed":     {"DetachNetworkInterface", args{"AttachmentId": "eni-00000000000000000"}, "InvalidAttachmentId.Malformed"},
		"nothing changed":      {"ModifyNetworkInterfaceAttribute", eni, "InvalidParameterCombination"},
		"two changes":          {"ModifyNetworkInterfaceAttribute", eni.with(args{"Description.Value": "x", "SourceDestCheck.Value": "true"}), "InvalidParameterCombination"},
		"no check":             {"ModifyNetworkInterfaceAttribute", eni.with(args{"SourceDestCheck.Value": "false"}), "UnsupportedOperation"},
		"no attachment":        {"ModifyNetworkInterfaceAttribute", eni.with(args{"Attachment.DeleteOnTermination": "true"}), "MissingParameter"},
		"public of a free one": {"ModifyNetworkInterfaceAttribute", eni.with(args{"AssociatePublicIpAddress": "true"}), "UnsupportedOperation"},
		"six groups later":     {"ModifyNetworkInterfaceAttribute", six.with(args{"SubnetId": "-", "NetworkInterfaceId": free}), "SecurityGroupsPerInterfaceLimitExceeded"},
		"nothing reset":        {"ResetNetworkInterfaceAttribute", eni, "InvalidParameterCombination"},
		"nothing assigned":     {"AssignPrivateIpAddresses", eni, "MissingParameter"},
		"nothing unassigned":   {"UnassignPrivateIpAddresses", eni, "MissingParameter"},
		"unassign the primary": {"UnassignPrivateIpAddresses", args{"NetworkInterfaceId": primary, "PrivateIpAddress.1": i.PrivateIP.String()}, "InvalidParameterValue"},
		"unassign another's":   {"UnassignPrivateIpAddresses", eni.with(args{"PrivateIpAddress.1": i.PrivateIP.String()}), "InvalidParameterValue"},
		"only asked for":       {"CreateNetworkInterface", subnet.with(args{"DryRun": "true"}), "DryRunOperation"},
		"for two instances":    {"RunInstances", launch.with(args{"MaxCount": "2", "NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.1.NetworkInterfaceId": free}), "InvalidParameterCombination"},
		"with its subnet":      {"RunInstances", launch.with(subnet).with(args{"NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.1.NetworkInterfaceId": free}), "InvalidParameterCombination"},
		"ended with it":        {"RunInstances", launch.with(args{"NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.1.NetworkInterfaceId": free, "NetworkInterface.1.DeleteOnTermination": "true"}), "InvalidParameterCombination"},
		"in another zone":      {"RunInstances", launch.with(args{"Placement.AvailabilityZone": zoneB, "NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.1.NetworkInterfaceId": free}), "InvalidParameterCombination"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.alice.query(c.action, c.a); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
		})
	}
	same(t, "revision", before, f.store.Revision())
}

// Filters find an interface by what it has.
func TestInterfaceFilters(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	other := *f.alice.newENI(func(in *sdk.CreateNetworkInterfaceInput) { in.SecondaryPrivateIpAddressCount = aws.Int32(1) }).NetworkInterfaceId
	allocation := *must[*sdk.AllocateAddressOutput](t)(f.alice.ec2.AllocateAddress(t.Context(), &sdk.AllocateAddressInput{})).AllocationId
	ok(t, f.alice.query2("AssociateAddress", args{"AllocationId": allocation, "InstanceId": id}))
	first, _ := f.eni(string(f.instance(id).ENI))
	second, _ := f.eni(other)
	for _, c := range []struct{ filter, value, want string }{
		{"status", "available", other}, {"status", "in-use", string(first.ID)}, {"private-ip-address", second.PrivateIP.String(), other},
		{"addresses.private-ip-address", second.Secondary[0].String(), other}, {"addresses.primary", "false", other},
		{"association.allocation-id", allocation, string(first.ID)}, {"association.public-ip", first.PublicIP.String(), string(first.ID)},
		{"association.ip-owner-id", string(f.alice.account.ID), string(first.ID)}, {"attachment.instance-id", id, string(first.ID)},
		{"attachment.delete-on-termination", "true", string(first.ID)}, {"mac-address", second.MAC, other}, {"addresses.association.association-id", "eipassoc-*", string(first.ID)},
	} {
		out := must[*sdk.DescribeNetworkInterfacesOutput](t)(f.alice.ec2.DescribeNetworkInterfaces(t.Context(), &sdk.DescribeNetworkInterfacesInput{
			Filters: []types.Filter{{Name: &c.filter, Values: []string{c.value}}}}))
		var got []string
		for _, n := range out.NetworkInterfaces {
			got = append(got, *n.NetworkInterfaceId)
		}
		if !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s=%s finds %v, want %s", c.filter, c.value, got, c.want)
		}
	}
}

// Where a VPC gives no names, public addresses have none.
func TestNamesOfPublicAddresses(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	names := func() string {
		i := must[*sdk.DescribeInstancesOutput](t)(f.alice.ec2.DescribeInstances(t.Context(), &sdk.DescribeInstancesInput{InstanceIds: []string{id}})).Reservations[0].Instances[0]
		n := must[*sdk.DescribeNetworkInterfacesOutput](t)(f.alice.ec2.DescribeNetworkInterfaces(t.Context(), &sdk.DescribeNetworkInterfacesInput{})).NetworkInterfaces[0]
		return aws.ToString(i.PublicDnsName) + " " + aws.ToString(n.PublicDnsName)
	}
	same(t, "names", "ec2-198-51-100-4.compute-1.amazonaws.com ec2-198-51-100-4.compute-1.amazonaws.com", names())
	ok(t, f.alice.query2("ModifyVpcAttribute", args{"VpcId": string(f.instance(id).VPC), "EnableDnsHostnames.Value": "false"}))
	same(t, "names", " ", names())
}
