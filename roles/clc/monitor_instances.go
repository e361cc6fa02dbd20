package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// MonitorInstances notes that instances shall be measured in detail.
func (s *Service) MonitorInstances(ctx context.Context, c *awsquery.Call, in *ec2.MonitorInstancesRequest) (*ec2.MonitorInstancesResult, error) {
	out, err := s.monitor(ctx, c, in.InstanceIds, true, "pending")
	if err != nil {
		return nil, err
	}
	return &ec2.MonitorInstancesResult{InstanceMonitorings: out}, nil
}

// monitor sets the monitoring flag of instances. EC2 answers with the state
// before the one it comes to, which they are in at once.
func (s *Service) monitor(ctx context.Context, c *awsquery.Call, ids []string, on bool, state string) ([]ec2.InstanceMonitoring, error) {
	_, err := s.changeInstances(ctx, c, ids, func(_ *store.Tx, i *cloud.Instance) error {
		if i.Desired.Goal == cloud.GoalTerminated {
			return wrongState(i, "monitored")
		}
		i.Monitoring = on
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := []ec2.InstanceMonitoring{}
	for _, id := range ids {
		out = append(out, ec2.InstanceMonitoring{InstanceId: ptr(id), Monitoring: &ec2.Monitoring{State: ptr(state)}})
	}
	return out, nil
}
