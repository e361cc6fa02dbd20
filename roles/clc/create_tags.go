package clc

import (
	"context"
	"maps"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateTags sets tags of resources: on all of them or on none.
func (s *Service) CreateTags(ctx context.Context, c *awsquery.Call, in *ec2.CreateTagsRequest) (*ec2.CreateTagsResult, error) {
	tags, err := readTags(in.Tags)
	if err != nil {
		return nil, err
	}
	return nil, s.changeTags(ctx, c, in.Resources, func(has map[string]string) error {
		maps.Copy(has, tags)
		if countTags(has) > maxTags {
			return cloud.Errorf(cloud.LimitExceeded, cloud.ResTag, "", "")
		}
		return nil
	})
}

// changeTags changes the tags of an account's resources in one transaction.
func (s *Service) changeTags(ctx context.Context, c *awsquery.Call, ids []string, change func(has map[string]string) error) error {
	if len(ids) > maxIDs {
		return cloud.Errorf(cloud.LimitExceeded, cloud.AnyResource, "", "one call may name %d resources", maxIDs)
	}
	return s.update(ctx, c, func(tx *store.Tx) error {
		own := newOwners(tx, c.Caller.Account)
		for _, id := range ids {
			set, err := own.tagSet(id)
			if err != nil {
				return err
			}
			has := map[string]string{}
			maps.Copy(has, set.Tags)
			if err := change(has); err != nil {
				return err
			}
			set.Tags = has
			if err := putTags(tx, set); err != nil {
				return err
			}
		}
		return nil
	})
}
