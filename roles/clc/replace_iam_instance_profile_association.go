package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ReplaceIamInstanceProfileAssociation gives an instance another instance
// profile instead of the one it has, by a new association.
func (s *Service) ReplaceIamInstanceProfileAssociation(ctx context.Context, c *awsquery.Call, in *ec2.ReplaceIamInstanceProfileAssociationRequest) (*ec2.ReplaceIamInstanceProfileAssociationResult, error) {
	if err := checkProfile(in.IamInstanceProfile); err != nil {
		return nil, err
	}
	id, err := s.id(cloud.PrefixProfileAssociation)
	if err != nil {
		return nil, err
	}
	var made cloud.ProfileAssociation
	err = s.update(ctx, c, func(tx *store.Tx) error {
		old, err := ownAssociation(tx, c.Caller.Account, text(in.AssociationId))
		if err != nil {
			return err
		}
		p, err := profileOf(tx, c.Caller.Account, in.IamInstanceProfile)
		if err != nil {
			return err
		}
		if err := tx.ProfileAssociations().Delete(old.ID); err != nil {
			return err
		}
		made = newAssociation(tx, cloud.AssociationID(id), old.Instance, p)
		return tx.ProfileAssociations().Put(made)
	})
	if err != nil {
		return nil, err
	}
	return &ec2.ReplaceIamInstanceProfileAssociationResult{IamInstanceProfileAssociation: renderAssociation(made, "associating")}, nil
}

// ownAssociation finds an account's association of an instance profile.
func ownAssociation(tx *store.Tx, a cloud.AccountID, id string) (cloud.ProfileAssociation, error) {
	if !cloud.ValidID(cloud.PrefixProfileAssociation, id) {
		return cloud.ProfileAssociation{}, cloud.Errorf(cloud.Malformed, cloud.ResProfileAssociation, id, "")
	}
	as, ok := tx.ProfileAssociations().Get(cloud.AssociationID(id))
	if !ok || as.Account != a {
		return as, cloud.Errorf(cloud.NotFound, cloud.ResProfileAssociation, id, "")
	}
	return as, nil
}
