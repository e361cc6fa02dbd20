package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ReportInstanceStatus takes a tenant's complaint about instances. It changes
// nothing of them: it is for the operator, in the log.
func (s *Service) ReportInstanceStatus(ctx context.Context, c *awsquery.Call, in *ec2.ReportInstanceStatusRequest) (*ec2.ReportInstanceStatusResult, error) {
	if err := checkInstanceIDs(in.Instances); err != nil {
		return nil, err
	}
	if in.StartTime != nil && in.EndTime != nil && in.EndTime.Before(*in.StartTime) {
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "EndTime", "The end time is before the start time.")
	}
	err := s.update(ctx, c, func(tx *store.Tx) error {
		for _, id := range in.Instances {
			if _, err := instanceOf(tx, c.Caller.Account, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.log.Info("a tenant reports on instances", "account", c.Caller.Account, "instances", in.Instances, "status", *in.Status, "reasons", in.ReasonCodes)
	}
	return nil, err
}
