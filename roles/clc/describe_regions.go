package clc

import (
	"context"
	"slices"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// DescribeRegions lists the one region a cloud is.
func (s *Service) DescribeRegions(_ context.Context, c *awsquery.Call, in *ec2.DescribeRegionsRequest) (*ec2.DescribeRegionsResult, error) {
	endpoint := s.cfg.Endpoint
	if _, host, ok := strings.Cut(endpoint, "://"); ok {
		endpoint = host // EC2 names the host alone
	}
	name := func(r string) string { return r }
	found, _, err := find(c, kind[string]{resource: cloud.ResRegion, id: name, all: slices.Values([]string{s.cfg.Region}),
		get: func(r string) (string, bool) { return r, r == s.cfg.Region },
		filters: awsquery.Filters[string]{
			"endpoint":      fixed[string](endpoint),
			"opt-in-status": fixed[string](optInNotRequired),
			"region-name":   one(name),
		}}, query{ids: in.RegionNames, filters: in.Filters})
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeRegionsResult{Regions: []ec2.Region{}}
	for _, r := range found {
		out.Regions = append(out.Regions, ec2.Region{RegionName: ptr(r), Endpoint: ptr(endpoint), OptInStatus: ptr(optInNotRequired)})
	}
	return out, nil
}
