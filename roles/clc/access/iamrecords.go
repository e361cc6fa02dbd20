package access

import (
	"strings"

	"ecc/cloud"
	"ecc/store"
)

// What is not there has the ARN it would have, in the path that the request
// names, if it makes it.

func (r *iamRequest) named(name string) string {
	return string(r.c.Caller.Account) + "/" + strings.ToLower(name)
}

// user is a user by name, or the caller.
func (r *iamRequest) user(name string) Resource {
	if name == "" {
		if u, ok := r.tx.Users().Get(r.c.Caller.Principal); ok && r.c.Caller.Kind == cloud.PrincipalUser {
			return userResource(u)
		}
		return r.own("user/")
	}
	for u := range r.tx.Users().By(store.ByName, r.named(name)) {
		if u.Name == name {
			return userResource(u)
		}
	}
	return r.own("user" + r.path() + name)
}

func userResource(u cloud.User) Resource {
	out := Resource{ARN: u.ARN(), Tags: u.Tags, Facts: map[string][]string{}}
	if u.Boundary != "" {
		out.Facts["iam:permissionsboundary"] = []string{u.Boundary}
	}
	return out
}

func (r *iamRequest) group(name string) Resource {
	for g := range r.tx.UserGroups().By(store.ByName, r.named(name)) {
		if g.Name == name {
			return Resource{ARN: g.ARN()}
		}
	}
	return r.own("group" + r.path() + name)
}

func (r *iamRequest) role(name string) (cloud.Role, Resource) {
	for o := range r.tx.Roles().By(store.ByName, r.named(name)) {
		if o.Name == name {
			return o, roleResource(o)
		}
	}
	none := cloud.Role{Account: r.c.Caller.Account, Name: name, Path: r.path()}
	return none, roleResource(none)
}

func (r *iamRequest) profile(name string) Resource {
	for p := range r.tx.InstanceProfiles().By(store.ByName, r.named(name)) {
		if p.Name == name {
			return Resource{ARN: p.ARN(), Tags: p.Tags}
		}
	}
	return r.own("instance-profile" + r.path() + name)
}

// policy is a managed policy: one of the account's own has tags.
func (r *iamRequest) policy(arn string) Resource {
	name := arn[strings.LastIndexByte(arn, '/')+1:]
	for p := range r.tx.Policies().By(store.ByName, r.named(name)) {
		if p.ARN() == arn {
			return Resource{ARN: arn, Tags: p.Tags}
		}
	}
	return Resource{ARN: arn}
}

func (r *iamRequest) provider(arn string) Resource {
	for p := range r.tx.OIDCProviders().By(store.ByAccount, string(r.c.Caller.Account)) {
		if p.ARN() == arn {
			return Resource{ARN: arn, Tags: p.Tags}
		}
	}
	return Resource{ARN: arn}
}

// byARN is a user, group or role of the caller's account.
func (r *iamRequest) byARN(arn string) Resource {
	for _, kind := range []struct {
		begin string
		find  func(*iamRequest, string) Resource
	}{{"user", (*iamRequest).user}, {"group", (*iamRequest).group}, {"role", func(r *iamRequest, n string) Resource { _, on := r.role(n); return on }}} {
		if strings.HasPrefix(arn, cloud.IAMARN(r.c.Caller.Account, kind.begin+"/")) {
			if on := kind.find(r, arn[strings.LastIndexByte(arn, '/')+1:]); on.ARN == arn {
				return on
			}
		}
	}
	return Resource{ARN: arn}
}

// ofKey is the user of an access key of the account. Of other keys nothing is
// told.
func (r *iamRequest) ofKey(id string) Resource {
	if k, ok := r.tx.AccessKeys().Get(id); ok && k.Account == r.c.Caller.Account {
		if u, ok := r.tx.Users().Get(k.User); ok {
			return userResource(u)
		}
	}
	return Resource{}
}
