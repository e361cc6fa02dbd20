package iam_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"

	"ecc/cloud"
	"ecc/store"
)

// allow gives a user a policy.
func (tn *tenant) allow(user, doc string) {
	tn.f.t.Helper()
	tn.does("PutUserPolicy", args{"UserName": user, "PolicyName": "p", "PolicyDocument": doc})
}

// A user without policies may ask who it is nowhere in IAM, and do nothing.
func TestUserWithoutPolicies(t *testing.T) {
	f := newCloud(t)
	ann := f.alice.user("ann")
	for action, a := range map[string]args{"GetUser": nil, "ListUsers": nil, "CreateAccessKey": nil, "CreateUser": {"UserName": "x"},
		"AttachUserPolicy": {"UserName": "ann", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}} {
		ann.refused(action, a, "AccessDenied")
	}
	f.alice.allow("ann", anything)
	ann.does("GetUser", nil)
	ann.does("CreateUser", args{"UserName": "ben"})
}

// Users may do to themselves what their policies say, by their own name.
func TestUserManagesItself(t *testing.T) {
	f := newCloud(t)
	ann := f.alice.user("ann")
	f.alice.does("CreateUser", args{"UserName": "ben"})
	f.alice.allow("ann", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*AccessKey*","iam:GetUser"],"Resource":"arn:aws:iam::*:user/${aws:username}"}]}`)
	ann.does("GetUser", nil)
	made := must[*sdk.CreateAccessKeyOutput](t)(ann.iam.CreateAccessKey(t.Context(), &sdk.CreateAccessKeyInput{})).AccessKey
	same(t, "whose key", "ann", *made.UserName)
	ann.does("ListAccessKeys", nil)
	ann.refused("CreateAccessKey", nil, "LimitExceeded")
	ann.refused("CreateAccessKey", args{"UserName": "ben"}, "AccessDenied")
	ann.refused("ListAccessKeys", args{"UserName": "ben"}, "AccessDenied")
	second := f.with(ann.account, cloud.AccessKey{ID: *made.AccessKeyId, Secret: *made.SecretAccessKey})
	second.does("DeleteAccessKey", args{"AccessKeyId": ann.key.ID})
	ann.refused("GetUser", nil, "InvalidClientTokenId")
}

// Who may make users only under a boundary makes none without it, and who is
// under one cannot take it away unless a policy says so.
func TestBoundaryDelegation(t *testing.T) {
	f := newCloud(t)
	ann := f.alice.user("ann")
	const bound = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
	f.alice.allow("ann", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["iam:CreateUser","iam:PutUserPolicy","iam:AttachUserPolicy","iam:PutUserPermissionsBoundary"],"Resource":"*",
		 "Condition":{"StringEquals":{"iam:PermissionsBoundary":"`+bound+`"}}},
		{"Effect":"Allow","Action":["iam:CreateAccessKey","iam:GetUser"],"Resource":"*"}]}`)
	ann.refused("CreateUser", args{"UserName": "free"}, "AccessDenied")
	ann.refused("CreateUser", args{"UserName": "free", "PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}, "AccessDenied")
	ann.does("CreateUser", args{"UserName": "bound", "PermissionsBoundary": bound})
	ann.refused("PutUserPermissionsBoundary", args{"UserName": "bound", "PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}, "AccessDenied")
	ann.refused("DeleteUserPermissionsBoundary", args{"UserName": "bound"}, "AccessDenied")
	ann.does("PutUserPolicy", args{"UserName": "bound", "PolicyName": "p", "PolicyDocument": anything})
	ann.refused("PutUserPolicy", args{"UserName": "ann", "PolicyName": "q", "PolicyDocument": anything}, "AccessDenied")
	k := must[*sdk.CreateAccessKeyOutput](t)(ann.iam.CreateAccessKey(t.Context(), &sdk.CreateAccessKeyInput{UserName: aws.String("bound")})).AccessKey
	it := f.with(ann.account, cloud.AccessKey{ID: *k.AccessKeyId, Secret: *k.SecretAccessKey})
	for action, a := range map[string]args{"CreateUser": {"UserName": "x"}, "DeleteUserPermissionsBoundary": {"UserName": "bound"},
		"AttachUserPolicy": {"UserName": "bound", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, "CreateAccessKey": {"UserName": "ann"}} {
		it.refused(action, a, "AccessDenied") // its policies allow everything, its boundary nothing of IAM
	}
}

// A key that is inactive, or whose user is gone, opens nothing; one that was
// active again does.
func TestKeysOfUsersOpenAndClose(t *testing.T) {
	f := newCloud(t)
	ann := f.alice.user("ann")
	f.alice.allow("ann", anything)
	set := func(status string) {
		t.Helper()
		f.alice.does("UpdateAccessKey", args{"UserName": "ann", "AccessKeyId": ann.key.ID, "Status": status})
	}
	set("Inactive")
	ann.refused("GetUser", nil, "InvalidClientTokenId")
	set("Active")
	ann.does("GetUser", nil)
	f.alice.does("DeleteAccessKey", args{"UserName": "ann", "AccessKeyId": ann.key.ID})
	ann.refused("GetUser", nil, "InvalidClientTokenId")
}

// A secret is shown by the answer that makes it, and is nowhere else.
func TestSecretIsShownOnce(t *testing.T) {
	f := newCloud(t)
	ann := f.alice.user("ann")
	f.view(func(tx *store.Tx) {
		k, _ := tx.AccessKeys().Get(ann.key.ID)
		if k.Secret != "" || len(k.Sealed) == 0 {
			t.Errorf("the record holds the secret: %+v", k)
		}
	})
}

// A renamed user keeps keys, groups and policies.
func TestRenamedUser(t *testing.T) {
	f := newCloud(t)
	ann := f.alice.user("ann")
	f.alice.allow("ann", anything)
	f.alice.does("CreateGroup", args{"GroupName": "devs"})
	f.alice.does("AddUserToGroup", args{"GroupName": "devs", "UserName": "ann"})
	f.alice.does("UpdateUser", args{"UserName": "ann", "NewUserName": "Ann", "NewPath": "/x/"})
	out := must[*sdk.GetUserOutput](t)(ann.iam.GetUser(t.Context(), &sdk.GetUserInput{}))
	same(t, "ARN", "arn:aws:iam::"+string(f.alice.account.ID)+":user/x/Ann", *out.User.Arn)
	groups := must[*sdk.ListGroupsForUserOutput](t)(ann.iam.ListGroupsForUser(t.Context(), &sdk.ListGroupsForUserInput{UserName: aws.String("Ann")}))
	same(t, "groups", 1, len(groups.Groups))
	f.alice.refused("GetUser", args{"UserName": "ann"}, "NoSuchEntity")
}
