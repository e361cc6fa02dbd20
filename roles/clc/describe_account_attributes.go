package clc

import (
	"context"
	"math"
	"slices"
	"strconv"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeAccountAttributes lists the limits of an account and its default
// VPC.
func (s *Service) DescribeAccountAttributes(ctx context.Context, c *awsquery.Call, in *ec2.DescribeAccountAttributesRequest) (*ec2.DescribeAccountAttributesResult, error) {
	vpc := "none"
	var instances, addresses string
	err := s.store.View(ctx, func(tx *store.Tx) error {
		if v := defaultVPCOf(tx, c.Caller.Account); v != "" {
			vpc = string(v)
		}
		instances, addresses = s.limitText(tx, c, cloud.LimitInstances, int64(s.cfg.MaxPerAcct)), s.limitText(tx, c, cloud.LimitAddresses, math.MaxInt32)
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := []struct{ name, value string }{
		{"supported-platforms", "VPC"},
		{"default-vpc", vpc},
		{"max-instances", instances},
		{"vpc-max-security-groups-per-interface", strconv.Itoa(maxGroupsPerENI)},
		{"max-elastic-ips", addresses},
		{"vpc-max-elastic-ips", addresses},
	}
	out := &ec2.DescribeAccountAttributesResult{AccountAttributes: []ec2.AccountAttribute{}}
	for _, a := range all {
		if len(in.AttributeNames) == 0 || slices.Contains(in.AttributeNames, a.name) {
			out.AccountAttributes = append(out.AccountAttributes, ec2.AccountAttribute{AttributeName: ptr(a.name),
				AttributeValues: []ec2.AccountAttributeValue{{AttributeValue: ptr(a.value)}}})
		}
	}
	for _, n := range in.AttributeNames {
		if !slices.ContainsFunc(all, func(a struct{ name, value string }) bool { return a.name == n }) {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "AttributeName", "Value (%s) for parameter AttributeName is invalid.", n)
		}
	}
	return out, nil
}

// limitText is a limit of the caller's account as text, not above the cloud's.
func (s *Service) limitText(tx *store.Tx, c *awsquery.Call, name cloud.Limit, most int64) string {
	return strconv.FormatInt(min(most, s.ledger.Limit(tx, c.Caller.Account, name)), 10)
}
