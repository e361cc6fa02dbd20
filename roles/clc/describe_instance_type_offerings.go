package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// offering is one instance type in one place.
type offering struct{ typ, location string }

// DescribeInstanceTypeOfferings lists where each size is offered: everywhere.
// There are no outposts.
func (s *Service) DescribeInstanceTypeOfferings(_ context.Context, c *awsquery.Call, in *ec2.DescribeInstanceTypeOfferingsRequest) (*ec2.DescribeInstanceTypeOfferingsResult, error) {
	location := text(in.LocationType)
	if location == "" {
		location = "region"
	}
	found, next, err := find(c, kind[offering]{resource: cloud.ResInstanceType,
		id: func(o offering) string { return o.typ + "/" + o.location },
		all: func(yield func(offering) bool) {
			for _, t := range s.cfg.Types {
				for _, l := range s.locations(location) {
					if !yield(offering{t.Name, l}) {
						return
					}
				}
			}
		},
		filters: awsquery.Filters[offering]{
			"instance-type": one(func(o offering) string { return o.typ }),
			"location":      one(func(o offering) string { return o.location }),
		}}, query{filters: in.Filters, max: in.MaxResults, token: in.NextToken, limits: pageLimits})
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInstanceTypeOfferingsResult{NextToken: next, InstanceTypeOfferings: []ec2.InstanceTypeOffering{}}
	for _, o := range found {
		out.InstanceTypeOfferings = append(out.InstanceTypeOfferings, ec2.InstanceTypeOffering{InstanceType: ptr(o.typ),
			LocationType: ptr(location), Location: ptr(o.location)})
	}
	return out, nil
}

// locations are the places of a kind.
func (s *Service) locations(typ string) []string {
	switch typ {
	case "region":
		return []string{s.cfg.Region}
	case "availability-zone":
		return s.cfg.Zones
	case "availability-zone-id":
		var out []string
		for _, z := range s.cfg.Zones {
			out = append(out, s.zoneID(z))
		}
		return out
	}
	return nil
}
