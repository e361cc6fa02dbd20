package clc

import (
	"regexp"

	"ecc/cloud"
	"ecc/store"
)

// maxGroupsPerENI is how many groups an interface may be in, EC2's default.
const maxGroupsPerENI = 5

// groupText is what EC2 allows in a group's name and description.
var groupText = regexp.MustCompile(`^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}$`)

// direction of a rule.
type direction bool

const (
	ingress direction = false
	egress  direction = true
)

// rules returns the group's rules of a direction.
func (d direction) rules(g *cloud.Group) *[]cloud.GroupRule {
	if d == egress {
		return &g.Egress
	}
	return &g.Ingress
}

// groupOf finds an account's group by id or, in the default VPC, by name.
func groupOf(tx *store.Tx, a cloud.AccountID, id, name string) (cloud.Group, error) {
	if id == "" && name == "" {
		return cloud.Group{}, cloud.Errorf(cloud.Missing, cloud.AnyResource, "GroupId", "The request must contain the parameter groupName or groupId")
	}
	if id != "" {
		if !cloud.ValidID(cloud.PrefixGroup, id) {
			return cloud.Group{}, cloud.Errorf(cloud.Malformed, cloud.ResGroup, id, "")
		}
		g, ok := tx.Groups().Get(cloud.GroupID(id))
		if !ok || g.Account != a {
			return g, cloud.Errorf(cloud.NotFound, cloud.ResGroup, id, "")
		}
		return g, nil
	}
	vpc := defaultVPCOf(tx, a)
	for g := range tx.Groups().By(store.ByVPC, string(vpc)) {
		if g.Name == name {
			return g, nil
		}
	}
	return cloud.Group{}, cloud.Errorf(cloud.NotFound, cloud.ResGroup, name, "The security group '%s' does not exist in default VPC '%s'", name, vpc)
}

// defaultVPCOf is the id of an account's default VPC, "" without one.
func defaultVPCOf(tx *store.Tx, a cloud.AccountID) cloud.VPCID {
	for v := range tx.VPCs().By(store.ByAccount, string(a)) {
		if v.Default {
			return v.ID
		}
	}
	return ""
}
