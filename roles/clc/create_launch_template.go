package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateLaunchTemplate makes a launch template with its first version.
func (s *Service) CreateLaunchTemplate(ctx context.Context, c *awsquery.Call, in *ec2.CreateLaunchTemplateRequest) (*ec2.CreateLaunchTemplateResult, error) {
	if in.Operator != nil {
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResLaunchTemplate, "", "This cloud has no service providers that manage launch templates.")
	}
	data, err := writeTemplateData(in.LaunchTemplateData)
	if err != nil {
		return nil, err
	}
	tags, err := specTags(in.TagSpecifications, typeTemplate)
	if err != nil {
		return nil, err
	}
	id, err := s.id(cloud.PrefixLaunchTemplate)
	if err != nil {
		return nil, err
	}
	out := &ec2.CreateLaunchTemplateResult{}
	return out, s.update(ctx, c, func(tx *store.Tx) error {
		return s.once(tx, c, in.ClientToken, func(done []string) ([]string, error) {
			if done != nil {
				id = done[0]
			} else if err := putTemplate(tx, c, cloud.LaunchTemplateID(id), *in.LaunchTemplateName, text(in.VersionDescription), data, tags); err != nil {
				return nil, err
			}
			t, err := templateRef{id: &id}.find(tx, c.Caller.Account)
			if err == nil {
				out.LaunchTemplate = renderTemplate(tx, t)
			}
			return []string{id}, err
		})
	})
}

// putTemplate writes a template with its first version and its tags.
func putTemplate(tx *store.Tx, c *awsquery.Call, id cloud.LaunchTemplateID, name, description, data string, tags map[string]string) error {
	a := c.Caller.Account
	if _, taken := templateByName(tx, a, name); taken {
		return cloud.Errorf(cloud.AlreadyExists, cloud.ResLaunchTemplateName, name, "")
	}
	t := cloud.LaunchTemplate{ID: id, Account: a, Name: name, Default: 1, Latest: 1, Last: 1, CreatedBy: c.Caller.ARN, Created: tx.Now}
	if err := tx.LaunchTemplates().Put(t); err != nil {
		return err
	}
	if err := putVersion(tx, c, t, 1, description, data); err != nil {
		return err
	}
	return putTags(tx, cloud.TagSet{Resource: string(id), Type: typeTemplate, Account: a, Tags: tags})
}

func putVersion(tx *store.Tx, c *awsquery.Call, t cloud.LaunchTemplate, n int64, description, data string) error {
	return tx.LaunchTemplateVersions().Put(cloud.LaunchTemplateVersion{ID: versionID(t.ID, n), Account: t.Account, Template: t.ID, Number: n,
		Description: description, Data: data, CreatedBy: c.Caller.ARN, Created: tx.Now})
}
