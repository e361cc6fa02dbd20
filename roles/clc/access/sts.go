package access

import (
	"context"
	"strconv"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/sts"
	"ecc/cloud"
	"ecc/store"
)

// STS is the awsquery.Authorize of STS. A role is assumed by whom its own
// policy lets in; a role that is not there lets nobody in, and reads the same.
func (g *Guard) STS(ctx context.Context, c *awsquery.Call, p awsquery.Permission, in any) error {
	switch in := in.(type) {
	case *sts.GetCallerIdentityRequest, *sts.GetSessionTokenRequest:
		return nil // everybody may ask who they are
	case *sts.AssumeRoleWithWebIdentityRequest:
		return nil // who asks has no credentials: the action asks the role's policy for whom the token names
	case *sts.AssumeRoleRequest:
		return g.assumeRole(ctx, c, in)
	case *sts.GetFederationTokenRequest:
		name := "arn:aws:sts::" + string(c.Caller.Account) + ":federated-user/" + one(in, "Name")
		return g.simple(ctx, c, Need{Action: p.Action, Resource: Resource{ARN: name}, Keys: sessionKeys(in)})
	}
	return g.simple(ctx, c, Need{Action: p.Action})
}

func (g *Guard) simple(ctx context.Context, c *awsquery.Call, n Need) error {
	if Free(&c.Caller) {
		return nil
	}
	return g.Decide(ctx, c, []Need{n})
}

func (g *Guard) assumeRole(ctx context.Context, c *awsquery.Call, in *sts.AssumeRoleRequest) error {
	if c.Caller.Kind == cloud.PrincipalRoot {
		return cloud.Errorf(cloud.Denied, cloud.ResRole, "", "Roles may not be assumed by root accounts.")
	}
	arn := one(in, "RoleArn")
	role, found := cloud.Role{}, false
	err := g.store.View(ctx, func(tx *store.Tx) error {
		role, found = roleByARN(tx, arn)
		return nil
	})
	if err != nil {
		return err
	}
	on := Resource{ARN: arn}
	if !found { // the policy of nobody
		role = cloud.Role{Account: c.Caller.Account, Trust: noTrust}
	} else if on = roleResource(role); role.Account != c.Caller.Account {
		on.Owner = role.Account
	}
	guard, err := g.trust(role)
	if err != nil {
		return err
	}
	var needs []Need
	for _, action := range stsActions(in) {
		needs = append(needs, Need{Action: action, Resource: on, Keys: sessionKeys(in), Guard: guard})
	}
	return g.Decide(ctx, c, needs)
}

// noTrust lets nobody in.
const noTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"Service":"none.invalid"},"Action":"sts:AssumeRole"}]}`

// stsActions are the permissions that assuming a role takes.
func stsActions(in *sts.AssumeRoleRequest) []string {
	out := []string{"sts:AssumeRole"}
	if len(in.Tags) > 0 || len(in.TransitiveTagKeys) > 0 {
		out = append(out, "sts:TagSession")
	}
	if one(in, "SourceIdentity") != "" {
		out = append(out, "sts:SetSourceIdentity")
	}
	return out
}

// sessionKeys are the condition keys of what a session is to be.
func sessionKeys(in any) map[string][]string {
	keys := map[string][]string{}
	RequestTags(keys, Tags(in, "Tags"))
	for member, key := range map[string]string{"ExternalId": "sts:externalid", "RoleSessionName": "sts:rolesessionname",
		"SourceIdentity": "sts:sourceidentity", "TransitiveTagKeys": "sts:transitivetagkeys"} {
		if v, _ := Member(in, member); len(v) > 0 {
			keys[key] = v
		}
	}
	if in, ok := in.(*sts.AssumeRoleRequest); ok && in.DurationSeconds != nil {
		keys["sts:durationseconds"] = []string{strconv.FormatInt(*in.DurationSeconds, 10)}
	}
	return keys
}

// roleByARN finds the role of any account.
func roleByARN(tx *store.Tx, arn string) (cloud.Role, bool) {
	f := strings.SplitN(arn, ":", 6)
	if len(f) != 6 {
		return cloud.Role{}, false
	}
	name := f[5][strings.LastIndexByte(f[5], '/')+1:]
	for r := range tx.Roles().By(store.ByName, f[4]+"/"+strings.ToLower(name)) {
		if r.ARN() == arn {
			return r, true
		}
	}
	return cloud.Role{}, false
}
