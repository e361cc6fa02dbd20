package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DisassociateIamInstanceProfile takes an instance's profile away. The
// credentials it has end with their time.
func (s *Service) DisassociateIamInstanceProfile(ctx context.Context, c *awsquery.Call, in *ec2.DisassociateIamInstanceProfileRequest) (*ec2.DisassociateIamInstanceProfileResult, error) {
	var gone cloud.ProfileAssociation
	err := s.update(ctx, c, func(tx *store.Tx) (err error) {
		if gone, err = ownAssociation(tx, c.Caller.Account, text(in.AssociationId)); err != nil {
			return err
		}
		return tx.ProfileAssociations().Delete(gone.ID)
	})
	if err != nil {
		return nil, err
	}
	return &ec2.DisassociateIamInstanceProfileResult{IamInstanceProfileAssociation: renderAssociation(gone, "disassociating")}, nil
}
