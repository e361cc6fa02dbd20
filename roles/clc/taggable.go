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
	owner    func(tx *store.Tx, a cloud.AccountID, id string) (cloud.AccountID, bool)
}

// taggables are the kinds of resources this cloud has.
var taggables = []taggable{
	{cloud.PrefixInstance, "instance", cloud.ResInstance, func(tx *store.Tx, _ cloud.AccountID, id string) (cloud.AccountID, bool) {
		r, ok := tx.Instances().Get(cloud.InstanceID(id))
		return r.Account, ok
	}},
	{cloud.PrefixImage, "image", cloud.ResImage, imageOwner},
	{cloud.PrefixKeyPair, "key-pair", cloud.ResKeyPair, func(tx *store.Tx, _ cloud.AccountID, id string) (cloud.AccountID, bool) {
		r, ok := tx.KeyPairs().Get(cloud.KeyPairID(id))
		return r.Account, ok
	}},
	{cloud.PrefixGroup, "security-group", cloud.ResGroup, func(tx *store.Tx, _ cloud.AccountID, id string) (cloud.AccountID, bool) {
		r, ok := tx.Groups().Get(cloud.GroupID(id))
		return r.Account, ok
	}},
	{cloud.PrefixGroupRule, typeGroupRule, cloud.ResGroupRule, func(tx *store.Tx, a cloud.AccountID, id string) (cloud.AccountID, bool) {
		_, ok := findRule(tx, a, id)
		return a, ok
	}},
	{cloud.PrefixVPC, "vpc", cloud.ResVPC, func(tx *store.Tx, _ cloud.AccountID, id string) (cloud.AccountID, bool) {
		r, ok := tx.VPCs().Get(cloud.VPCID(id))
		return r.Account, ok
	}},
	{cloud.PrefixSubnet, "subnet", cloud.ResSubnet, func(tx *store.Tx, _ cloud.AccountID, id string) (cloud.AccountID, bool) {
		r, ok := tx.Subnets().Get(cloud.SubnetID(id))
		return r.Account, ok
	}},
	{cloud.PrefixENI, typeENI, cloud.ResENI, func(tx *store.Tx, _ cloud.AccountID, id string) (cloud.AccountID, bool) {
		r, ok := tx.ENIs().Get(cloud.ENIID(id))
		return r.Account, ok
	}},
}

// EC2's names of kinds of resources, where more than one file needs them.
const (
	typeENI       = "network-interface"
	typeGroupRule = "security-group-rule"
)

// imageOwner sees images an account may see.
func imageOwner(tx *store.Tx, a cloud.AccountID, id string) (cloud.AccountID, bool) {
	r, ok := tx.Images().Get(cloud.ImageID(id))
	return r.Account, ok && visible(r, a)
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

// tagSetOf returns the tags of an account's own resource.
func tagSetOf(tx *store.Tx, a cloud.AccountID, id string) (cloud.TagSet, error) {
	t, err := kindOfID(id)
	if err != nil {
		return cloud.TagSet{}, err
	}
	switch owner, ok := t.owner(tx, a, id); {
	case ok && owner == a:
	case ok && t.resource == cloud.ResImage: // another's public one
		return cloud.TagSet{}, cloud.Errorf(cloud.Denied, t.resource, id, "")
	default:
		return cloud.TagSet{}, cloud.Errorf(cloud.NotFound, t.resource, id, "")
	}
	set, ok := tx.TagSets().Get(id)
	if !ok {
		set = cloud.TagSet{Resource: id, Type: t.typ, Account: a}
	}
	return set, nil
}
