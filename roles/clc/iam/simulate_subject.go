package iam

import (
	"context"
	"strings"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/cloud/policy"
	"ecc/roles/clc/identity"
	"ecc/store"
)

// Kinds of policies, as results name them.
const (
	iamPolicy      = "IAM Policy"
	boundaryPolicy = "Permissions Boundary Policy"
	resourcePolicy = "Resource Policy"
	accountPolicy  = "Organizations Policy"
)

// source is one policy with where it comes from.
type source struct {
	id, kind, text string
	policy         *policy.Policy
	passages       []policy.Passage
}

// readSource reads a policy of a principal.
func readSource(src source) (source, error) {
	p, err := policy.ParseIdentity([]byte(src.text), maxDocument)
	if err != nil {
		return src, badInput("Invalid policy %s: %s", src.id, err)
	}
	src.policy = p
	if src.passages, err = policy.Passages(src.text); err != nil {
		return src, badInput("Invalid policy %s: %s", src.id, err)
	}
	return src, nil
}

// subject is whose policies are simulated. The zero value has none.
type subject struct {
	caller   cloud.Caller // without a Kind for a group
	policies []source
	boundary *source
	account  []source
}

// subjectOf finds the user, group or role of the caller's account with an ARN.
// A user has the policies of its groups too.
func (s *Service) subjectOf(ctx context.Context, c *awsquery.Call, arn string) (subject, error) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:iam::")
	number, what, _ := strings.Cut(rest, ":")
	kind, path, named := strings.Cut(what, "/")
	name := path[strings.LastIndexByte(path, '/')+1:]
	if !ok || !named || name == "" || (kind != "user" && kind != "group" && kind != "role") {
		return subject{}, badInput("Invalid Entity Arn: %s does not clearly define entity type and name.", arn)
	}
	absent := cloud.Errorf(cloud.NotFound, cloud.ResPolicy, arn, "%s %s does not exist.", strings.ToUpper(kind[:1])+kind[1:], arn)
	var out subject
	err := s.view(ctx, func(tx *store.Tx) error {
		if cloud.AccountID(number) != c.Caller.Account {
			return absent
		}
		var has string
		switch kind {
		case "user":
			u, _ := userNamed(tx, c, name)
			out, has = userSubject(tx, u), u.ARN()
		case "group":
			g, _ := groupNamed(tx, c, name)
			out, has = subject{policies: sourcesOf(tx, "group", g.Name, g.Attachments)}, g.ARN()
		case "role":
			r, _ := roleNamed(tx, c, name)
			out, has = roleSubject(tx, r), r.ARN()
		}
		if has != arn {
			return absent
		}
		a, _ := tx.Accounts().Get(c.Caller.Account)
		for name, doc := range sortedByName(a.Policies) {
			out.account = append(out.account, source{id: name, kind: accountPolicy, text: doc})
		}
		return nil
	})
	return out, err
}

func userSubject(tx *store.Tx, u cloud.User) subject {
	out := subject{caller: callerOf(u), policies: sourcesOf(tx, "user", u.Name, u.Attachments), boundary: boundarySource(tx, u.Boundary)}
	for _, id := range u.Groups {
		if g, ok := tx.UserGroups().Get(id); ok {
			out.policies = append(out.policies, sourcesOf(tx, "group", g.Name, g.Attachments)...)
		}
	}
	return out
}

// roleSubject is a role, in a session of which nothing is known: what a policy
// gives to the role is given to it as to any session, within the boundary.
func roleSubject(tx *store.Tx, r cloud.Role) subject {
	arn := cloud.SessionARN(r.Account, r.Name, "*")
	caller := cloud.Caller{Kind: cloud.PrincipalRole, Account: r.Account, ARN: arn, Issuer: r.ARN(), Principal: r.ID, Name: r.Name, Tags: r.Tags}
	return subject{caller: caller, policies: sourcesOf(tx, "role", r.Name, r.Attachments), boundary: boundarySource(tx, r.Boundary)}
}

// callerOf is a user as a caller.
func callerOf(u cloud.User) cloud.Caller {
	return cloud.Caller{Kind: cloud.PrincipalUser, Account: u.Account, ARN: u.ARN(), UserID: u.ID, Principal: u.ID, Name: u.Name, Tags: u.Tags}
}

// sourcesOf are the policies of an identity: inline ones are called after it.
func sourcesOf(tx *store.Tx, kind, name string, a cloud.Attachments) []source {
	var out []source
	for policyName, doc := range sortedByName(a.Inline) {
		out = append(out, source{id: kind + "_" + name + "_" + policyName, kind: iamPolicy, text: doc})
	}
	for _, arn := range a.Managed {
		out = append(out, managedSource(tx, arn, iamPolicy))
	}
	return out
}

func boundarySource(tx *store.Tx, arn string) *source {
	if arn == "" {
		return nil
	}
	src := managedSource(tx, arn, boundaryPolicy)
	return &src
}

func managedSource(tx *store.Tx, arn, kind string) source {
	doc, _ := identity.ManagedDocument(tx, arn)
	return source{id: arn[strings.LastIndexByte(arn, '/')+1:], kind: kind, text: doc}
}
