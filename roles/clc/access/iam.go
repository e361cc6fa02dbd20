package access

import (
	"context"
	"strings"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/store"
)

// IAM is the awsquery.Authorize of IAM. What an action is done to is found by
// the names of the request's members, the same in all of IAM, so that an action
// added to the table needs no line here.
func (g *Guard) IAM(ctx context.Context, c *awsquery.Call, p awsquery.Permission, in any) error {
	if c.Caller.Session != nil && c.Caller.Kind != cloud.PrincipalRole {
		// As in AWS without a second factor, which there is none of here.
		return cloud.Errorf(cloud.BadCredentials, cloud.AnyResource, "InvalidClientTokenId", "The security token included in the request is invalid")
	}
	if Free(&c.Caller) {
		return nil
	}
	var needs []Need
	err := g.store.View(ctx, func(tx *store.Tx) error {
		needs = (&iamRequest{tx, c, in}).needs(p.Action)
		return nil
	})
	if err != nil {
		return err
	}
	return g.Decide(ctx, c, needs)
}

// iamRequest is a request to IAM, with the records of its moment.
type iamRequest struct {
	tx *store.Tx
	c  *awsquery.Call
	in any
}

func (r *iamRequest) needs(action string) []Need {
	keys := map[string][]string{}
	tags := Tags(r.in, "Tags")
	RequestTags(keys, tags)
	if removed, _ := Member(r.in, "TagKeys"); removed != nil {
		keys["aws:tagkeys"] = removed
	}
	if arn := one(r.in, "PolicyArn"); arn != "" {
		keys["iam:policyarn"] = []string{arn}
	}
	if arn := one(r.in, "PermissionsBoundary"); arn != "" {
		keys["iam:permissionsboundary"] = []string{arn}
	}
	on, member := r.resource()
	out := []Need{{Action: action, Resource: on, Keys: keys, Granted: r.granted()}}
	if tagging := tagAction(on.ARN); len(tags) > 0 && tagging != "" && tagging != action {
		out = append(out, Need{Action: tagging, Resource: on, Keys: keys})
	}
	if renamed, ok := r.renamed(on.ARN, member); ok {
		out = append(out, Need{Action: action, Resource: renamed, Keys: keys})
	}
	if action == "iam:AddRoleToInstanceProfile" {
		role, _ := r.role(one(r.in, "RoleName"))
		out = append(out, PassRole(role, "ec2.amazonaws.com"))
	}
	return out
}

// granted reports whether the account's password policy lets its users change
// their own passwords.
func (r *iamRequest) granted() bool {
	a, _ := r.tx.Accounts().Get(r.c.Caller.Account)
	return r.c.Action == "ChangePassword" && r.c.Caller.Kind == cloud.PrincipalUser && a.Passwords != nil && a.Passwords.UsersChange
}

// subjects are the members that name what an action is done to: the first that
// the request's shape has counts. Others are keys (a policy that is attached).
var subjects = []struct {
	member string
	find   func(*iamRequest, string) Resource
}{
	{"PolicySourceArn", func(r *iamRequest, arn string) Resource { return r.byARN(arn) }},
	{"InstanceProfileName", (*iamRequest).profile},
	{"GroupName", (*iamRequest).group},
	{"RoleName", func(r *iamRequest, name string) Resource { _, on := r.role(name); return on }},
	{"UserName", (*iamRequest).user},
	{"PolicyArn", func(r *iamRequest, arn string) Resource { return r.policy(arn) }},
	{"OpenIDConnectProviderArn", (*iamRequest).provider},
	{"Url", func(r *iamRequest, url string) Resource {
		return r.own("oidc-provider/" + strings.TrimPrefix(url, "https://"))
	}},
}

// resource finds what the request is about, and by which member.
func (r *iamRequest) resource() (Resource, string) {
	switch r.c.Action {
	case "CreatePolicy":
		return r.own("policy" + r.path() + one(r.in, "PolicyName")), ""
	case "GetAccessKeyLastUsed":
		return r.ofKey(one(r.in, "AccessKeyId")), ""
	case "ChangePassword":
		return r.user(""), ""
	}
	if kind := listed[r.c.Action]; kind != "" {
		prefix := one(r.in, "PathPrefix")
		if prefix == "" {
			prefix = "/"
		}
		return r.own(kind + prefix), ""
	}
	for _, s := range subjects {
		if v, has := Member(r.in, s.member); has {
			return s.find(r, strings.Join(v, "")), s.member
		}
	}
	return Resource{}, ""
}

// listed are the actions that go through all of one kind.
var listed = map[string]string{"ListUsers": "user", "ListGroups": "group", "ListRoles": "role", "ListInstanceProfiles": "instance-profile"}

func (r *iamRequest) own(what string) Resource {
	return Resource{ARN: cloud.IAMARN(r.c.Caller.Account, what)}
}

// path is where the request puts something new.
func (r *iamRequest) path() string {
	if p := one(r.in, "Path"); p != "" {
		return p
	}
	return "/"
}

// renamed is what an Update is done to as well: who renames must be allowed to
// under the new name, too.
func (r *iamRequest) renamed(arn, member string) (Resource, bool) {
	name, path := one(r.in, "New"+member), one(r.in, "NewPath")
	if member == "" || (name == "" && path == "") {
		return Resource{}, false
	}
	parts := strings.SplitN(arn, ":", 6) // a path may have colons, too
	what := parts[len(parts)-1]          // "user/ops/ann"
	kind, end := strings.IndexByte(what, '/'), strings.LastIndexByte(what, '/')
	if name == "" {
		name = what[end+1:]
	}
	if path == "" {
		path = what[kind : end+1]
	}
	return r.own(what[:kind] + path + name), true
}

// tagAction is the permission to tag a thing, by its ARN.
func tagAction(arn string) string {
	f := strings.SplitN(arn, ":", 6)
	kind, _, _ := strings.Cut(f[len(f)-1], "/")
	return map[string]string{"user": "iam:TagUser", "role": "iam:TagRole", "policy": "iam:TagPolicy",
		"instance-profile": "iam:TagInstanceProfile", "oidc-provider": "iam:TagOpenIDConnectProvider"}[kind]
}
