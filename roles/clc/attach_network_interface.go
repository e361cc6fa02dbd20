package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// AttachNetworkInterface would give an instance a second interface. Guests have
// one: it is refused, after everything else was found to be right.
func (s *Service) AttachNetworkInterface(ctx context.Context, c *awsquery.Call, in *ec2.AttachNetworkInterfaceRequest) (*ec2.AttachNetworkInterfaceResult, error) {
	if err := checkInstanceIDs([]string{*in.InstanceId}); err != nil {
		return nil, err
	}
	return nil, s.store.View(ctx, func(tx *store.Tx) error {
		e, err := eniOf(tx, c.Caller.Account, *in.NetworkInterfaceId)
		if err != nil {
			return err
		}
		i, ok := tx.Instances().Get(cloud.InstanceID(*in.InstanceId))
		switch {
		case !ok || i.Account != c.Caller.Account:
			return cloud.Errorf(cloud.NotFound, cloud.ResInstance, *in.InstanceId, "")
		case e.Instance != "":
			return cloud.Errorf(cloud.InUse, cloud.ResENI, string(e.ID), "Interface: %s in use.", e.ID)
		case i.Desired.Goal == cloud.GoalTerminated:
			return wrongState(&i, "given an interface")
		case e.Zone != i.Zone:
			return cloud.Errorf(cloud.Invalid, cloud.ResENI, string(e.ID), "You may not attach a network interface to an instance if they are not in the same availability zone")
		case *in.DeviceIndex == 0:
			return cloud.Errorf(cloud.Invalid, cloud.ResENI, string(e.ID), "Instance '%s' already has an interface attached at device index '0'.", i.ID)
		}
		return cloud.Errorf(cloud.Unsupported, cloud.ResENI, string(e.ID), "This cloud's guests have one interface yet: a second one would not carry packets. Give it to an instance as its primary one, when the instance is launched.")
	})
}
