package clc_test

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"testing"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/rpc"
)

// nic is the intent of an instance's interface, as the zone hears it now: what
// was patched since it heard last is what compiling all anew makes.
func (f *fixture) nic(id string) rpc.NICIntent {
	f.t.Helper()
	heard := must[rpc.ZoneIntent](f.t)(f.svc.WatchZone(f.t.Context(), zoneA, 0))
	whole := must[rpc.ZoneIntent](f.t)(clc.CompileZone(f.t.Context(), f.svc, zoneA))
	same(f.t, "instances heard", show(whole.Instances), show(heard.Instances))
	for _, i := range heard.Instances {
		if string(i.ID) == id {
			return i.NIC
		}
	}
	f.t.Fatalf("no intent of %s", id)
	return rpc.NICIntent{}
}

// show is a value as text, to compare what has addresses in it.
func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// A guest leaves its VPC along the routes of its subnet, as long as they lead
// to a gateway that is attached.
func TestRoutesReachTheIntent(t *testing.T) {
	f := newCloud(t)
	tn := f.alice
	vpc, net := tn.newVPC("10.0.0.0/16", "10.0.1.0/24")
	id := tn.makes("RunInstances", launch.with(args{"SubnetId": net}), "instanceId")
	wants := func(step string, enclosed bool, outside ...string) {
		t.Helper()
		var want []netip.Prefix
		for _, o := range outside {
			want = append(want, netip.MustParsePrefix(o))
		}
		if n := f.nic(id); n.Enclosed != enclosed || !reflect.DeepEqual(n.Outside, want) {
			t.Errorf("%s: enclosed %v, outside %v, want %v %v", step, n.Enclosed, n.Outside, enclosed, want)
		}
	}
	do := func(action string, a args) {
		t.Helper()
		ok(t, tn.query2(action, a))
	}
	wants("at first", true)
	main := f.mainTable(vpc)
	igw := tn.makes("CreateInternetGateway", nil, "internetGatewayId")
	do("AttachInternetGateway", args{"VpcId": vpc, "InternetGatewayId": igw})
	wants("with a gateway alone", true)
	do("CreateRoute", args{"RouteTableId": main, "DestinationCidrBlock": "203.0.113.0/24", "GatewayId": igw})
	wants("with a route to one network", true, "203.0.113.0/24")
	do("CreateRoute", args{"RouteTableId": main, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": igw})
	wants("with a default route", false)
	own := tn.makes("CreateRouteTable", args{"VpcId": vpc}, "routeTableId")
	assoc := tn.makes("AssociateRouteTable", args{"RouteTableId": own, "SubnetId": net}, "associationId")
	wants("with a table of its own", true)
	assoc = tn.makes("ReplaceRouteTableAssociation", args{"RouteTableId": main, "AssociationId": assoc}, "newAssociationId")
	wants("with the main one by name", false)
	do("DisassociateRouteTable", args{"AssociationId": assoc})
	do("DetachInternetGateway", args{"VpcId": vpc, "InternetGatewayId": igw})
	wants("with black holes", true)
	other := tn.makes("CreateInternetGateway", nil, "internetGatewayId")
	do("AttachInternetGateway", args{"VpcId": vpc, "InternetGatewayId": other})
	do("ReplaceRoute", args{"RouteTableId": main, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": other})
	if n := f.nic(id); !n.Enclosed || len(n.Outside) != 24 {
		t.Errorf("with a black hole in a default route: %v", n.Outside)
	}
	do("DeleteRoute", args{"RouteTableId": main, "DestinationCidrBlock": "203.0.113.0/24"})
	wants("with a default route to another", false)
	do("DeleteRoute", args{"RouteTableId": main, "DestinationCidrBlock": "0.0.0.0/0"})
	wants("at last", true)
}

// Guests of a default VPC are told what they always were.
func TestDefaultVPCsIntent(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	if n := f.nic(id); n.Enclosed || n.Outside != nil || n.DHCP != nil {
		t.Errorf("%+v", n)
	}
}

// What DHCP tells guests is what their VPC's options say.
func TestDHCPOptionsReachTheIntent(t *testing.T) {
	f := newCloud(t)
	tn := f.alice
	id := *tn.run(1, inZone(zoneA)).Instances[0].InstanceId
	vpc := string(f.instance(id).VPC)
	set := tn.makes("CreateDhcpOptions", args{"DhcpConfiguration.1.Key": "domain-name", "DhcpConfiguration.1.Value.1": "blue.example",
		"DhcpConfiguration.2.Key": "domain-name-servers", "DhcpConfiguration.2.Value.1": "192.0.2.53,AmazonProvidedDNS"}, "dhcpOptionsId")
	ok(t, tn.query2("AssociateDhcpOptions", args{"VpcId": vpc, "DhcpOptionsId": set}))
	want := &cloud.GuestDHCP{Domain: "blue.example", ProvidedDNS: true, DNS: []netip.Addr{netip.MustParseAddr("192.0.2.53")}}
	same(t, "with options", show(want), show(f.nic(id).DHCP))
	ok(t, tn.query2("ModifyVpcAttribute", args{"VpcId": vpc, "EnableDnsSupport.Value": "false"}))
	want.ProvidedDNS = false
	same(t, "without DNS support", show(want), show(f.nic(id).DHCP))
	ok(t, tn.query2("AssociateDhcpOptions", args{"VpcId": vpc, "DhcpOptionsId": "default"}))
	same(t, "without options", "{}", show(f.nic(id).DHCP))
	tn.refused("DeleteDhcpOptions", args{"DhcpOptionsId": "dopt-00000000000000001"}, "InvalidDhcpOptionID.NotFound")
	ok(t, tn.query2("DeleteDhcpOptions", args{"DhcpOptionsId": set}))
}
