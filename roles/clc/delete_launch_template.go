package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/store"
)

// DeleteLaunchTemplate removes a launch template. Nobody sees its versions any
// more; more than a few go later, see expire.go.
func (s *Service) DeleteLaunchTemplate(ctx context.Context, c *awsquery.Call, in *ec2.DeleteLaunchTemplateRequest) (*ec2.DeleteLaunchTemplateResult, error) {
	ref := templateRef{in.LaunchTemplateId, in.LaunchTemplateName}
	if err := ref.check(); err != nil {
		return nil, err
	}
	out := &ec2.DeleteLaunchTemplateResult{}
	return out, s.update(ctx, c, func(tx *store.Tx) error {
		t, err := ref.find(tx, c.Caller.Account)
		if err != nil {
			return err
		}
		out.LaunchTemplate = renderTemplate(tx, t)
		gone := 0
		for v := range tx.LaunchTemplateVersions().By(store.ByTemplate, string(t.ID)) {
			if gone++; gone > maxVersionsACall {
				break
			}
			if err := tx.LaunchTemplateVersions().Delete(v.ID); err != nil {
				return err
			}
		}
		if err := tx.TagSets().Delete(string(t.ID)); err != nil {
			return err
		}
		return tx.LaunchTemplates().Delete(t.ID)
	})
}
