package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeInstanceCreditSpecifications tells the CPU credits of the burstable
// instances named, or lists those with unlimited credits.
func (s *Service) DescribeInstanceCreditSpecifications(ctx context.Context, c *awsquery.Call, in *ec2.DescribeInstanceCreditSpecificationsRequest) (*ec2.DescribeInstanceCreditSpecificationsResult, error) {
	out := &ec2.DescribeInstanceCreditSpecificationsResult{InstanceCreditSpecifications: []ec2.InstanceCreditSpecification{}}
	return out, s.store.View(ctx, func(tx *store.Tx) error {
		k := s.instanceKind(tx, c.Caller.Account)
		k.filters = awsquery.Filters[cloud.Instance]{"instance-id": one(func(i cloud.Instance) string { return string(i.ID) })}
		k.hide = func(i cloud.Instance) bool {
			return len(in.InstanceIds) == 0 && (creditsOf(i) != "unlimited" || i.State() == cloud.StateTerminated)
		}
		found, next, err := find(c, k, query{ids: in.InstanceIds, filters: in.Filters, max: in.MaxResults, token: in.NextToken, limits: pageLimits, apart: true})
		if err != nil {
			return err
		}
		if at := slices.IndexFunc(found, func(i cloud.Instance) bool { return creditsOf(i) == "" }); at >= 0 {
			return cloud.Errorf(cloud.Unsupported, cloud.ResCredits, string(found[at].ID), "")
		}
		out.NextToken = next
		for _, i := range found {
			out.InstanceCreditSpecifications = append(out.InstanceCreditSpecifications,
				ec2.InstanceCreditSpecification{InstanceId: ptr(string(i.ID)), CpuCredits: ptr(creditsOf(i))})
		}
		return nil
	})
}

// creditsOf are an instance's CPU credits, "" for a type without. An instance
// that became burstable later has its type's default.
func creditsOf(i cloud.Instance) string {
	if burstable(i.Type) && i.Credits != "" {
		return i.Credits
	}
	return defaultCredits(i.Type)
}
