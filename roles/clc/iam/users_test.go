package iam_test

import "testing"

// What clients read about users, groups and keys, to the letter.
func TestUsersGolden(t *testing.T) {
	tp := newTape(newCloud(t))
	alice := tp.f.alice
	tp.do(alice, "CreateUser", args{"UserName": "Ann", "Path": "/staff/", "Tags.member.1.Key": "team", "Tags.member.1.Value": "red"})
	tp.do(alice, "CreateUser", args{"UserName": "ann"})
	alice.does("CreateUser", args{"UserName": "ben"})
	tp.do(alice, "GetUser", args{"UserName": "Ann"})
	tp.do(alice, "GetUser", nil)
	tp.do(alice, "GetUser", args{"UserName": "ann"})
	tp.do(tp.f.bob, "GetUser", args{"UserName": "Ann"})
	tp.do(alice, "UpdateUser", args{"UserName": "ben", "NewUserName": "Ben", "NewPath": "/staff/night/"})
	tp.do(alice, "UpdateUser", args{"UserName": "Ben", "NewUserName": "ANN"})
	tp.do(alice, "ListUsers", args{"PathPrefix": "/staff/", "MaxItems": "1"})
	tp.do(alice, "TagUser", args{"UserName": "Ann", "Tags.member.1.Key": "TEAM", "Tags.member.1.Value": "blue", "Tags.member.2.Key": "since", "Tags.member.2.Value": ""})
	tp.do(alice, "UntagUser", args{"UserName": "Ann", "TagKeys.member.1": "since"})
	tp.do(alice, "ListUserTags", args{"UserName": "Ann"})
	tp.do(alice, "PutUserPermissionsBoundary", args{"UserName": "Ann", "PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"})
	tp.do(alice, "PutUserPermissionsBoundary", args{"UserName": "Ann", "PermissionsBoundary": "arn:aws:iam::" + string(alice.account.ID) + ":policy/none"})
	tp.do(alice, "GetUser", args{"UserName": "Ann"})
	tp.do(alice, "DeleteUserPermissionsBoundary", args{"UserName": "Ann"})
	tp.do(alice, "DeleteUserPermissionsBoundary", args{"UserName": "Ann"})
	tp.do(alice, "DeleteUser", args{"UserName": "Ben"})
	tp.do(alice, "DeleteUser", args{"UserName": "Ben"})
	tp.check()
}

func TestGroupsGolden(t *testing.T) {
	tp := newTape(newCloud(t))
	alice := tp.f.alice
	alice.does("CreateUser", args{"UserName": "ann"})
	tp.do(alice, "CreateGroup", args{"GroupName": "Devs", "Path": "/x/"})
	tp.do(alice, "CreateGroup", args{"GroupName": "devs"})
	tp.do(alice, "AddUserToGroup", args{"GroupName": "Devs", "UserName": "ann"})
	tp.do(alice, "AddUserToGroup", args{"GroupName": "none", "UserName": "ann"})
	tp.do(alice, "GetGroup", args{"GroupName": "Devs"})
	tp.do(alice, "ListGroups", nil)
	tp.do(alice, "ListGroupsForUser", args{"UserName": "ann"})
	tp.do(alice, "UpdateGroup", args{"GroupName": "Devs", "NewGroupName": "ops", "NewPath": "/y/"})
	tp.do(alice, "DeleteGroup", args{"GroupName": "ops"})
	tp.do(alice, "RemoveUserFromGroup", args{"GroupName": "ops", "UserName": "ann"})
	tp.do(alice, "RemoveUserFromGroup", args{"GroupName": "ops", "UserName": "ann"})
	tp.do(alice, "DeleteGroup", args{"GroupName": "ops"})
	tp.check()
}

func TestKeysGolden(t *testing.T) {
	tp := newTape(newCloud(t))
	alice := tp.f.alice
	alice.does("CreateUser", args{"UserName": "ann"})
	tp.do(alice, "CreateAccessKey", args{"UserName": "ann"})
	tp.do(alice, "CreateAccessKey", nil)
	tp.do(alice, "CreateAccessKey", nil)
	tp.do(alice, "ListAccessKeys", nil)
	tp.do(alice, "ListAccessKeys", args{"UserName": "ann"})
	for _, kind := range []string{"MFADevices", "SSHPublicKeys", "ServiceSpecificCredentials", "SigningCertificates"} {
		tp.do(alice, "List"+kind, args{"UserName": "ann"})
	}
	key := tp.f.keys(alice, "ann")[0]
	tp.do(alice, "GetAccessKeyLastUsed", args{"AccessKeyId": key})
	tp.f.who.Used(key, "s3", region)
	tp.do(alice, "GetAccessKeyLastUsed", args{"AccessKeyId": key})
	tp.do(tp.f.bob, "GetAccessKeyLastUsed", args{"AccessKeyId": key})
	tp.do(alice, "UpdateAccessKey", args{"UserName": "ann", "AccessKeyId": key, "Status": "Inactive"})
	tp.do(alice, "UpdateAccessKey", args{"AccessKeyId": key, "Status": "Active"})
	tp.do(alice, "DeleteAccessKey", args{"UserName": "ann", "AccessKeyId": key})
	tp.do(alice, "DeleteAccessKey", args{"UserName": "ann", "AccessKeyId": key})
	tp.check()
}

const anything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// Users and groups have policies in the same way.
func TestAttachedPoliciesGolden(t *testing.T) {
	tp := newTape(newCloud(t))
	alice := tp.f.alice
	alice.does("CreateUser", args{"UserName": "x"})
	alice.does("CreateGroup", args{"GroupName": "x"})
	for _, kind := range []string{"User", "Group"} {
		it := args{kind + "Name": "x"}
		inline := it.with(args{"PolicyName": "all"})
		managed := it.with(args{"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})
		tp.do(alice, "Put"+kind+"Policy", inline.with(args{"PolicyDocument": anything}))
		tp.do(alice, "Put"+kind+"Policy", inline.with(args{"PolicyDocument": `{"Statement": 1}`}))
		tp.do(alice, "Get"+kind+"Policy", inline)
		tp.do(alice, "Get"+kind+"Policy", inline.with(args{"PolicyName": "none"}))
		tp.do(alice, "List"+kind+"Policies", it)
		tp.do(alice, "Attach"+kind+"Policy", managed)
		tp.do(alice, "Attach"+kind+"Policy", managed.with(args{"PolicyArn": "arn:aws:iam::aws:policy/None"}))
		tp.do(alice, "ListAttached"+kind+"Policies", it)
		alice.refused("Delete"+kind, it, "DeleteConflict")
		tp.do(alice, "Detach"+kind+"Policy", managed)
		tp.do(alice, "Detach"+kind+"Policy", managed)
		alice.refused("Delete"+kind, it, "DeleteConflict")
		tp.do(alice, "Delete"+kind+"Policy", inline)
		tp.do(alice, "Delete"+kind+"Policy", inline)
		alice.does("Delete"+kind, it)
	}
	tp.check()
}
