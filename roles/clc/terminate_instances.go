package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/store"
)

// TerminateInstances wants instances gone. Terminating a terminated one is
// success. Nodes cut the power of what is to go, whether or not the caller wants
// to skip the guest's shutdown: its disk goes too.
func (s *Service) TerminateInstances(ctx context.Context, c *awsquery.Call, in *ec2.TerminateInstancesRequest) (*ec2.TerminateInstancesResult, error) {
	out, err := s.changeInstances(ctx, c, in.InstanceIds, func(tx *store.Tx, i *cloud.Instance) error {
		if i.NoTerminate && i.Desired.Goal != cloud.GoalTerminated {
			return cloud.Errorf(cloud.Denied, cloud.ResInstance, string(i.ID), "The instance '%s' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.", i.ID)
		}
		i.Want(cloud.GoalTerminated, cloud.Reason{Code: cloud.ReasonUserShutdown, Message: cloud.ReasonUserShutdown + ": User initiated shutdown"}, tx.Now)
		return endAddresses(tx, i)
	})
	if err != nil {
		return nil, err
	}
	if err := failpoint.Hit("terminate.accepted"); err != nil {
		return nil, err
	}
	return &ec2.TerminateInstancesResult{TerminatingInstances: out}, nil
}
