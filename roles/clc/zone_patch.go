package clc

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// A zone's intent is compiled as a whole only when something changed that is
// part of many instances'. Else the instances that were written are compiled
// again: with a thousand instances a launch would otherwise cost the time of
// compiling all of them, in every zone, at each of its steps.

// concerned returns the instances whose intents the changes after one revision,
// up to another, may have changed. whole says that it may be any instance.
func (s *Service) concerned(ctx context.Context, after, upTo cloud.Revision) (ids []cloud.InstanceID, whole bool) {
	w, err := s.store.Watch(after)
	if err != nil {
		return nil, true // too long ago
	}
	for w.Revision() < upTo {
		changes, err := w.Next(ctx)
		if err != nil {
			return nil, true
		}
		for _, c := range changes {
			switch c.Kind {
			case store.KindInstance:
				ids = append(ids, cloud.InstanceID(c.Key))
			case store.KindTagSet: // by what is tagged
				if cloud.ValidID(cloud.PrefixInstance, c.Key) {
					ids = append(ids, cloud.InstanceID(c.Key))
				}
			case store.KindImage, store.KindVPC, store.KindSubnet, store.KindGroup, store.KindNode:
				return nil, true
			case store.KindAccount, store.KindAccessKey, store.KindKeyPair, store.KindENI, store.KindJoinToken,
				store.KindClientToken, store.KindMeta, store.KindEvent, store.KindUser, store.KindUserGroup, store.KindManagedPolicy,
				store.KindOIDCProvider, store.KindLaunchTemplate, store.KindLaunchTemplateVersion, store.KindPlacementGroup: // no part of an intent
			default:
				return nil, true
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), false
}

// patchZone brings an intent of the zone to what the instances written since
// are now, and reports whether that changed it. The old one is left as it is:
// others read it.
func (s *Service) patchZone(tx *store.Tx, zone string, old rpc.ZoneIntent, written []cloud.InstanceID) (rpc.ZoneIntent, bool) {
	z, changed := old, false
	for _, id := range written {
		now := s.instanceIntent(tx, zone, id)
		at, found := slices.BinarySearchFunc(z.Instances, id, func(i rpc.InstanceIntent, id cloud.InstanceID) int {
			return strings.Compare(string(i.ID), string(id))
		})
		var was []rpc.InstanceIntent
		if found {
			was = z.Instances[at : at+1]
		}
		if len(was) == len(now) && reflect.DeepEqual(was, now) {
			continue
		}
		z.Instances = slices.Concat(z.Instances[:at], now, z.Instances[at+len(was):])
		changed = true
	}
	if changed {
		z.Groups = compileGroups(tx, z.Instances)
	}
	return z, changed
}

// instanceIntent is the intent of one instance, none if it has none in the zone.
func (s *Service) instanceIntent(tx *store.Tx, zone string, id cloud.InstanceID) []rpc.InstanceIntent {
	i, ok := tx.Instances().Get(id)
	if !ok || i.Zone != zone || !intended(i) {
		return nil
	}
	return []rpc.InstanceIntent{s.compileInstance(tx, i)}
}
