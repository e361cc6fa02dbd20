package authorization_test

import (
	"net/url"
	"strings"
	"testing"

	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/store"
)

// The API versions that requests of these tests name.
const (
	ofIAM = "2010-05-08"
	ofSTS = "2011-06-15"
	ofEC2 = "2016-11-15"
)

// TestEscalation: whoever may change some of IAM's things cannot make more of
// it than was given: not for themselves, not by others, not by a new name.
func TestEscalation(t *testing.T) {
	w := newWorld(t)
	account := string(w.keys["alice"].account)
	in := "arn:aws:iam::" + account + ":"
	w.change(func(tx *store.Tx) error {
		odd := cloud.User{ID: "AIDAODD", Account: w.keys["alice"].account, Name: "odd", Path: "/x:y/"}
		limit := cloud.ManagedPolicy{ID: "ANPALIMIT", Account: odd.Account, Name: "limit", Path: "/", Default: "v1",
			Versions: []cloud.PolicyVersion{{ID: "v1", Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"}]}`}}}
		if err := tx.Policies().Put(limit); err != nil {
			return err
		}
		return tx.Users().Put(odd)
	})
	const doc = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	allow := func(action, resource string) string {
		return `{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"}`
	}
	bounded := `{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"` + in + `policy/limit"}}}`
	notAdmins := allow("iam:*", "*") + `,{"Effect":"Deny","Action":"*","Resource":"` + in + `user/admin/*"}`
	w.grant("poor", bounded)
	if got := w.send("poor", "iam", ofIAM, "CreateUser", form("UserName", "tame", "PermissionsBoundary", in+"policy/limit")); got.status != 200 {
		t.Fatalf("a user in the boundary: %+v", got)
	}
	for name, c := range map[string]struct {
		grant, action string
		form          url.Values
		want          string
	}{
		"a policy for oneself":               {allow("iam:PutUserPolicy", in+"user/denied"), "PutUserPolicy", form("UserName", "poor", "PolicyName", "x", "PolicyDocument", doc), "AccessDenied"},
		"a managed policy for oneself":       {allow("iam:AttachUserPolicy", in+"user/denied"), "AttachUserPolicy", form("UserName", "poor", "PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"), "AccessDenied"},
		"a key of another user":              {allow("iam:CreateAccessKey", in+"user/${aws:username}"), "CreateAccessKey", form("UserName", "allowed"), "AccessDenied"},
		"another's key under one's own name": {allow("iam:UpdateAccessKey", in+"user/poor"), "UpdateAccessKey", form("UserName", "poor", "AccessKeyId", w.keys["allowed"].AccessKeyID, "Status", "Inactive"), "NoSuchEntity"},
		"another account's key":              {allow("iam:*", "*"), "DeleteAccessKey", form("UserName", "poor", "AccessKeyId", w.keys["outsider"].AccessKeyID), "NoSuchEntity"},
		"the root's key":                     {allow("iam:*", "*"), "DeleteAccessKey", form("UserName", "poor", "AccessKeyId", w.keys["alice"].AccessKeyID), "NoSuchEntity"},
		"a password of another":              {allow("iam:CreateLoginProfile", in+"user/poor"), "CreateLoginProfile", form("UserName", "allowed", "Password", "aB1!aaaaaaaaaa"), "AccessDenied"},
		"a role's trust":                     {allow("iam:UpdateAssumeRolePolicy", in+"role/mine"), "UpdateAssumeRolePolicy", form("RoleName", "mighty", "PolicyDocument", doc), "AccessDenied"},
		"a new version of the boundary":      {allow("iam:CreatePolicyVersion", in+"policy/own/*"), "CreatePolicyVersion", form("PolicyArn", in+"policy/limit", "PolicyDocument", doc, "SetAsDefault", "true"), "AccessDenied"},
		"a user without the boundary":        {bounded, "CreateUser", form("UserName", "wild"), "AccessDenied"},
		"a user with another boundary":       {bounded, "CreateUser", form("UserName", "wild", "PermissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess"), "AccessDenied"},
		"a policy for who has no boundary":   {bounded, "PutUserPolicy", form("UserName", "poor", "PolicyName", "x", "PolicyDocument", doc), "AccessDenied"},
		"another boundary":                   {bounded, "PutUserPermissionsBoundary", form("UserName", "tame", "PermissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess"), "AccessDenied"},
		"a policy for who has it":            {bounded, "PutUserPolicy", form("UserName", "tame", "PolicyName", "x", "PolicyDocument", doc), ""},
		"a place among administrators":       {notAdmins, "UpdateUser", form("UserName", "poor", "NewPath", "/admin/"), "AccessDenied"},
		"a place by a path with a colon":     {notAdmins, "UpdateUser", form("UserName", "odd", "NewPath", "/admin/"), "AccessDenied"},
		"a new user among administrators":    {notAdmins, "CreateUser", form("UserName", "new", "Path", "/admin/"), "AccessDenied"},
		"a permission in another case":       {notAdmins + `,{"Effect":"Deny","Action":"IAM:createuser","Resource":"*"}`, "CreateUser", form("UserName", "new"), "AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.grant("poor", c.grant)
			if got := w.send("poor", "iam", ofIAM, c.action, c.form); got.code != c.want {
				t.Errorf("%+v, want %q", got, c.want)
			}
		})
	}
}

// form makes parameters of names and values.
func form(pairs ...string) url.Values {
	out := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// TestForgedSessions: a token opens nothing but with the key it came with, as
// it came, and as long as whom it speaks of is there.
func TestForgedSessions(t *testing.T) {
	w := newWorld(t)
	alice := w.keys["alice"]
	k, err := w.svc.NewSession(identity.Session{Kind: cloud.PrincipalRole, Account: alice.account, Principal: "AROAX", Name: "s", Parent: alice.AccessKeyID}, 3600e9)
	ok(t, err)
	good := credential{account: alice.account}
	good.AccessKeyID, good.SecretAccessKey, good.SessionToken = k.ID, k.Secret, k.Token
	flip := func(at int) string {
		b := []byte(k.Token)
		b[at] = map[bool]byte{true: 'B', false: 'A'}[b[at] == 'A']
		return string(b)
	}
	ask := func(edit func(*credential)) string {
		c := good
		edit(&c)
		w.keys["forger"] = c
		return w.send("forger", "sts", ofSTS, "GetCallerIdentity", url.Values{}).code
	}
	if code := ask(func(*credential) {}); code != "" {
		t.Fatalf("the session itself: %s", code)
	}
	for name, edit := range map[string]func(*credential){
		"no token":              func(c *credential) { c.SessionToken = "" },
		"a short one":           func(c *credential) { c.SessionToken = k.Token[:len(k.Token)-1] },
		"half of it":            func(c *credential) { c.SessionToken = k.Token[:len(k.Token)/2] },
		"a longer one":          func(c *credential) { c.SessionToken += "A" },
		"twice":                 func(c *credential) { c.SessionToken += k.Token },
		"one bit at its begin":  func(c *credential) { c.SessionToken = flip(0) },
		"one bit in its middle": func(c *credential) { c.SessionToken = flip(len(k.Token) / 2) },
		"much noise":            func(c *credential) { c.SessionToken = strings.Repeat("A", 16<<10) },
		"with a kept key":       func(c *credential) { c.Credentials = alice.Credentials; c.SessionToken = k.Token },
		"with another's id":     func(c *credential) { c.AccessKeyID = w.keys["expired"].AccessKeyID },
		"with another's secret": func(c *credential) { c.SecretAccessKey = w.keys["expired"].SecretAccessKey },
	} {
		if code := ask(edit); code != "InvalidClientTokenId" && code != "SignatureDoesNotMatch" {
			t.Errorf("%s: %q", name, code)
		}
	}
	w.change(func(tx *store.Tx) error { // the role is deleted, and another one gets its name
		r, _ := tx.Roles().Get("AROAX")
		if err := tx.Roles().Delete("AROAX"); err != nil {
			return err
		}
		r.ID = "AROAY"
		return tx.Roles().Put(r)
	})
	if code := ask(func(*credential) {}); code != "InvalidClientTokenId" {
		t.Errorf("of a role with the same name: %q", code)
	}
}

// TestInternalMessagesAreNoActions: what the cloud's own roles say to each other
// means nothing to its tenants' endpoint.
func TestInternalMessagesAreNoActions(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"Hello", "NodeHello", "Report", "Heartbeat", "GrantImage", "Credentials", "Credential", "Join", "Renew", "Audit", "AuditLog",
		"CreateAccount", "ChangeAccount", "NewAccountKey", "CreateToken", "Intent", "Zone"} {
		for service, version := range map[string]string{"ec2": ofEC2, "iam": ofIAM, "sts": ofSTS} {
			if got := w.send("alice", service, version, name, url.Values{}); got.code != "InvalidAction" {
				t.Errorf("%s of %s: %+v", name, service, got)
			}
		}
	}
}
