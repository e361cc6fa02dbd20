package iam

import (
	"iter"

	"ecc/cloud"
	"ecc/store"
)

// entity is a user, a group or a role, as far as policies go.
type entity struct {
	kind     string // "User", "Group", "Role"
	id, name string
	path     string
	managed  []string // ARNs
	boundary string   // ARN
}

// entities goes through the identities of an account.
func entities(tx *store.Tx, a cloud.AccountID) iter.Seq[entity] {
	return func(yield func(entity) bool) {
		for g := range tx.UserGroups().By(store.ByAccount, string(a)) {
			if !yield(entity{"Group", g.ID, g.Name, g.Path, g.Attachments.Managed, ""}) {
				return
			}
		}
		for u := range tx.Users().By(store.ByAccount, string(a)) {
			if !yield(entity{"User", u.ID, u.Name, u.Path, u.Attachments.Managed, u.Boundary}) {
				return
			}
		}
		for r := range tx.Roles().By(store.ByAccount, string(a)) {
			if !yield(entity{"Role", r.ID, r.Name, r.Path, r.Attachments.Managed, r.Boundary}) {
				return
			}
		}
	}
}
