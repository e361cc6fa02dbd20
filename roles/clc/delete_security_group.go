package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeleteSecurityGroup removes a group that no interface is in and that no other
// group's rules name.
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
		if groupUsed(tx, g) || groupNamed(tx, g) {
			return cloud.Errorf(cloud.InUse, cloud.ResGroup, string(g.ID), "resource %s has a dependent object", g.ID)
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

// groupNamed reports whether another group's rules name a group.
func groupNamed(tx *store.Tx, g cloud.Group) bool {
	for other := range tx.Groups().By(store.ByVPC, string(g.VPC)) {
		names := func(r cloud.GroupRule) bool { return r.Group == g.ID }
		if other.ID != g.ID && (slices.ContainsFunc(other.Ingress, names) || slices.ContainsFunc(other.Egress, names)) {
			return true
		}
	}
	return false
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
