package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// CreateGroup makes a group without members or policies.
func (s *Service) CreateGroup(ctx context.Context, c *awsquery.Call, in *iam.CreateGroupRequest) (*iam.CreateGroupResult, error) {
	g := cloud.UserGroup{Account: c.Caller.Account, Name: text(in.GroupName)}
	if err := checkName("groupName", g.Name, maxName); err != nil {
		return nil, err
	}
	var err error
	if g.Path, err = readPath("path", in.Path); err != nil {
		return nil, err
	}
	if g.ID, err = s.uniqueID(prefixGroup); err != nil {
		return nil, err
	}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		if taken(tx.UserGroups(), g.Account, g.Name) {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResUserGroup, g.Name, "")
		}
		g.Created = tx.Now
		return tx.UserGroups().Put(g)
	})
	return &iam.CreateGroupResult{Group: ptr(renderGroup(g))}, err
}
