package iam

import (
	"strings"

	"ecc/cloud"
	"ecc/cloud/policy"
	"ecc/store"
)

// readTrust checks the text of a policy that says who may assume a role.
func readTrust(param, doc string) (*policy.Policy, error) {
	if err := checkPrintable(param, doc); err != nil {
		return nil, err
	}
	if policySize(doc) > maxTrust {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResRole, "", "Cannot exceed quota for ACLSizePerRole: %d", maxTrust)
	}
	p, err := policy.ParseTrust([]byte(doc), maxDocument)
	return p, malformed(err)
}

// checkTrusted checks that whom a trust policy names exists: a name that is
// nobody's yet would trust whoever takes it later.
func checkTrusted(tx *store.Tx, trust *policy.Policy) error {
	for _, p := range trust.Principals() {
		var kind string
		switch p.Type {
		case policy.Account, policy.ARN:
			if principalExists(tx, p) {
				continue
			}
			kind = "AWS"
		case policy.Service:
			if strings.HasSuffix(p.ID, ".amazonaws.com") {
				continue
			}
			kind = "SERVICE"
		case policy.Canonical:
			kind = "CANONICAL_USER"
		case policy.Everyone, policy.Federated:
			continue
		}
		return cloud.Errorf(cloud.Malformed, cloud.ResPolicyDocument, p.ID, "Invalid principal in policy: %q:%q", kind, p.ID)
	}
	return nil
}

// principalExists reports whether an account, a user or a role is there. Sessions
// come and go: of those the role, or the user's account, must be.
func principalExists(tx *store.Tx, p policy.Principal) bool {
	if p.Type == policy.Account {
		_, ok := tx.Accounts().Get(cloud.AccountID(p.ID))
		return ok
	}
	fields := strings.SplitN(p.ID, ":", 6)
	if len(fields) != 6 {
		return false
	}
	account := cloud.AccountID(fields[4])
	kind, rest, _ := strings.Cut(fields[5], "/")
	name := rest[strings.LastIndexByte(rest, '/')+1:]
	switch kind {
	case "user":
		for u := range tx.Users().By(store.ByName, named(account, name)) {
			return u.ARN() == p.ID
		}
	case "role":
		for r := range tx.Roles().By(store.ByName, named(account, name)) {
			return r.ARN() == p.ID
		}
	case "assumed-role":
		name, _, _ = strings.Cut(rest, "/")
		return taken(tx.Roles(), account, name)
	case "federated-user":
		_, ok := tx.Accounts().Get(account)
		return ok
	}
	return false
}
