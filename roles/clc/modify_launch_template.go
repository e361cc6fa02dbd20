package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ModifyLaunchTemplate says which version of a launch template is the default
// one: all there is to change.
func (s *Service) ModifyLaunchTemplate(ctx context.Context, c *awsquery.Call, in *ec2.ModifyLaunchTemplateRequest) (*ec2.ModifyLaunchTemplateResult, error) {
	ref := templateRef{in.LaunchTemplateId, in.LaunchTemplateName}
	if err := ref.check(); err != nil {
		return nil, err
	}
	if text(in.DefaultVersion) == "" {
		return nil, cloud.Errorf(cloud.Missing, cloud.ResParameter, "SetDefaultVersion", "")
	}
	out := &ec2.ModifyLaunchTemplateResult{}
	return out, s.update(ctx, c, func(tx *store.Tx) error {
		return s.once(tx, c, in.ClientToken, func(done []string) ([]string, error) {
			t, err := ref.find(tx, c.Caller.Account)
			if err != nil {
				return nil, err
			}
			if done == nil {
				v, err := versionOf(tx, t, *in.DefaultVersion)
				if err != nil {
					return nil, err
				}
				t.Default = v.Number
				if err := tx.LaunchTemplates().Put(t); err != nil {
					return nil, err
				}
			}
			out.LaunchTemplate = renderTemplate(tx, t)
			return []string{string(t.ID)}, nil
		})
	})
}
