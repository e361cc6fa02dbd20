package clc

import (
	"context"
	"iter"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeNetworkInterfaces lists an account's interfaces.
func (s *Service) DescribeNetworkInterfaces(ctx context.Context, c *awsquery.Call, in *ec2.DescribeNetworkInterfacesRequest) (*ec2.DescribeNetworkInterfacesResult, error) {
	out := &ec2.DescribeNetworkInterfacesResult{NetworkInterfaces: []ec2.NetworkInterface{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, s.eniKind(tx, c.Caller.Account), query{ids: in.NetworkInterfaceIds, filters: in.Filters,
			max: in.MaxResults, token: in.NextToken, limits: pageLimits, apart: true})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, e := range found {
			out.NetworkInterfaces = append(out.NetworkInterfaces, s.renderENI(tx, e))
		}
		return nil
	})
	return out, err
}

// eniKind is what a query for interfaces knows of them.
func (s *Service) eniKind(tx *store.Tx, a cloud.AccountID) kind[cloud.ENI] {
	id := func(e cloud.ENI) string { return string(e.ID) }
	return kind[cloud.ENI]{resource: cloud.ResENI, prefix: cloud.PrefixENI, id: id, tags: tagsOf(tx, a, id),
		get: owned(tx.ENIs(), a, func(e cloud.ENI) cloud.AccountID { return e.Account }),
		all: tx.ENIs().By(store.ByAccount, string(a)),
		after: func(id string) iter.Seq[cloud.ENI] {
			return tx.ENIs().ByAfter(store.ByAccount, string(a), cloud.ENIID(id))
		},
		filters: s.eniFilters(tx)}
}

// filterTime is how filters write times.
const filterTime = "2006-01-02T15:04:05.000Z"
