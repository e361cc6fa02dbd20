package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeAvailabilityZones lists the zones of the configuration, whether a
// node of theirs reports or not.
func (s *Service) DescribeAvailabilityZones(ctx context.Context, c *awsquery.Call, in *ec2.DescribeAvailabilityZonesRequest) (*ec2.DescribeAvailabilityZonesResult, error) {
	names := slices.Clone(in.ZoneNames)
	for _, id := range in.ZoneIds {
		z, ok := s.zoneOfID(id)
		if !ok {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResZone, id, "")
		}
		names = append(names, z)
	}
	out := &ec2.DescribeAvailabilityZonesResult{AvailabilityZones: []ec2.AvailabilityZone{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, _, err := find(c, s.zoneKind(tx), query{ids: names, filters: in.Filters})
		for _, z := range found {
			out.AvailabilityZones = append(out.AvailabilityZones, s.renderZone(tx, z))
		}
		return err
	})
	return out, err
}

// zoneKind is what a query for zones knows of them.
func (s *Service) zoneKind(tx *store.Tx) kind[string] {
	name := func(z string) string { return z }
	state := func(z string) string { st, _ := zoneState(tx, z); return st }
	return kind[string]{resource: cloud.ResZone, id: name, all: slices.Values(s.cfg.Zones),
		get: func(z string) (string, bool) { return z, s.checkZone(z) == nil },
		filters: awsquery.Filters[string]{
			"group-long-name":      fixed[string](s.cfg.Region),
			"group-name":           fixed[string](s.cfg.Region),
			"message":              one(func(z string) string { _, why := zoneState(tx, z); return why }),
			"network-border-group": fixed[string](s.cfg.Region),
			"opt-in-status":        fixed[string](optInNotRequired),
			"parent-zone-id":       fixed[string](),
			"parent-zone-name":     fixed[string](),
			"region-name":          fixed[string](s.cfg.Region),
			"state":                one(state),
			"zone-id":              one(s.zoneID),
			"zone-name":            one(name),
			"zone-type":            fixed[string](zoneType),
		}}
}

// What EC2 says of zones and regions that everybody has.
const (
	optInNotRequired = "opt-in-not-required"
	zoneType         = "availability-zone"
)

func (s *Service) renderZone(tx *store.Tx, zone string) ec2.AvailabilityZone {
	state, why := zoneState(tx, zone)
	out := ec2.AvailabilityZone{ZoneName: ptr(zone), ZoneId: ptr(s.zoneID(zone)), ZoneType: ptr(zoneType), State: ptr(state),
		RegionName: ptr(s.cfg.Region), GroupName: ptr(s.cfg.Region), GroupLongName: ptr(s.cfg.Region),
		NetworkBorderGroup: ptr(s.cfg.Region), OptInStatus: ptr(optInNotRequired), Messages: []ec2.AvailabilityZoneMessage{}}
	if why != "" {
		out.Messages = append(out.Messages, ec2.AvailabilityZoneMessage{Message: ptr(why)})
	}
	return out
}
