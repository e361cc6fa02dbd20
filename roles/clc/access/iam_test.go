package access_test

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/roles/clc/access"
	"ecc/store"
)

const (
	account = cloud.AccountID("111111111111")
	inIAM   = "arn:aws:iam::111111111111:"
)

// newGuard makes a guard of an account with a user, a group, a role, a policy
// and a profile.
func newGuard(t *testing.T) (*access.Guard, *store.Store) {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "clc.db"), store.Options{Logger: slog.New(slog.DiscardHandler), Fatal: func(err error) { t.Error(err) }})
	ok(t, err)
	t.Cleanup(func() { ok(t, st.Close()) })
	ok(t, st.Update(t.Context(), func(tx *store.Tx) error {
		team := map[string]string{"Team": "blue"}
		for _, err := range []error{
			tx.Accounts().Put(cloud.Account{ID: account, Passwords: &cloud.PasswordPolicy{UsersChange: true}}),
			tx.Users().Put(cloud.User{ID: "AIDAANN", Account: account, Name: "ann", Path: "/ops/", Tags: team, Boundary: inIAM + "policy/limit"}),
			tx.Users().Put(cloud.User{ID: "AIDAODD", Account: account, Name: "odd", Path: "/x:y/"}),
			tx.AccessKeys().Put(cloud.AccessKey{ID: "AKIAANN", Account: account, User: "AIDAANN"}),
			tx.AccessKeys().Put(cloud.AccessKey{ID: "AKIAOTHER", Account: "222222222222", User: "AIDAANN"}),
			tx.UserGroups().Put(cloud.UserGroup{ID: "AGPA", Account: account, Name: "staff", Path: "/x/"}),
			tx.Roles().Put(cloud.Role{ID: "AROA", Account: account, Name: "builder", Path: "/ci/", Tags: team}),
			tx.Policies().Put(cloud.ManagedPolicy{ID: "ANPA", Account: account, Name: "p", Path: "/", Tags: team}),
			tx.InstanceProfiles().Put(cloud.InstanceProfile{ID: "AIPA", Account: account, Name: "prof", Path: "/"}),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return access.New(access.Config{Region: "us-east-1"}, st), st
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// call is one of ann, who has one policy.
func call(action, statements string) *awsquery.Call {
	c := &awsquery.Call{Service: "iam", Action: action, Access: awsquery.Write, Now: time.Unix(1_800_000_000, 0), SourceIP: "192.0.2.7", UserAgent: "test",
		Caller: cloud.Caller{Account: account, ARN: inIAM + "user/ops/ann", UserID: "AIDAANN", Kind: cloud.PrincipalUser, Principal: "AIDAANN", Name: "ann",
			Tags: map[string]string{"Team": "blue"}}}
	if statements != "" {
		c.Caller.Rights = &cloud.Rights{Identity: []cloud.Document{{Name: "p", Text: `{"Version":"2012-10-17","Statement":[` + statements + `]}`}}}
	}
	return c
}

func allow(action, resource string, condition ...string) string {
	c := ""
	if condition != nil {
		c = `,"Condition":{` + strings.Join(condition, ",") + `}`
	}
	return `{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"` + c + `}`
}

func ptr(s string) *string { return &s }

// TestIAM walks what the actions of IAM are done to, and their condition keys.
func TestIAM(t *testing.T) {
	g, _ := newGuard(t)
	for name, c := range map[string]struct {
		action, statements string
		in                 any
		want               string // of the resource in the refusal; "" for none
	}{
		"a user":                    {"GetUser", allow("iam:GetUser", inIAM+"user/ops/*"), &iam.GetUserRequest{UserName: ptr("ann")}, ""},
		"a user's path":             {"GetUser", allow("iam:GetUser", inIAM+"user/ann"), &iam.GetUserRequest{UserName: ptr("ann")}, "user/ops/ann"},
		"in another case":           {"GetUser", allow("iam:GetUser", "*") + `,{"Effect":"Deny","Action":"*","Resource":"` + inIAM + `user/ops/ann"}`, &iam.GetUserRequest{UserName: ptr("ann")}, "user/ops/ann"},
		"oneself":                   {"GetUser", allow("iam:GetUser", inIAM+"user/ops/${aws:username}"), &iam.GetUserRequest{}, ""},
		"nobody":                    {"GetUser", allow("iam:GetUser", inIAM+"user/ops/*"), &iam.GetUserRequest{UserName: ptr("nobody")}, "user/nobody"},
		"to make in a path":         {"CreateUser", allow("iam:CreateUser", inIAM+"user/ops/*"), &iam.CreateUserRequest{UserName: ptr("new"), Path: ptr("/ops/")}, ""},
		"to make elsewhere":         {"CreateUser", allow("iam:CreateUser", inIAM+"user/ops/*"), &iam.CreateUserRequest{UserName: ptr("new")}, "user/new"},
		"only with a boundary":      {"CreateUser", allow("iam:CreateUser", "*", `"StringEquals":{"iam:PermissionsBoundary":"`+inIAM+`policy/limit"}`), &iam.CreateUserRequest{UserName: ptr("new")}, "user/new"},
		"with that boundary":        {"CreateUser", allow("iam:CreateUser", "*", `"StringEquals":{"iam:PermissionsBoundary":"`+inIAM+`policy/limit"}`), &iam.CreateUserRequest{UserName: ptr("new"), PermissionsBoundary: ptr(inIAM + "policy/limit")}, ""},
		"tags take a permission":    {"CreateUser", allow("iam:CreateUser", "*"), &iam.CreateUserRequest{UserName: ptr("new"), Tags: []iam.Tag{{Key: ptr("a"), Value: ptr("b")}}}, "user/new"},
		"tags":                      {"CreateUser", allow("iam:*User", "*", `"StringEquals":{"aws:RequestTag/A":"b"}`), &iam.CreateUserRequest{UserName: ptr("new"), Tags: []iam.Tag{{Key: ptr("a"), Value: ptr("b")}}}, ""},
		"of those in a boundary":    {"PutUserPolicy", allow("iam:PutUserPolicy", "*", `"StringLike":{"iam:PermissionsBoundary":"*"}`), &iam.PutUserPolicyRequest{UserName: ptr("ann")}, ""},
		"not of others":             {"PutUserPolicy", allow("iam:PutUserPolicy", "*", `"StringLike":{"iam:PermissionsBoundary":"*"}`), &iam.PutUserPolicyRequest{UserName: ptr("bob")}, "user/bob"},
		"one policy":                {"AttachUserPolicy", allow("iam:AttachUserPolicy", "*", `"ArnEquals":{"iam:PolicyARN":"`+inIAM+`policy/p"}`), &iam.AttachUserPolicyRequest{UserName: ptr("ann"), PolicyArn: ptr(inIAM + "policy/p")}, ""},
		"another policy":            {"AttachUserPolicy", allow("iam:AttachUserPolicy", "*", `"ArnEquals":{"iam:PolicyARN":"`+inIAM+`policy/p"}`), &iam.AttachUserPolicyRequest{UserName: ptr("ann"), PolicyArn: ptr("arn:aws:iam::aws:policy/AdministratorAccess")}, "user/ops/ann"},
		"by tags":                   {"DeleteRole", allow("iam:DeleteRole", "*", `"StringEquals":{"iam:ResourceTag/team":"${aws:PrincipalTag/TEAM}"}`), &iam.DeleteRoleRequest{RoleName: ptr("builder")}, ""},
		"by other tags":             {"DeletePolicy", allow("iam:DeletePolicy", "*", `"StringEquals":{"aws:ResourceTag/Team":"red"}`), &iam.DeletePolicyRequest{PolicyArn: ptr(inIAM + "policy/p")}, "policy/p"},
		"a policy to make":          {"CreatePolicy", allow("iam:CreatePolicy", inIAM+"policy/ops/*"), &iam.CreatePolicyRequest{PolicyName: ptr("q"), Path: ptr("/ops/")}, ""},
		"a group, not the user":     {"AddUserToGroup", allow("iam:AddUserToGroup", inIAM+"group/x/staff"), &iam.AddUserToGroupRequest{GroupName: ptr("staff"), UserName: ptr("ann")}, ""},
		"a new name":                {"UpdateUser", allow("iam:UpdateUser", inIAM+"user/ops/ann"), &iam.UpdateUserRequest{UserName: ptr("ann"), NewUserName: ptr("root")}, "user/ops/root"},
		"a new path":                {"UpdateUser", allow("iam:*", "*") + `,{"Effect":"Deny","Action":"*","Resource":"` + inIAM + `user/admin/*"}`, &iam.UpdateUserRequest{UserName: ptr("ann"), NewPath: ptr("/admin/")}, "user/admin/ann"},
		"from a path with a colon":  {"UpdateUser", allow("iam:*", "*") + `,{"Effect":"Deny","Action":"*","Resource":"` + inIAM + `user/admin/*"}`, &iam.UpdateUserRequest{UserName: ptr("odd"), NewPath: ptr("/admin/")}, "user/admin/odd"},
		"a role for a profile":      {"AddRoleToInstanceProfile", allow("iam:AddRoleToInstanceProfile", "*"), &iam.AddRoleToInstanceProfileRequest{InstanceProfileName: ptr("prof"), RoleName: ptr("builder")}, "role/ci/builder"},
		"a role that may be passed": {"AddRoleToInstanceProfile", allow("iam:AddRoleToInstanceProfile", "*") + "," + allow("iam:PassRole", inIAM+"role/ci/*"), &iam.AddRoleToInstanceProfileRequest{InstanceProfileName: ptr("prof"), RoleName: ptr("builder")}, ""},
		"a listing":                 {"ListUsers", allow("iam:ListUsers", inIAM+"user/ops/*"), &iam.ListUsersRequest{PathPrefix: ptr("/ops/")}, ""},
		"a listing of all":          {"ListUsers", allow("iam:ListUsers", inIAM+"user/ops/*"), &iam.ListUsersRequest{}, "user/"},
		"one's own password":        {"ChangePassword", allow("ec2:*", "*"), &iam.ChangePasswordRequest{}, ""},
		"not if it is denied":       {"ChangePassword", `{"Effect":"Deny","Action":"iam:Change*","Resource":"*"}`, &iam.ChangePasswordRequest{}, "user/ops/ann"},
		"whose key":                 {"GetAccessKeyLastUsed", allow("iam:GetAccessKeyLastUsed", inIAM+"user/ops/ann"), &iam.GetAccessKeyLastUsedRequest{AccessKeyId: ptr("AKIAANN")}, ""},
		"simulating somebody":       {"SimulatePrincipalPolicy", allow("iam:SimulatePrincipalPolicy", inIAM+"user/*"), &iam.SimulatePrincipalPolicyRequest{PolicySourceArn: ptr(inIAM + "user/ops/ann")}, ""},
		"a provider":                {"CreateOpenIDConnectProvider", allow("iam:*", inIAM+"oidc-provider/idp.example.com"), &iam.CreateOpenIDConnectProviderRequest{Url: ptr("https://idp.example.com")}, ""},
		"from an address":           {"GetUser", allow("iam:*", "*", `"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}`), &iam.GetUserRequest{}, "user/ops/ann"},
		"no TLS":                    {"GetUser", allow("iam:*", "*", `"Bool":{"aws:SecureTransport":"true"}`), &iam.GetUserRequest{}, "user/ops/ann"},
		"a date":                    {"GetUser", allow("iam:*", "*", `"DateGreaterThan":{"aws:CurrentTime":"2027-01-01"}`), &iam.GetUserRequest{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cl := call(c.action, c.statements)
			err := g.IAM(t.Context(), cl, awsquery.May("iam:"+c.action), c.in)
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || cloud.AsError(err).Kind != cloud.Denied || !strings.Contains(cloud.AsError(err).Msg+" ", " on resource: "+inIAM+c.want+" ")):
				t.Errorf("%v, want a refusal on %s", err, c.want)
			}
		})
	}
}

// TestForeignKeyIsNoKey: of keys of other accounts nothing is told, not even by
// whether one may ask.
func TestForeignKeyIsNoKey(t *testing.T) {
	g, _ := newGuard(t)
	ask := func(key string) string {
		c := call("GetAccessKeyLastUsed", allow("iam:GetAccessKeyLastUsed", inIAM+"user/*"))
		err := g.IAM(t.Context(), c, awsquery.May("iam:GetAccessKeyLastUsed"), &iam.GetAccessKeyLastUsedRequest{AccessKeyId: ptr(key)})
		if err == nil {
			return ""
		}
		return err.Error()
	}
	if a, b := ask("AKIAOTHER"), ask("AKIANONE"); a != b || a == "" {
		t.Errorf("%q and %q", a, b)
	}
}

// TestSessionsOfUsersInIAM: a session of GetSessionToken opens no IAM.
func TestSessionsOfUsersInIAM(t *testing.T) {
	g, _ := newGuard(t)
	for kind, want := range map[cloud.PrincipalKind]bool{cloud.PrincipalUser: false, cloud.PrincipalRoot: false, cloud.PrincipalFederated: false, cloud.PrincipalRole: true} {
		c := call("GetUser", allow("*", "*"))
		c.Caller.Kind, c.Caller.Session = kind, &cloud.Session{}
		err := g.IAM(t.Context(), c, awsquery.May("iam:GetUser"), &iam.GetUserRequest{UserName: ptr("ann")})
		if (err == nil) != want {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// TestQuotasAreAskedAgain: a condition on a quota stops nobody at the door, and
// is decided when its value is known.
func TestQuotasAreAskedAgain(t *testing.T) {
	g, _ := newGuard(t)
	limit := `{"Effect":"Deny","Action":"iam:CreateUser","Resource":"*","Condition":{"NumericGreaterThan":{"ecc:users":"5"}}}`
	c := call("CreateUser", allow("iam:*", "*")+","+limit)
	in := &iam.CreateUserRequest{UserName: ptr("new")}
	ok(t, g.IAM(t.Context(), c, awsquery.May("iam:CreateUser"), in))
	if c.Again == nil {
		t.Fatal("nobody asks again")
	}
	ok(t, c.Again(map[string]int64{"users": 5}))
	if err := c.Again(map[string]int64{"users": 6}); cloud.AsError(err) == nil || cloud.AsError(err).Kind != cloud.Denied {
		t.Error(err)
	}
	if err := c.Again(nil); err != nil {
		t.Error(err) // no such quota: no request has the key
	}
	plain := call("CreateUser", allow("iam:*", "*"))
	ok(t, g.IAM(t.Context(), plain, awsquery.May("iam:CreateUser"), in))
	if plain.Again != nil {
		t.Error("asked again for nothing")
	}
}

// TestUnreadablePolicyIsAnError: it may have denied what others allow.
func TestUnreadablePolicyIsAnError(t *testing.T) {
	g, _ := newGuard(t)
	c := call("GetUser", allow("iam:*", "*"))
	c.Caller.Rights.Account = []cloud.Document{{Name: "limits", Text: "{"}}
	err := g.IAM(t.Context(), c, awsquery.May("iam:GetUser"), &iam.GetUserRequest{})
	if err == nil || cloud.AsError(err).Kind != cloud.Internal {
		t.Error(err)
	}
}

// BenchmarkIAM is the whole decision of one request by a user with ten policies.
func BenchmarkIAM(b *testing.B) {
	st, err := store.Open(filepath.Join(b.TempDir(), "clc.db"), store.Options{Logger: slog.New(slog.DiscardHandler)})
	ok(b, err)
	defer func() { ok(b, st.Close()) }()
	g := access.New(access.Config{Region: "us-east-1"}, st)
	c := call("GetUser", allow("iam:GetUser", inIAM+"user/*"))
	for i := range 9 {
		text := `{"Version":"2012-10-17","Statement":[` + allow("ec2:Run*", "arn:aws:ec2:*:*:instance/"+string(rune('a'+i))+"*", `"StringEquals":{"aws:RequestTag/a":"b"}`) + `]}`
		c.Caller.Rights.Identity = append(c.Caller.Rights.Identity, cloud.Document{Name: "p", Text: text})
	}
	in := &iam.GetUserRequest{UserName: ptr("x")}
	b.ReportAllocs()
	for b.Loop() {
		ok(b, g.IAM(b.Context(), c, awsquery.May("iam:GetUser"), in))
	}
}
