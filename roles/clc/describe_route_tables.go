package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/store"
)

// tablePages are the bounds of DescribeRouteTables' MaxResults.
var tablePages = awsquery.Limits{Min: 5, Max: 100}

// DescribeRouteTables lists an account's route tables.
func (s *Service) DescribeRouteTables(ctx context.Context, c *awsquery.Call, in *ec2.DescribeRouteTablesRequest) (*ec2.DescribeRouteTablesResult, error) {
	out := &ec2.DescribeRouteTablesResult{RouteTables: []ec2.RouteTable{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, tableKind(tx, c.Caller.Account), query{ids: in.RouteTableIds, filters: in.Filters,
			max: in.MaxResults, token: in.NextToken, limits: tablePages})
		out.NextToken = next
		for _, t := range found {
			out.RouteTables = append(out.RouteTables, renderTable(tx, t))
		}
		return err
	})
	return out, err
}
