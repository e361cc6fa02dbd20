package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/store"
)

// DescribeDhcpOptions lists an account's sets of DHCP options.
func (s *Service) DescribeDhcpOptions(ctx context.Context, c *awsquery.Call, in *ec2.DescribeDhcpOptionsRequest) (*ec2.DescribeDhcpOptionsResult, error) {
	out := &ec2.DescribeDhcpOptionsResult{DhcpOptions: []ec2.DhcpOptions{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, dhcpKind(tx, c.Caller.Account), query{ids: in.DhcpOptionsIds, filters: in.Filters,
			max: in.MaxResults, token: in.NextToken, limits: pageLimits})
		out.NextToken = next
		for _, d := range found {
			out.DhcpOptions = append(out.DhcpOptions, renderDHCP(tx, d))
		}
		return err
	})
	return out, err
}
