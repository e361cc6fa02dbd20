package clc

import (
	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/rpc"
	"ecc/store"
)

// auditIdentity checks that identities name only policies and groups that are
// there, profiles roles, and associations instances that live.
func auditIdentity(tx *store.Tx, rep *rpc.AuditReport, find finder) {
	policies := func(who string, boundary string, managed []string) {
		for _, arn := range append([]string{boundary}, managed...) {
			if _, ok := identity.ManagedDocument(tx, arn); arn != "" && !ok {
				find("%s has the policy %s, which does not exist", who, arn)
			}
		}
	}
	for u := range tx.Users().All() {
		rep.Checked["users"]++
		policies(u.ARN(), u.Boundary, u.Attachments.Managed)
		for _, id := range u.Groups {
			if g, ok := tx.UserGroups().Get(id); !ok || g.Account != u.Account {
				find("%s is in the group %s, which does not exist", u.ARN(), id)
			}
		}
	}
	for g := range tx.UserGroups().All() {
		policies(g.ARN(), "", g.Attachments.Managed)
	}
	for r := range tx.Roles().All() {
		rep.Checked["roles"]++
		policies(r.ARN(), r.Boundary, r.Attachments.Managed)
	}
	for p := range tx.InstanceProfiles().All() {
		if r, ok := tx.Roles().Get(p.Role); p.Role != "" && (!ok || r.Account != p.Account) {
			find("%s has the role %s, which does not exist", p.ARN(), p.Role)
		}
	}
	auditAssociations(tx, find)
}

// auditAssociations checks that an instance has one profile at most, and none
// once it is terminated.
func auditAssociations(tx *store.Tx, find finder) {
	has := map[cloud.InstanceID]cloud.AssociationID{}
	for a := range tx.ProfileAssociations().All() {
		i, ok := tx.Instances().Get(a.Instance)
		if !ok || i.Account != a.Account || i.State() == cloud.StateTerminated {
			find("%s is of instance %s, which is not there", a.ID, a.Instance)
		}
		if other, twice := has[a.Instance]; twice {
			find("instance %s has the profiles of %s and %s", a.Instance, other, a.ID)
		}
		has[a.Instance] = a.ID
	}
}
