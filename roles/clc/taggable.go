package clc

import (
	"strings"

	"ecc/cloud"
	"ecc/store"
)

// taggable is a kind of resource that can have tags.
type taggable struct {
	prefix   string // of its ids
	typ      string // EC2's name of it
	resource cloud.Resource
	owner    func(o *owners, id string) (cloud.AccountID, bool)
}

// owners finds out for an account whose resources are. It is for one
// transaction.
type owners struct {
	tx      *store.Tx
	account cloud.AccountID
	rule    func(id string) (groupRule, bool)
}

func newOwners(tx *store.Tx, a cloud.AccountID) *owners {
	return &owners{tx, a, ruleFinder(tx, a)}
}

// taggables are the kinds of resources this cloud has.
var taggables = []taggable{
	{cloud.PrefixInstance, "instance", cloud.ResInstance, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.Instances().Get(cloud.InstanceID(id))
		return r.Account, ok
	}},
	{cloud.PrefixImage, "image", cloud.ResImage, imageOwner},
	{cloud.PrefixKeyPair, "key-pair", cloud.ResKeyPair, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.KeyPairs().Get(cloud.KeyPairID(id))
		return r.Account, ok
	}},
	{cloud.PrefixGroup, "security-group", cloud.ResGroup, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.Groups().Get(cloud.GroupID(id))
		return r.Account, ok
	}},
	{cloud.PrefixGroupRule, typeGroupRule, cloud.ResGroupRule, func(o *owners, id string) (cloud.AccountID, bool) {
		_, ok := o.rule(id)
		return o.account, ok
	}},
	{cloud.PrefixVPC, "vpc", cloud.ResVPC, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.VPCs().Get(cloud.VPCID(id))
		return r.Account, ok
	}},
	{cloud.PrefixSubnet, "subnet", cloud.ResSubnet, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.Subnets().Get(cloud.SubnetID(id))
		return r.Account, ok
	}},
	{cloud.PrefixENI, typeENI, cloud.ResENI, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.ENIs().Get(cloud.ENIID(id))
		return r.Account, ok
	}},
	{cloud.PrefixDHCPOptions, "dhcp-options", cloud.ResDHCPOptions, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.DHCPOptions().Get(cloud.DHCPOptionsID(id))
		return r.Account, ok
	}},
	{cloud.PrefixInternetGateway, "internet-gateway", cloud.ResInternetGateway, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.InternetGateways().Get(cloud.InternetGatewayID(id))
		return r.Account, ok
	}},
	{cloud.PrefixRouteTable, "route-table", cloud.ResRouteTable, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.RouteTables().Get(cloud.RouteTableID(id))
		return r.Account, ok
	}},
	{cloud.PrefixNetworkACL, "network-acl", cloud.ResNetworkACL, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.NetworkACLs().Get(cloud.NetworkACLID(id))
		return r.Account, ok
	}},
	{cloud.PrefixAllocation, "elastic-ip", cloud.ResAddress, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.Addresses().Get(cloud.AllocationID(id))
		return r.Account, ok
	}},
	{cloud.PrefixLaunchTemplate, typeTemplate, cloud.ResLaunchTemplate, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.LaunchTemplates().Get(cloud.LaunchTemplateID(id))
		return r.Account, ok
	}},
	{cloud.PrefixPlacementGroup, typePlacementGroup, cloud.ResPlacementGroupID, func(o *owners, id string) (cloud.AccountID, bool) {
		r, ok := o.tx.PlacementGroups().Get(cloud.PlacementGroupID(id))
		return r.Account, ok
	}},
}

// EC2's names of kinds of resources, where more than one file needs them.
const (
	typeENI       = "network-interface"
	typeGroupRule = "security-group-rule"

	typeTemplate       = "launch-template"
	typePlacementGroup = "placement-group"
)

// imageOwner sees images an account may see.
func imageOwner(o *owners, id string) (cloud.AccountID, bool) {
	r, ok := o.tx.Images().Get(cloud.ImageID(id))
	return r.Account, ok && r.VisibleTo(o.account)
}

// kindOfID finds out what an id is of.
func kindOfID(id string) (taggable, error) {
	for _, t := range taggables {
		if !strings.HasPrefix(id, t.prefix) {
			continue
		}
		if cloud.ValidID(t.prefix, id) {
			return t, nil
		}
		return t, cloud.Errorf(cloud.Malformed, t.resource, id, "")
	}
	return taggable{}, cloud.Errorf(cloud.Malformed, cloud.ResTag, id, "")
}

// tagSet returns the tags of the account's own resource.
func (o *owners) tagSet(id string) (cloud.TagSet, error) {
	t, err := kindOfID(id)
	if err != nil {
		return cloud.TagSet{}, err
	}
	switch owner, ok := t.owner(o, id); {
	case ok && owner == o.account:
	case ok && t.resource == cloud.ResImage: // another's public one
		return cloud.TagSet{}, cloud.Errorf(cloud.Denied, t.resource, id, "")
	default:
		return cloud.TagSet{}, cloud.Errorf(cloud.NotFound, t.resource, id, "")
	}
	set, ok := o.tx.TagSets().Get(id)
	if !ok {
		set = cloud.TagSet{Resource: id, Type: t.typ, Account: o.account}
	}
	return set, nil
}
