package iam_test

import (
	"fmt"
	"strings"
	"testing"

	"ecc/cloud"
	"ecc/store"
)

func TestUserRefusals(t *testing.T) {
	f := newCloud(t)
	f.alice.user("ann")
	f.alice.does("CreateGroup", args{"GroupName": "devs"})
	tags := args{}
	for n := range 51 {
		tags[fmt.Sprintf("Tags.member.%d.Key", n+1)], tags[fmt.Sprintf("Tags.member.%d.Value", n+1)] = fmt.Sprint("k", n), ""
	}
	tag := func(k, v string) args {
		return args{"UserName": "ann", "Tags.member.1.Key": k, "Tags.member.1.Value": v}
	}
	for name, c := range map[string]struct {
		action string
		a      args
		code   string
	}{
		"no name":                  {"CreateUser", nil, "ValidationError"},
		"name with a space":        {"CreateUser", args{"UserName": "a b"}, "ValidationError"},
		"name too long":            {"CreateUser", args{"UserName": strings.Repeat("x", 65)}, "ValidationError"},
		"name taken in other case": {"CreateUser", args{"UserName": "ANN"}, "EntityAlreadyExists"},
		"path without slashes":     {"CreateUser", args{"UserName": "x", "Path": "staff"}, "ValidationError"},
		"path not ended":           {"CreateUser", args{"UserName": "x", "Path": "/staff"}, "ValidationError"},
		"path with a space":        {"CreateUser", args{"UserName": "x", "Path": "/a b/"}, "ValidationError"},
		"boundary not there":       {"CreateUser", args{"UserName": "x", "PermissionsBoundary": "arn:aws:iam::aws:policy/None"}, "NoSuchEntity"},
		"boundary of bob's":        {"CreateUser", args{"UserName": "x", "PermissionsBoundary": "arn:aws:iam::" + string(f.bob.account.ID) + ":policy/p"}, "NoSuchEntity"},
		"too many tags":            {"TagUser", tags.with(args{"UserName": "ann"}), "ValidationError"},
		"tag of AWS":               {"TagUser", tag("AWS:x", "y"), "InvalidInput"},
		"tag twice but for case":   {"TagUser", tag("K", "").with(args{"Tags.member.2.Key": "k", "Tags.member.2.Value": ""}), "InvalidInput"},
		"tag without key":          {"TagUser", tag("", "v"), "ValidationError"},
		"tag with odd characters":  {"TagUser", tag("a<b", "v"), "ValidationError"},
		"tag too long":             {"TagUser", tag("k", strings.Repeat("x", 257)), "ValidationError"},
		"tags of nobody":           {"ListUserTags", args{"UserName": "nobody"}, "NoSuchEntity"},
		"rename onto itself":       {"UpdateUser", args{"UserName": "nobody", "NewUserName": "x"}, "NoSuchEntity"},
		"rename to a bad path":     {"UpdateUser", args{"UserName": "ann", "NewPath": "x"}, "ValidationError"},
		"marker of another list":   {"ListUsers", args{"Marker": "abcdefgh"}, "ValidationError"},
		"no items":                 {"ListUsers", args{"MaxItems": "0"}, "ValidationError"},
		"too many items":           {"ListUsers", args{"MaxItems": "1001"}, "ValidationError"},
		"group of nobody":          {"AddUserToGroup", args{"GroupName": "devs", "UserName": "nobody"}, "NoSuchEntity"},
		"no such group":            {"GetGroup", args{"GroupName": "none"}, "NoSuchEntity"},
		"keys of nobody":           {"ListAccessKeys", args{"UserName": "nobody"}, "NoSuchEntity"},
		"MFA devices of nobody":    {"ListMFADevices", args{"UserName": "nobody"}, "NoSuchEntity"},
		"SSH keys of nobody":       {"ListSSHPublicKeys", args{"UserName": "nobody"}, "NoSuchEntity"},
		"credentials of nobody":    {"ListServiceSpecificCredentials", args{"UserName": "nobody"}, "NoSuchEntity"},
		"certificates of nobody":   {"ListSigningCertificates", args{"UserName": "nobody"}, "NoSuchEntity"},
		"a key for nobody":         {"CreateAccessKey", args{"UserName": "nobody"}, "NoSuchEntity"},
		"status unknown":           {"UpdateAccessKey", args{"UserName": "ann", "AccessKeyId": "AKIAAAAAAAAAAAAAAAAA", "Status": "Lost"}, "ValidationError"},
		"status not to be set":     {"UpdateAccessKey", args{"UserName": "ann", "AccessKeyId": "AKIAAAAAAAAAAAAAAAAA", "Status": "Expired"}, "ValidationError"},
		"key not there":            {"UpdateAccessKey", args{"UserName": "ann", "AccessKeyId": "AKIAAAAAAAAAAAAAAAAA", "Status": "Active"}, "NoSuchEntity"},
		"deleting one with a key":  {"DeleteUser", args{"UserName": "ann"}, "DeleteConflict"},
		"unknown parameter":        {"GetUser", args{"Name": "ann"}, "ValidationError"},
		"entity type unknown":      {"GetAccountAuthorizationDetails", args{"Filter.member.1": "Robot"}, "ValidationError"},
		"password not allowed":     {"CreateLoginProfile", args{"UserName": "ann", "Password": "ünïcöde Ω 123"}, "PasswordPolicyViolation"},
		"password without kinds":   {"CreateLoginProfile", args{"UserName": "ann", "Password": "onlylowercase"}, "PasswordPolicyViolation"},
		"password of nobody":       {"CreateLoginProfile", args{"UserName": "nobody", "Password": "Correct horse 1"}, "NoSuchEntity"},
		"password age too great":   {"UpdateAccountPasswordPolicy", args{"MaxPasswordAge": "1096"}, "ValidationError"},
		"alias too short":          {"CreateAccountAlias", args{"AccountAlias": "ab"}, "ValidationError"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.alice.query(c.action, c.a); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
		})
	}
	f.view(func(tx *store.Tx) {
		same(t, "users", 1, tx.Users().Len())
		for u := range tx.Users().All() {
			same(t, "tags", 0, len(u.Tags))
		}
	})
}

// What one account has is not there for another, by any action.
func TestOtherAccountsAreNotSeen(t *testing.T) {
	f := newCloud(t)
	f.alice.user("ann")
	f.alice.does("CreateGroup", args{"GroupName": "devs"})
	key := f.keys(f.alice, "ann")[0]
	for action, a := range map[string]args{
		"GetUser": {"UserName": "ann"}, "DeleteUser": {"UserName": "ann"}, "TagUser": {"UserName": "ann", "Tags.member.1.Key": "k", "Tags.member.1.Value": "v"},
		"CreateAccessKey": {"UserName": "ann"}, "GetAccessKeyLastUsed": {"AccessKeyId": key}, "GetGroup": {"GroupName": "devs"},
		"UpdateAccessKey": {"AccessKeyId": key, "Status": "Inactive"}, "DeleteAccessKey": {"AccessKeyId": key},
		"AttachUserPolicy": {"UserName": "ann", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
		"PutGroupPolicy":   {"GroupName": "devs", "PolicyName": "p", "PolicyDocument": anything},
	} {
		absent := f.bob.query(action, a.with(args{"UserName": swap(a["UserName"], "none"), "GroupName": swap(a["GroupName"], "none"), "AccessKeyId": swap(a["AccessKeyId"], "AKIAAAAAAAAAAAAAAAAA")}))
		theirs := f.bob.query(action, a)
		if theirs.code != "NoSuchEntity" || theirs.code != absent.code || theirs.status != absent.status {
			t.Errorf("%s: %d %q (%s), of nobody's %d %q", action, theirs.status, theirs.code, theirs.msg, absent.status, absent.code)
		}
	}
	same(t, "bob's users", 0, strings.Count(string(f.bob.does("ListUsers", nil).body), "<member>"))
}

// swap puts another value in the place of one that is there; "-" stands for none.
func swap(have, other string) string {
	if have == "" {
		return "-"
	}
	return other
}

// Pages of a list neither repeat nor hide anything, though users come and go.
func TestPages(t *testing.T) {
	f := newCloud(t)
	for n := range 25 {
		f.alice.does("CreateUser", args{"UserName": fmt.Sprintf("u%02d", n)})
	}
	seen := map[string]int{}
	a := args{"MaxItems": "10"}
	for page := 0; ; page++ {
		body := string(f.alice.does("ListUsers", a).body)
		for _, part := range strings.Split(body, "<UserName>")[1:] {
			seen[part[:strings.IndexByte(part, '<')]]++
		}
		f.alice.does("DeleteUser", args{"UserName": fmt.Sprintf("u%02d", page)})
		f.alice.does("CreateUser", args{"UserName": fmt.Sprintf("a%02d", page)})
		if !strings.Contains(body, "<IsTruncated>true</IsTruncated>") {
			break
		}
		_, rest, _ := strings.Cut(body, "<Marker>")
		a = a.with(args{"Marker": rest[:strings.IndexByte(rest, '<')]})
	}
	for n := range 25 {
		if seen[fmt.Sprintf("u%02d", n)] != 1 {
			t.Errorf("u%02d was listed %d times", n, seen[fmt.Sprintf("u%02d", n)])
		}
	}
	f.alice.refused("ListGroups", args{"Marker": a["Marker"]}, "ValidationError")
	f.bob.refused("ListUsers", args{"Marker": a["Marker"], "MaxItems": "10"}, "ValidationError")
}

func TestQuotas(t *testing.T) {
	f := newCloud(t)
	f.alice.does("CreateUser", args{"UserName": "ann"})
	for n := range 11 {
		f.alice.does("CreateGroup", args{"GroupName": fmt.Sprint("g", n)})
		if n < 10 {
			f.alice.does("AddUserToGroup", args{"GroupName": fmt.Sprint("g", n), "UserName": "ann"})
		}
	}
	f.alice.does("AddUserToGroup", args{"GroupName": "g0", "UserName": "ann"}) // is one
	f.alice.refused("AddUserToGroup", args{"GroupName": "g10", "UserName": "ann"}, "LimitExceeded")
	inline := func(user string, size int) args {
		doc := strings.Replace(anything, `"Action":"*"`, `"Sid":"`+strings.Repeat("x", size-len(anything)-len(`"Sid":"",`))+`", "Action" : "*"`, 1)
		return args{"UserName": user, "PolicyName": "p", "PolicyDocument": doc}
	}
	f.alice.does("PutUserPolicy", inline("ann", 2048))
	f.alice.refused("PutUserPolicy", inline("ann", 2049), "LimitExceeded")
	f.alice.refused("PutUserPolicy", inline("ann", 1000).with(args{"PolicyName": "q"}), "LimitExceeded")
	f.change(func(tx *store.Tx) error {
		a, _ := tx.Accounts().Get(f.alice.account.ID)
		a.Limits = map[string]int64{string(cloud.LimitUsers): 1}
		return tx.Accounts().Put(a)
	})
	f.alice.refused("CreateUser", args{"UserName": "ben"}, "LimitExceeded")
}
