package iam

import "ecc/api/awsquery"

// userActions are the actions of users, groups, their keys and policies.
func userActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("AddUserToGroup", (*Service).AddUserToGroup, write, may("iam:AddUserToGroup")),
		awsquery.Handle("AttachGroupPolicy", (*Service).AttachGroupPolicy, write, may("iam:AttachGroupPolicy")),
		awsquery.Handle("AttachUserPolicy", (*Service).AttachUserPolicy, write, may("iam:AttachUserPolicy")),
		awsquery.Handle("CreateAccessKey", (*Service).CreateAccessKey, write, may("iam:CreateAccessKey")),
		awsquery.Handle("CreateGroup", (*Service).CreateGroup, write, may("iam:CreateGroup")),
		awsquery.Handle("CreateUser", (*Service).CreateUser, write, may("iam:CreateUser")),
		awsquery.Handle("DeleteAccessKey", (*Service).DeleteAccessKey, write, may("iam:DeleteAccessKey")),
		awsquery.Handle("DeleteGroup", (*Service).DeleteGroup, write, may("iam:DeleteGroup")),
		awsquery.Handle("DeleteGroupPolicy", (*Service).DeleteGroupPolicy, write, may("iam:DeleteGroupPolicy")),
		awsquery.Handle("DeleteUser", (*Service).DeleteUser, write, may("iam:DeleteUser")),
		awsquery.Handle("DeleteUserPermissionsBoundary", (*Service).DeleteUserPermissionsBoundary, write, may("iam:DeleteUserPermissionsBoundary")),
		awsquery.Handle("DeleteUserPolicy", (*Service).DeleteUserPolicy, write, may("iam:DeleteUserPolicy")),
		awsquery.Handle("DetachGroupPolicy", (*Service).DetachGroupPolicy, write, may("iam:DetachGroupPolicy")),
		awsquery.Handle("DetachUserPolicy", (*Service).DetachUserPolicy, write, may("iam:DetachUserPolicy")),
		awsquery.Handle("GetAccessKeyLastUsed", (*Service).GetAccessKeyLastUsed, read, may("iam:GetAccessKeyLastUsed")),
		awsquery.Handle("GetGroup", (*Service).GetGroup, read, may("iam:GetGroup")),
		awsquery.Handle("GetGroupPolicy", (*Service).GetGroupPolicy, read, may("iam:GetGroupPolicy")),
		awsquery.Handle("GetUser", (*Service).GetUser, read, may("iam:GetUser")),
		awsquery.Handle("GetUserPolicy", (*Service).GetUserPolicy, read, may("iam:GetUserPolicy")),
		awsquery.Handle("ListAccessKeys", (*Service).ListAccessKeys, read, may("iam:ListAccessKeys")),
		awsquery.Handle("ListAttachedGroupPolicies", (*Service).ListAttachedGroupPolicies, read, may("iam:ListAttachedGroupPolicies")),
		awsquery.Handle("ListAttachedUserPolicies", (*Service).ListAttachedUserPolicies, read, may("iam:ListAttachedUserPolicies")),
		awsquery.Handle("ListGroupPolicies", (*Service).ListGroupPolicies, read, may("iam:ListGroupPolicies")),
		awsquery.Handle("ListGroups", (*Service).ListGroups, read, may("iam:ListGroups")),
		awsquery.Handle("ListGroupsForUser", (*Service).ListGroupsForUser, read, may("iam:ListGroupsForUser")),
		awsquery.Handle("ListMFADevices", (*Service).ListMFADevices, read, may("iam:ListMFADevices")),
		awsquery.Handle("ListSSHPublicKeys", (*Service).ListSSHPublicKeys, read, may("iam:ListSSHPublicKeys")),
		awsquery.Handle("ListServiceSpecificCredentials", (*Service).ListServiceSpecificCredentials, read, may("iam:ListServiceSpecificCredentials")),
		awsquery.Handle("ListSigningCertificates", (*Service).ListSigningCertificates, read, may("iam:ListSigningCertificates")),
		awsquery.Handle("ListUserPolicies", (*Service).ListUserPolicies, read, may("iam:ListUserPolicies")),
		awsquery.Handle("ListUserTags", (*Service).ListUserTags, read, may("iam:ListUserTags")),
		awsquery.Handle("ListUsers", (*Service).ListUsers, read, may("iam:ListUsers")),
		awsquery.Handle("PutGroupPolicy", (*Service).PutGroupPolicy, write, may("iam:PutGroupPolicy")),
		awsquery.Handle("PutUserPermissionsBoundary", (*Service).PutUserPermissionsBoundary, write, may("iam:PutUserPermissionsBoundary")),
		awsquery.Handle("PutUserPolicy", (*Service).PutUserPolicy, write, may("iam:PutUserPolicy")),
		awsquery.Handle("RemoveUserFromGroup", (*Service).RemoveUserFromGroup, write, may("iam:RemoveUserFromGroup")),
		awsquery.Handle("TagUser", (*Service).TagUser, write, may("iam:TagUser")),
		awsquery.Handle("UntagUser", (*Service).UntagUser, write, may("iam:UntagUser")),
		awsquery.Handle("UpdateAccessKey", (*Service).UpdateAccessKey, write, may("iam:UpdateAccessKey")),
		awsquery.Handle("UpdateGroup", (*Service).UpdateGroup, write, may("iam:UpdateGroup")),
		awsquery.Handle("UpdateUser", (*Service).UpdateUser, write, may("iam:UpdateUser")),
	}
}
