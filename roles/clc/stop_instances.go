package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// StopInstances wants guests off with their disks kept. A guest gets time to
// go down by itself unless force is asked for.
func (s *Service) StopInstances(ctx context.Context, c *awsquery.Call, in *ec2.StopInstancesRequest) (*ec2.StopInstancesResult, error) {
	if truth(in.Hibernate) {
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResInstance, "", "This cloud does not offer hibernation.")
	}
	force := truth(in.Force) || truth(in.SkipOsShutdown)
	out, err := s.changeInstances(ctx, c, in.InstanceIds, func(tx *store.Tx, i *cloud.Instance) error {
		switch {
		case i.Desired.Goal == cloud.GoalTerminated:
			return wrongState(i, "stopped")
		case i.NoStop && i.Desired.Goal == cloud.GoalRunning:
			return cloud.Errorf(cloud.Denied, cloud.ResInstance, string(i.ID), "The instance '%s' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.", i.ID)
		}
		i.Want(cloud.GoalStopped, cloud.Reason{Code: cloud.ReasonUserShutdown, Message: cloud.ReasonUserShutdown + ": User initiated shutdown"}, tx.Now)
		if force && !i.Desired.Force {
			i.Desired.Force = true
			i.Desired.Generation++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &ec2.StopInstancesResult{StoppingInstances: out}, nil
}
