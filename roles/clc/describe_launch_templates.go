package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeLaunchTemplates lists launch templates: those named by id or by name,
// or all.
func (s *Service) DescribeLaunchTemplates(ctx context.Context, c *awsquery.Call, in *ec2.DescribeLaunchTemplatesRequest) (*ec2.DescribeLaunchTemplatesResult, error) {
	out := &ec2.DescribeLaunchTemplatesResult{LaunchTemplates: []ec2.LaunchTemplate{}}
	return out, s.store.View(ctx, func(tx *store.Tx) error {
		ids := in.LaunchTemplateIds
		for _, name := range in.LaunchTemplateNames {
			t, err := templateRef{name: &name}.find(tx, c.Caller.Account)
			if err != nil {
				return err
			}
			ids = append(ids, string(t.ID))
		}
		found, next, err := find(c, templateKind(tx, c.Caller.Account), query{ids: ids, filters: in.Filters,
			max: in.MaxResults, token: in.NextToken, limits: templateLimits})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, t := range found {
			out.LaunchTemplates = append(out.LaunchTemplates, *renderTemplate(tx, t))
		}
		return nil
	})
}

// templateKind is what a query for launch templates knows of them.
func templateKind(tx *store.Tx, a cloud.AccountID) kind[cloud.LaunchTemplate] {
	id := func(t cloud.LaunchTemplate) string { return string(t.ID) }
	return kind[cloud.LaunchTemplate]{resource: cloud.ResLaunchTemplate, prefix: cloud.PrefixLaunchTemplate, id: id,
		get: owned(tx.LaunchTemplates(), a, func(t cloud.LaunchTemplate) cloud.AccountID { return t.Account }),
		all: tx.LaunchTemplates().By(store.ByAccount, string(a)), tags: tagsOf(tx, a, id),
		filters: awsquery.Filters[cloud.LaunchTemplate]{
			"create-time":          one(func(t cloud.LaunchTemplate) string { return t.Created.UTC().Format(filterTime) }),
			"launch-template-name": one(func(t cloud.LaunchTemplate) string { return t.Name }),
		}}
}
