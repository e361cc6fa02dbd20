package clc

import (
	"context"

	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// concern is whom changes of the store may concern.
type concern struct {
	instances map[cloud.InstanceID]bool
	nodes     bool // which nodes there are
	whole     bool // anybody
}

// changes returns what changed after one revision, up to another, and false if
// it is not known any more.
func (s *Service) changes(ctx context.Context, after, upTo cloud.Revision) (all []store.Change, known bool) {
	w, err := s.store.Watch(after)
	if err != nil {
		return nil, false // too long ago
	}
	for w.Revision() < upTo {
		some, err := w.Next(ctx)
		if err != nil {
			return nil, false
		}
		all = append(all, some...)
	}
	return all, true
}

// note adds whom one change concerns. What is part of many instances' intents
// concerns those of its VPC; what nobody here knows concerns all.
func (about *concern) note(tx *store.Tx, c store.Change) {
	switch c.Kind {
	case store.KindInstance:
		about.add(cloud.InstanceID(c.Key))
	case store.KindTagSet: // by what is tagged
		if cloud.ValidID(cloud.PrefixInstance, c.Key) {
			about.add(cloud.InstanceID(c.Key))
		}
	case store.KindENI:
		if e, ok := tx.ENIs().Get(cloud.ENIID(c.Key)); ok && e.Instance != "" {
			about.add(e.Instance)
		}
	case store.KindProfileAssociation:
		if a, ok := tx.ProfileAssociations().Get(cloud.AssociationID(c.Key)); ok {
			about.add(a.Instance)
		} else {
			about.whole = true // gone, and nobody knows whose it was
		}
	case store.KindImage:
		about.all(tx, store.ByImage, c.Key)
	case store.KindVPC:
		about.all(tx, store.ByVPC, c.Key)
	case store.KindSubnet, store.KindGroup, store.KindRouteTable, store.KindInternetGateway:
		if vpc := vpcOf(tx, c); vpc != "" {
			about.all(tx, store.ByVPC, string(vpc))
		} else {
			about.whole = true
		}
	case store.KindNode:
		about.nodes = true
	case store.KindAccount, store.KindAccessKey, store.KindKeyPair, store.KindJoinToken, store.KindClientToken, store.KindMeta,
		store.KindEvent, store.KindUser, store.KindUserGroup, store.KindManagedPolicy, store.KindOIDCProvider, store.KindAddress,
		store.KindLaunchTemplate, store.KindLaunchTemplateVersion, store.KindPlacementGroup, store.KindNetworkACL, store.KindDHCPOptions,
		store.KindRole, store.KindInstanceProfile: // no part of an intent
	default:
		about.whole = true
	}
}

func (about *concern) add(id cloud.InstanceID) {
	if about.instances == nil {
		about.instances = map[cloud.InstanceID]bool{}
	}
	about.instances[id] = true
}

func (about *concern) all(tx *store.Tx, ix store.Index, value string) {
	for i := range tx.Instances().By(ix, value) {
		about.add(i.ID)
	}
}

// vpcOf is the VPC that a changed part of one belongs to, "" if it is gone.
func vpcOf(tx *store.Tx, c store.Change) cloud.VPCID {
	switch c.Kind {
	case store.KindSubnet:
		r, _ := tx.Subnets().Get(cloud.SubnetID(c.Key))
		return r.VPC
	case store.KindGroup:
		r, _ := tx.Groups().Get(cloud.GroupID(c.Key))
		return r.VPC
	case store.KindRouteTable:
		r, _ := tx.RouteTables().Get(cloud.RouteTableID(c.Key))
		return r.VPC
	case store.KindInternetGateway:
		r, _ := tx.InternetGateways().Get(cloud.InternetGatewayID(c.Key))
		return r.VPC
	default:
		return ""
	}
}

// instanceIntent is the intent of one instance, nil if it has none in the zone.
func (s *Service) instanceIntent(tx *store.Tx, zone string, id cloud.InstanceID) *rpc.InstanceIntent {
	i, ok := tx.Instances().Get(id)
	if !ok || i.Zone != zone || !intended(i) {
		return nil
	}
	in := s.compileInstance(tx, i)
	return &in
}
