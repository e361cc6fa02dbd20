package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// DeletePolicy removes a managed policy that nobody uses and that has only its
// default version left.
func (s *Service) DeletePolicy(ctx context.Context, c *awsquery.Call, in *iam.DeletePolicyRequest) (*iam.DeletePolicyResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		p, err := ownPolicy(tx, c, text(in.PolicyArn))
		if err != nil {
			return err
		}
		u := usageOf(tx, p.Account)
		switch arn := p.ARN(); {
		case u.attached[arn] > 0 || u.boundary[arn] > 0:
			return cloud.Errorf(cloud.InUse, cloud.ResPolicy, arn, "Cannot delete a policy attached to entities.")
		case len(p.Versions) > 1:
			return cloud.Errorf(cloud.InUse, cloud.ResPolicy, arn,
				"This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
		}
		return tx.Policies().Delete(p.ID)
	})
}
