package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// AssociateIamInstanceProfile hands an instance profile to an instance that has
// none. The permission to pass its role was asked for with the action's own.
func (s *Service) AssociateIamInstanceProfile(ctx context.Context, c *awsquery.Call, in *ec2.AssociateIamInstanceProfileRequest) (*ec2.AssociateIamInstanceProfileResult, error) {
	if err := checkProfile(in.IamInstanceProfile); err != nil {
		return nil, err
	}
	if err := checkInstanceIDs([]string{text(in.InstanceId)}); err != nil {
		return nil, err
	}
	id, err := s.id(cloud.PrefixProfileAssociation)
	if err != nil {
		return nil, err
	}
	var made cloud.ProfileAssociation
	err = s.update(ctx, c, func(tx *store.Tx) error {
		i, ok := tx.Instances().Get(cloud.InstanceID(text(in.InstanceId)))
		if !ok || i.Account != c.Caller.Account {
			return cloud.Errorf(cloud.NotFound, cloud.ResInstance, text(in.InstanceId), "")
		}
		if state := i.State(); state == cloud.StateShuttingDown || state == cloud.StateTerminated {
			return cloud.Errorf(cloud.WrongState, cloud.ResInstance, string(i.ID), "The instance '%s' is not in the 'running' or 'stopped' states.", i.ID)
		}
		if _, has := associationOf(tx, i.ID); has {
			return cloud.Errorf(cloud.WrongState, cloud.ResProfileAssociation, string(i.ID), "")
		}
		p, err := profileOf(tx, c.Caller.Account, in.IamInstanceProfile)
		if err != nil {
			return err
		}
		made = newAssociation(tx, cloud.AssociationID(id), i.ID, p)
		return tx.ProfileAssociations().Put(made)
	})
	if err != nil {
		return nil, err
	}
	return &ec2.AssociateIamInstanceProfileResult{IamInstanceProfileAssociation: renderAssociation(made, "associating")}, nil
}
