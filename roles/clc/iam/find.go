package iam

import (
	"strings"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/store"
)

// named is the value of the index by name. Names are unique but for case, and
// found only as they are written: a policy that names "Ann" must not be passed
// by asking for "ann".
func named(a cloud.AccountID, name string) string { return string(a) + "/" + strings.ToLower(name) }

// taken reports whether a name is in use in an account, in any case.
func taken[T any](t store.Table[string, T], a cloud.AccountID, name string) bool {
	for range t.By(store.ByName, named(a, name)) {
		return true
	}
	return false
}

// userNamed finds a user of the caller's account.
func userNamed(tx *store.Tx, c *awsquery.Call, name string) (cloud.User, error) {
	for u := range tx.Users().By(store.ByName, named(c.Caller.Account, name)) {
		if u.Name == name {
			return u, nil
		}
	}
	return cloud.User{}, cloud.Errorf(cloud.NotFound, cloud.ResUser, name, "")
}

// userOrSelf finds the user a request names, or the caller when it names none.
// Of an account's root the user is the zero value: it has no record.
func userOrSelf(tx *store.Tx, c *awsquery.Call, name *string) (cloud.User, error) {
	if name != nil {
		return userNamed(tx, c, *name)
	}
	switch c.Caller.Kind {
	case cloud.PrincipalRoot:
		return cloud.User{}, nil
	case cloud.PrincipalUser:
		if u, ok := tx.Users().Get(c.Caller.Principal); ok {
			return u, nil
		}
		return cloud.User{}, cloud.Errorf(cloud.NotFound, cloud.ResUser, c.Caller.Name, "")
	case cloud.PrincipalRole, cloud.PrincipalFederated, cloud.PrincipalWeb:
	}
	return cloud.User{}, cloud.Errorf(cloud.Invalid, cloud.ResUser, "", "Must specify userName when calling with non-User credentials")
}

// groupNamed finds a group of the caller's account.
func groupNamed(tx *store.Tx, c *awsquery.Call, name string) (cloud.UserGroup, error) {
	for g := range tx.UserGroups().By(store.ByName, named(c.Caller.Account, name)) {
		if g.Name == name {
			return g, nil
		}
	}
	return cloud.UserGroup{}, cloud.Errorf(cloud.NotFound, cloud.ResUserGroup, name, "")
}

// policyNamed finds a managed policy by its ARN: one of AWS's or of the caller's
// account.
func policyNamed(tx *store.Tx, c *awsquery.Call, arn string) (cloud.ManagedPolicy, error) {
	if err := checkPolicyARN(arn); err != nil {
		return cloud.ManagedPolicy{}, err
	}
	if p, ok := identity.AWSPolicy(arn); ok {
		return p, nil
	}
	if account, path, name, ok := policyOfARN(arn); ok && account == c.Caller.Account {
		for p := range tx.Policies().By(store.ByName, named(account, name)) {
			if p.Name == name && p.Path == path {
				return p, nil
			}
		}
	}
	return cloud.ManagedPolicy{}, cloud.Errorf(cloud.NotFound, cloud.ResPolicy, arn, "Policy %s was not found.", arn)
}
