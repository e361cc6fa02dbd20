package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeleteSecurityGroup removes a group that no interface is in.
func (s *Service) DeleteSecurityGroup(ctx context.Context, c *awsquery.Call, in *ec2.DeleteSecurityGroupRequest) (*ec2.DeleteSecurityGroupResult, error) {
	out := &ec2.DeleteSecurityGroupResult{Return: ptr(true)}
	err := s.update(ctx, c, func(tx *store.Tx) error {
		g, err := groupOf(tx, c.Caller.Account, text(in.GroupId), text(in.GroupName))
		if err != nil {
			return err
		}
		if g.Name == "default" {
			return cloud.Errorf(cloud.WrongState, cloud.ResGroup, string(g.ID), "the specified group: \"%s\" name: \"default\" cannot be deleted by a user", g.ID)
		}
		for e := range tx.ENIs().By(store.ByVPC, string(g.VPC)) {
			for _, id := range e.Groups {
				if id == g.ID {
					return cloud.Errorf(cloud.InUse, cloud.ResGroup, string(g.ID), "resource %s has a dependent object", g.ID)
				}
			}
		}
		out.GroupId = ptr(string(g.ID))
		for _, id := range append(ruleIDs(g.Ingress, g.Egress), string(g.ID)) {
			if err := tx.TagSets().Delete(id); err != nil {
				return err
			}
		}
		return tx.Groups().Delete(g.ID)
	})
	return out, err
}

func ruleIDs(lists ...[]cloud.GroupRule) []string {
	var out []string
	for _, rules := range lists {
		for _, r := range rules {
			out = append(out, string(r.ID))
		}
	}
	return out
}
