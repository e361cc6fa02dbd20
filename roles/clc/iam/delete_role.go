package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// DeleteRole removes a role that has no policies and is in no instance profile.
// Its sessions end with it: whoever authenticates one looks for the role.
func (s *Service) DeleteRole(ctx context.Context, c *awsquery.Call, in *iam.DeleteRoleRequest) (*iam.DeleteRoleResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		r, err := roleNamed(tx, c, text(in.RoleName))
		if err != nil {
			return err
		}
		for range tx.InstanceProfiles().By(store.ByRole, r.ID) {
			return cloud.Errorf(cloud.InUse, cloud.ResRole, r.Name, "Cannot delete entity, must remove roles from instance profile first.")
		}
		if err := aRole.bare(r.Attachments, r.Name); err != nil {
			return err
		}
		return tx.Roles().Delete(r.ID)
	})
}
