package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// StartInstances wants stopped instances running again. Their disk is on their
// node, so they start there or not at all.
func (s *Service) StartInstances(ctx context.Context, c *awsquery.Call, in *ec2.StartInstancesRequest) (*ec2.StartInstancesResult, error) {
	out, err := s.changeInstances(ctx, c, in.InstanceIds, func(tx *store.Tx, i *cloud.Instance) error {
		switch i.State() {
		case cloud.StatePending, cloud.StateRunning:
			return nil
		case cloud.StateStopped:
		default:
			return wrongState(i, "started")
		}
		if err := roomToStart(tx, i); err != nil {
			return err
		}
		i.Want(cloud.GoalRunning, cloud.Reason{}, tx.Now)
		i.Launched = tx.Now // EC2's launch time is that of the last start
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &ec2.StartInstancesResult{StartingInstances: out}, nil
}

// roomToStart checks that the instance's node reports and has room for its
// vCPU and memory; its disk is there already.
func roomToStart(tx *store.Tx, i *cloud.Instance) error {
	rooms := zoneRooms(tx, i.Zone)
	want := cloud.Capacity{VCPU: i.VCPU, Memory: i.Memory}
	k := slices.IndexFunc(rooms, func(r cloud.Room) bool { return r.Node == i.Desired.Node })
	if k < 0 || want.VCPU > rooms[k].Free.VCPU || want.Memory > rooms[k].Free.Memory {
		return cloud.Errorf(cloud.Exhausted, cloud.ResInstance, string(i.ID), "There is not enough capacity on the instance's node to start '%s' now.", i.ID)
	}
	return nil
}
