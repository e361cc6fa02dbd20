package clc_test

import (
	"net/netip"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// allocate gives a tenant an elastic IP.
func (tn *tenant) allocate() (id string, ip netip.Addr) {
	tn.f.t.Helper()
	out := must[*sdk.AllocateAddressOutput](tn.f.t)(tn.ec2.AllocateAddress(tn.f.t.Context(), &sdk.AllocateAddressInput{Domain: types.DomainTypeVpc}))
	return *out.AllocationId, netip.MustParseAddr(*out.PublicIp)
}

func (tn *tenant) associate(allocation, instance string) string {
	tn.f.t.Helper()
	return *must[*sdk.AssociateAddressOutput](tn.f.t)(tn.ec2.AssociateAddress(tn.f.t.Context(), &sdk.AssociateAddressInput{
		AllocationId: &allocation, InstanceId: &instance})).AssociationId
}

// An elastic IP takes the place of the address of the pool, moves at once, and
// an address of the pool comes when it is taken away.
func TestElasticIPMoves(t *testing.T) {
	f := newCloud(t)
	out := f.alice.run(2, inZone(zoneA))
	a, b := *out.Instances[0].InstanceId, *out.Instances[1].InstanceId
	f.zone.see(a, cloud.PhaseUp)
	f.zone.see(b, cloud.PhaseUp)
	was := f.instance(a).PublicIP
	allocation, ip := f.alice.allocate()
	f.intentOf(f.zone, a)
	first := f.alice.associate(allocation, a)
	sameIP(t, "the host of the first", ip, f.intentOf(f.zone, a).NIC.PublicIP)
	f.view(func(tx *store.Tx) {
		for range tx.ENIs().By(store.ByPublicIP, was.String()) {
			t.Errorf("the address %v of the pool was not given back", was)
		}
	})
	f.audit()
	if second := f.alice.associate(allocation, b); second == first {
		t.Error("another association has the same id")
	}
	sameIP(t, "the host of the second", ip, f.intentOf(f.zone, b).NIC.PublicIP)
	if got := f.intentOf(f.zone, a).NIC.PublicIP; !got.IsValid() || got == ip {
		t.Errorf("the first has %v", got)
	}
	f.alice.refused("DisassociateAddress", args{"AssociationId": first}, "InvalidAssociationID.NotFound")
	f.audit()

	// Another elastic IP takes the place of the first, which stays allocated.
	other, ip2 := f.alice.allocate()
	f.alice.refused("AssociateAddress", args{"AllocationId": other, "InstanceId": b, "AllowReassociation": "false"}, "Resource.AlreadyAssociated")
	f.alice.associate(other, b)
	sameIP(t, "the host of the second", ip2, f.intentOf(f.zone, b).NIC.PublicIP)
	ok(t, f.alice.query2("ReleaseAddress", args{"AllocationId": allocation}))
	f.audit()
}

// An instance that ends loses its elastic IP at once; the account keeps it.
func TestElasticIPOutlivesInstances(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.see(id, cloud.PhaseUp)
	allocation, ip := f.alice.allocate()
	f.alice.associate(allocation, id)
	must[string](t)(f.alice.terminate(id))
	sameIP(t, "the host", netip.Addr{}, f.intentOf(f.zone, id).NIC.PublicIP)
	f.alice.refused("AssociateAddress", args{"AllocationId": allocation, "InstanceId": id}, "IncorrectInstanceState")
	other := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.alice.associate(allocation, other)
	sameIP(t, "the other", ip, f.instance(other).PublicIP)
	f.zone.follow()
	sameIP(t, "the other after the first is gone", ip, f.instance(other).PublicIP)
	f.audit()
	// The guest of the other switches itself off, to end.
	ok(t, f.alice.query2("ModifyInstanceAttribute", args{"InstanceId": other, "InstanceInitiatedShutdownBehavior.Value": "terminate"}))
	f.zone.see(other, cloud.PhaseDown, guestDown)
	f.zone.follow()
	got := must[*sdk.DescribeAddressesOutput](t)(f.alice.ec2.DescribeAddresses(t.Context(), &sdk.DescribeAddressesInput{AllocationIds: []string{allocation}}))
	if ad := got.Addresses[0]; ad.AssociationId != nil || ad.InstanceId != nil || *ad.PublicIp != ip.String() {
		t.Errorf("%+v", ad)
	}
	f.audit()
}

// An interface without an instance can have an elastic IP, and brings it to the
// instance that is launched with it.
func TestElasticIPOfAnInterface(t *testing.T) {
	f := newCloud(t)
	eni := *f.alice.newENI().NetworkInterfaceId
	allocation, ip := f.alice.allocate()
	ok(t, f.alice.query2("AssociateAddress", args{"PublicIp": ip.String(), "NetworkInterfaceId": eni}))
	id := *f.alice.run(1, func(in *sdk.RunInstancesInput) {
		in.NetworkInterfaces = []types.InstanceNetworkInterfaceSpecification{{DeviceIndex: aws.Int32(0), NetworkInterfaceId: &eni}}
	}).Instances[0].InstanceId
	sameIP(t, "the instance's", ip, f.intentOf(f.zone, id).NIC.PublicIP)
	f.audit()
	must[string](t)(f.alice.terminate(id))
	f.zone.follow()
	f.audit()
	f.alice.refused("ReleaseAddress", args{"AllocationId": allocation}, "InvalidIPAddress.InUse")
	ok(t, f.alice.query2("DeleteNetworkInterface", args{"NetworkInterfaceId": eni}))
	ok(t, f.alice.query2("ReleaseAddress", args{"AllocationId": allocation}))
	f.audit()
}

// Launches and allocations share one pool: no address is given twice, and the
// last one is given.
func TestPoolIsShared(t *testing.T) {
	f := newCloud(t, func(c *clc.Config) { c.PublicPool = netip.MustParsePrefix("198.51.100.0/29") }) // .4, .5, .6
	f.alice.run(1)
	a, _ := f.alice.allocate()
	f.bob.allocate()
	f.audit()
	f.alice.refused("AllocateAddress", nil, "InsufficientAddressCapacity")
	f.alice.refused("RunInstances", launch, "InsufficientAddressCapacity")
	ok(t, f.alice.query2("ReleaseAddress", args{"AllocationId": a}))
	f.alice.run(1)
	f.audit()
}

func TestAddressRefusals(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	allocation, ip := f.alice.allocate()
	eni := *f.alice.newENI(func(in *sdk.CreateNetworkInterfaceInput) { in.SecondaryPrivateIpAddressCount = aws.Int32(1) }).NetworkInterfaceId
	e, _ := f.eni(eni)
	one := args{"AllocationId": allocation, "InstanceId": id}
	before := f.store.Revision()
	for name, c := range map[string]struct {
		action string
		a      args
		code   string
	}{
		"classic":              {"AllocateAddress", args{"Domain": "standard"}, "UnsupportedOperation"},
		"another pool":         {"AllocateAddress", args{"PublicIpv4Pool": "ipv4pool-ec2-012345"}, "InvalidPublicIpv4PoolID.NotFound"},
		"another border":       {"AllocateAddress", args{"NetworkBorderGroup": "us-west-2"}, "InvalidParameterValue"},
		"IPAM":                 {"AllocateAddress", args{"IpamPoolId": "ipam-pool-1"}, "UnsupportedOperation"},
		"outside the pool":     {"AllocateAddress", args{"Address": "192.0.2.1"}, "InvalidAddress.NotFound"},
		"reserved":             {"AllocateAddress", args{"Address": "198.51.100.0"}, "InvalidAddress.NotFound"},
		"an instance's":        {"AllocateAddress", args{"Address": f.instance(id).PublicIP.String()}, "InvalidAddress.NotFound"},
		"no address":           {"AllocateAddress", args{"Address": "x"}, "InvalidParameterValue"},
		"tags of another kind": {"AllocateAddress", args{"TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "k"}, "InvalidParameterValue"},
		"only asked for":       {"AllocateAddress", args{"DryRun": "true"}, "DryRunOperation"},
		"no target":            {"AssociateAddress", args{"AllocationId": allocation}, "MissingParameter"},
		"two targets":          {"AssociateAddress", one.with(args{"NetworkInterfaceId": eni}), "InvalidParameterCombination"},
		"no address named":     {"AssociateAddress", args{"InstanceId": id}, "MissingParameter"},
		"two addresses named":  {"AssociateAddress", one.with(args{"PublicIp": ip.String()}), "InvalidParameterCombination"},
		"unknown instance":     {"AssociateAddress", one.with(args{"InstanceId": "i-00000000000000000"}), "InvalidInstanceID.NotFound"},
		"malformed instance":   {"AssociateAddress", one.with(args{"InstanceId": "x"}), "InvalidInstanceID.Malformed"},
		"malformed interface":  {"AssociateAddress", one.with(args{"InstanceId": "-", "NetworkInterfaceId": "x"}), "InvalidNetworkInterfaceId.Malformed"},
		"unknown allocation":   {"AssociateAddress", one.with(args{"AllocationId": "eipalloc-00000000000000000"}), "InvalidAllocationID.NotFound"},
		"another's private":    {"AssociateAddress", one.with(args{"PrivateIpAddress": "172.31.9.9"}), "InvalidParameterValue"},
		"a secondary address":  {"AssociateAddress", args{"AllocationId": allocation, "NetworkInterfaceId": eni, "PrivateIpAddress": e.Secondary[0].String()}, "UnsupportedOperation"},
		"nothing taken away":   {"DisassociateAddress", nil, "MissingParameter"},
		"two taken away":       {"DisassociateAddress", args{"PublicIp": ip.String(), "AssociationId": "eipassoc-00000000000000000"}, "InvalidParameterCombination"},
		"unknown association":  {"DisassociateAddress", args{"AssociationId": "eipassoc-00000000000000000"}, "InvalidAssociationID.NotFound"},
		"nothing released":     {"ReleaseAddress", nil, "MissingParameter"},
		"released elsewhere":   {"ReleaseAddress", args{"AllocationId": allocation, "NetworkBorderGroup": "us-west-2"}, "InvalidParameterValue"},
		"not allocated":        {"ReleaseAddress", args{"PublicIp": "198.51.100.200"}, "InvalidAddress.NotFound"},
		"described unknown":    {"DescribeAddresses", args{"AllocationId.1": "eipalloc-00000000000000000"}, "InvalidAllocationID.NotFound"},
		"described not there":  {"DescribeAddresses", args{"PublicIp.1": "198.51.100.200"}, "InvalidAddress.NotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.alice.query(c.action, c.a); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
		})
	}
	same(t, "revision", before, f.store.Revision())
}

// A cloud without a public pool says so, to its tenant and its operator.
func TestNoPublicPool(t *testing.T) {
	f := newCloud(t, func(c *clc.Config) { c.PublicPool = netip.Prefix{} })
	f.alice.refused("AllocateAddress", nil, "InsufficientAddressCapacity")
	id := *f.alice.run(1).Instances[0].InstanceId
	f.alice.refused("ModifyNetworkInterfaceAttribute", args{"NetworkInterfaceId": string(f.instance(id).ENI), "AssociatePublicIpAddress": "true"}, "InsufficientAddressCapacity")
}

// An elastic IP has no use in a VPC that the internet does not reach.
func TestElasticIPNeedsAGateway(t *testing.T) {
	f := newCloud(t)
	eni := *f.alice.newENI().NetworkInterfaceId
	allocation, _ := f.alice.allocate()
	f.change(func(tx *store.Tx) error {
		for g := range tx.InternetGateways().By(store.ByAccount, string(f.alice.account.ID)) {
			g.VPC = ""
			return tx.InternetGateways().Put(g)
		}
		return nil
	})
	f.alice.refused("AssociateAddress", args{"AllocationId": allocation, "NetworkInterfaceId": eni}, "Gateway.NotAttached")
}

// sameIP is same for addresses.
func sameIP(t *testing.T, what string, want, got netip.Addr) {
	t.Helper()
	same(t, what, want.String(), got.String())
}
