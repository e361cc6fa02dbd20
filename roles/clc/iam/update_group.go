package iam

import (
	"context"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// UpdateGroup gives a group another name or path. Members and policies stay.
func (s *Service) UpdateGroup(ctx context.Context, c *awsquery.Call, in *iam.UpdateGroupRequest) (*iam.UpdateGroupResult, error) {
	path, err := readPath("newPath", in.NewPath)
	if err != nil {
		return nil, err
	}
	return nil, s.changeGroup(ctx, c, in.GroupName, func(tx *store.Tx, g *cloud.UserGroup) error {
		if in.NewPath != nil {
			g.Path = path
		}
		if in.NewGroupName == nil || *in.NewGroupName == g.Name {
			return nil
		}
		if !strings.EqualFold(*in.NewGroupName, g.Name) && taken(tx.UserGroups(), g.Account, *in.NewGroupName) {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResUserGroup, *in.NewGroupName, "")
		}
		g.Name = *in.NewGroupName
		return nil
	})
}

// changeGroup changes one group of the caller's account in one transaction.
func (s *Service) changeGroup(ctx context.Context, c *awsquery.Call, name *string, change func(*store.Tx, *cloud.UserGroup) error) error {
	return s.update(ctx, c, func(tx *store.Tx) error {
		g, err := groupNamed(tx, c, text(name))
		if err != nil {
			return err
		}
		if err := change(tx, &g); err != nil {
			return err
		}
		return tx.UserGroups().Put(g)
	})
}
