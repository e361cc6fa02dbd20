package iam_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
)

// desk stands for the service: it keeps the request and answers what it was
// told to.
type desk struct {
	got    any
	answer map[string]any // action → *Result
	err    error
}

// line is an action that asks the desk.
func line[In, Out any](name string) awsquery.Action[*desk] {
	method := func(d *desk, _ context.Context, _ *awsquery.Call, in *In) (*Out, error) {
		d.got = in
		out, _ := d.answer[name].(*Out)
		return out, d.err
	}
	return awsquery.Handle(name, method, awsquery.Write, awsquery.May("iam:"+name))
}

// lines are all actions whose shapes are generated.
func lines() []awsquery.Action[*desk] {
	return []awsquery.Action[*desk]{
		line[iam.AddClientIDToOpenIDConnectProviderRequest, iam.AddClientIDToOpenIDConnectProviderResult]("AddClientIDToOpenIDConnectProvider"),
		line[iam.AddRoleToInstanceProfileRequest, iam.AddRoleToInstanceProfileResult]("AddRoleToInstanceProfile"),
		line[iam.AddUserToGroupRequest, iam.AddUserToGroupResult]("AddUserToGroup"),
		line[iam.AttachGroupPolicyRequest, iam.AttachGroupPolicyResult]("AttachGroupPolicy"),
		line[iam.AttachRolePolicyRequest, iam.AttachRolePolicyResult]("AttachRolePolicy"),
		line[iam.AttachUserPolicyRequest, iam.AttachUserPolicyResult]("AttachUserPolicy"),
		line[iam.ChangePasswordRequest, iam.ChangePasswordResult]("ChangePassword"),
		line[iam.CreateAccessKeyRequest, iam.CreateAccessKeyResult]("CreateAccessKey"),
		line[iam.CreateAccountAliasRequest, iam.CreateAccountAliasResult]("CreateAccountAlias"),
		line[iam.CreateGroupRequest, iam.CreateGroupResult]("CreateGroup"),
		line[iam.CreateInstanceProfileRequest, iam.CreateInstanceProfileResult]("CreateInstanceProfile"),
		line[iam.CreateLoginProfileRequest, iam.CreateLoginProfileResult]("CreateLoginProfile"),
		line[iam.CreateOpenIDConnectProviderRequest, iam.CreateOpenIDConnectProviderResult]("CreateOpenIDConnectProvider"),
		line[iam.CreatePolicyRequest, iam.CreatePolicyResult]("CreatePolicy"),
		line[iam.CreatePolicyVersionRequest, iam.CreatePolicyVersionResult]("CreatePolicyVersion"),
		line[iam.CreateRoleRequest, iam.CreateRoleResult]("CreateRole"),
		line[iam.CreateUserRequest, iam.CreateUserResult]("CreateUser"),
		line[iam.DeleteAccessKeyRequest, iam.DeleteAccessKeyResult]("DeleteAccessKey"),
		line[iam.DeleteAccountAliasRequest, iam.DeleteAccountAliasResult]("DeleteAccountAlias"),
		line[iam.DeleteAccountPasswordPolicyRequest, iam.DeleteAccountPasswordPolicyResult]("DeleteAccountPasswordPolicy"),
		line[iam.DeleteGroupRequest, iam.DeleteGroupResult]("DeleteGroup"),
		line[iam.DeleteGroupPolicyRequest, iam.DeleteGroupPolicyResult]("DeleteGroupPolicy"),
		line[iam.DeleteInstanceProfileRequest, iam.DeleteInstanceProfileResult]("DeleteInstanceProfile"),
		line[iam.DeleteLoginProfileRequest, iam.DeleteLoginProfileResult]("DeleteLoginProfile"),
		line[iam.DeleteOpenIDConnectProviderRequest, iam.DeleteOpenIDConnectProviderResult]("DeleteOpenIDConnectProvider"),
		line[iam.DeletePolicyRequest, iam.DeletePolicyResult]("DeletePolicy"),
		line[iam.DeletePolicyVersionRequest, iam.DeletePolicyVersionResult]("DeletePolicyVersion"),
		line[iam.DeleteRoleRequest, iam.DeleteRoleResult]("DeleteRole"),
		line[iam.DeleteRolePermissionsBoundaryRequest, iam.DeleteRolePermissionsBoundaryResult]("DeleteRolePermissionsBoundary"),
		line[iam.DeleteRolePolicyRequest, iam.DeleteRolePolicyResult]("DeleteRolePolicy"),
		line[iam.DeleteUserRequest, iam.DeleteUserResult]("DeleteUser"),
		line[iam.DeleteUserPermissionsBoundaryRequest, iam.DeleteUserPermissionsBoundaryResult]("DeleteUserPermissionsBoundary"),
		line[iam.DeleteUserPolicyRequest, iam.DeleteUserPolicyResult]("DeleteUserPolicy"),
		line[iam.DetachGroupPolicyRequest, iam.DetachGroupPolicyResult]("DetachGroupPolicy"),
		line[iam.DetachRolePolicyRequest, iam.DetachRolePolicyResult]("DetachRolePolicy"),
		line[iam.DetachUserPolicyRequest, iam.DetachUserPolicyResult]("DetachUserPolicy"),
		line[iam.GenerateCredentialReportRequest, iam.GenerateCredentialReportResult]("GenerateCredentialReport"),
		line[iam.GetAccessKeyLastUsedRequest, iam.GetAccessKeyLastUsedResult]("GetAccessKeyLastUsed"),
		line[iam.GetAccountAuthorizationDetailsRequest, iam.GetAccountAuthorizationDetailsResult]("GetAccountAuthorizationDetails"),
		line[iam.GetAccountPasswordPolicyRequest, iam.GetAccountPasswordPolicyResult]("GetAccountPasswordPolicy"),
		line[iam.GetAccountSummaryRequest, iam.GetAccountSummaryResult]("GetAccountSummary"),
		line[iam.GetContextKeysForCustomPolicyRequest, iam.GetContextKeysForCustomPolicyResult]("GetContextKeysForCustomPolicy"),
		line[iam.GetContextKeysForPrincipalPolicyRequest, iam.GetContextKeysForPrincipalPolicyResult]("GetContextKeysForPrincipalPolicy"),
		line[iam.GetCredentialReportRequest, iam.GetCredentialReportResult]("GetCredentialReport"),
		line[iam.GetGroupRequest, iam.GetGroupResult]("GetGroup"),
		line[iam.GetGroupPolicyRequest, iam.GetGroupPolicyResult]("GetGroupPolicy"),
		line[iam.GetInstanceProfileRequest, iam.GetInstanceProfileResult]("GetInstanceProfile"),
		line[iam.GetLoginProfileRequest, iam.GetLoginProfileResult]("GetLoginProfile"),
		line[iam.GetOpenIDConnectProviderRequest, iam.GetOpenIDConnectProviderResult]("GetOpenIDConnectProvider"),
		line[iam.GetPolicyRequest, iam.GetPolicyResult]("GetPolicy"),
		line[iam.GetPolicyVersionRequest, iam.GetPolicyVersionResult]("GetPolicyVersion"),
		line[iam.GetRoleRequest, iam.GetRoleResult]("GetRole"),
		line[iam.GetRolePolicyRequest, iam.GetRolePolicyResult]("GetRolePolicy"),
		line[iam.GetUserRequest, iam.GetUserResult]("GetUser"),
		line[iam.GetUserPolicyRequest, iam.GetUserPolicyResult]("GetUserPolicy"),
		line[iam.ListAccessKeysRequest, iam.ListAccessKeysResult]("ListAccessKeys"),
		line[iam.ListAccountAliasesRequest, iam.ListAccountAliasesResult]("ListAccountAliases"),
		line[iam.ListAttachedGroupPoliciesRequest, iam.ListAttachedGroupPoliciesResult]("ListAttachedGroupPolicies"),
		line[iam.ListAttachedRolePoliciesRequest, iam.ListAttachedRolePoliciesResult]("ListAttachedRolePolicies"),
		line[iam.ListAttachedUserPoliciesRequest, iam.ListAttachedUserPoliciesResult]("ListAttachedUserPolicies"),
		line[iam.ListEntitiesForPolicyRequest, iam.ListEntitiesForPolicyResult]("ListEntitiesForPolicy"),
		line[iam.ListGroupPoliciesRequest, iam.ListGroupPoliciesResult]("ListGroupPolicies"),
		line[iam.ListGroupsRequest, iam.ListGroupsResult]("ListGroups"),
		line[iam.ListGroupsForUserRequest, iam.ListGroupsForUserResult]("ListGroupsForUser"),
		line[iam.ListInstanceProfileTagsRequest, iam.ListInstanceProfileTagsResult]("ListInstanceProfileTags"),
		line[iam.ListInstanceProfilesRequest, iam.ListInstanceProfilesResult]("ListInstanceProfiles"),
		line[iam.ListInstanceProfilesForRoleRequest, iam.ListInstanceProfilesForRoleResult]("ListInstanceProfilesForRole"),
		line[iam.ListMFADevicesRequest, iam.ListMFADevicesResult]("ListMFADevices"),
		line[iam.ListOpenIDConnectProviderTagsRequest, iam.ListOpenIDConnectProviderTagsResult]("ListOpenIDConnectProviderTags"),
		line[iam.ListOpenIDConnectProvidersRequest, iam.ListOpenIDConnectProvidersResult]("ListOpenIDConnectProviders"),
		line[iam.ListPoliciesRequest, iam.ListPoliciesResult]("ListPolicies"),
		line[iam.ListPolicyTagsRequest, iam.ListPolicyTagsResult]("ListPolicyTags"),
		line[iam.ListPolicyVersionsRequest, iam.ListPolicyVersionsResult]("ListPolicyVersions"),
		line[iam.ListRolePoliciesRequest, iam.ListRolePoliciesResult]("ListRolePolicies"),
		line[iam.ListRoleTagsRequest, iam.ListRoleTagsResult]("ListRoleTags"),
		line[iam.ListRolesRequest, iam.ListRolesResult]("ListRoles"),
		line[iam.ListSSHPublicKeysRequest, iam.ListSSHPublicKeysResult]("ListSSHPublicKeys"),
		line[iam.ListServiceSpecificCredentialsRequest, iam.ListServiceSpecificCredentialsResult]("ListServiceSpecificCredentials"),
		line[iam.ListSigningCertificatesRequest, iam.ListSigningCertificatesResult]("ListSigningCertificates"),
		line[iam.ListUserPoliciesRequest, iam.ListUserPoliciesResult]("ListUserPolicies"),
		line[iam.ListUserTagsRequest, iam.ListUserTagsResult]("ListUserTags"),
		line[iam.ListUsersRequest, iam.ListUsersResult]("ListUsers"),
		line[iam.PutGroupPolicyRequest, iam.PutGroupPolicyResult]("PutGroupPolicy"),
		line[iam.PutRolePermissionsBoundaryRequest, iam.PutRolePermissionsBoundaryResult]("PutRolePermissionsBoundary"),
		line[iam.PutRolePolicyRequest, iam.PutRolePolicyResult]("PutRolePolicy"),
		line[iam.PutUserPermissionsBoundaryRequest, iam.PutUserPermissionsBoundaryResult]("PutUserPermissionsBoundary"),
		line[iam.PutUserPolicyRequest, iam.PutUserPolicyResult]("PutUserPolicy"),
		line[iam.RemoveClientIDFromOpenIDConnectProviderRequest, iam.RemoveClientIDFromOpenIDConnectProviderResult]("RemoveClientIDFromOpenIDConnectProvider"),
		line[iam.RemoveRoleFromInstanceProfileRequest, iam.RemoveRoleFromInstanceProfileResult]("RemoveRoleFromInstanceProfile"),
		line[iam.RemoveUserFromGroupRequest, iam.RemoveUserFromGroupResult]("RemoveUserFromGroup"),
		line[iam.SetDefaultPolicyVersionRequest, iam.SetDefaultPolicyVersionResult]("SetDefaultPolicyVersion"),
		line[iam.SimulateCustomPolicyRequest, iam.SimulateCustomPolicyResult]("SimulateCustomPolicy"),
		line[iam.SimulatePrincipalPolicyRequest, iam.SimulatePrincipalPolicyResult]("SimulatePrincipalPolicy"),
		line[iam.TagInstanceProfileRequest, iam.TagInstanceProfileResult]("TagInstanceProfile"),
		line[iam.TagOpenIDConnectProviderRequest, iam.TagOpenIDConnectProviderResult]("TagOpenIDConnectProvider"),
		line[iam.TagPolicyRequest, iam.TagPolicyResult]("TagPolicy"),
		line[iam.TagRoleRequest, iam.TagRoleResult]("TagRole"),
		line[iam.TagUserRequest, iam.TagUserResult]("TagUser"),
		line[iam.UntagInstanceProfileRequest, iam.UntagInstanceProfileResult]("UntagInstanceProfile"),
		line[iam.UntagOpenIDConnectProviderRequest, iam.UntagOpenIDConnectProviderResult]("UntagOpenIDConnectProvider"),
		line[iam.UntagPolicyRequest, iam.UntagPolicyResult]("UntagPolicy"),
		line[iam.UntagRoleRequest, iam.UntagRoleResult]("UntagRole"),
		line[iam.UntagUserRequest, iam.UntagUserResult]("UntagUser"),
		line[iam.UpdateAccessKeyRequest, iam.UpdateAccessKeyResult]("UpdateAccessKey"),
		line[iam.UpdateAccountPasswordPolicyRequest, iam.UpdateAccountPasswordPolicyResult]("UpdateAccountPasswordPolicy"),
		line[iam.UpdateAssumeRolePolicyRequest, iam.UpdateAssumeRolePolicyResult]("UpdateAssumeRolePolicy"),
		line[iam.UpdateGroupRequest, iam.UpdateGroupResult]("UpdateGroup"),
		line[iam.UpdateLoginProfileRequest, iam.UpdateLoginProfileResult]("UpdateLoginProfile"),
		line[iam.UpdateOpenIDConnectProviderThumbprintRequest, iam.UpdateOpenIDConnectProviderThumbprintResult]("UpdateOpenIDConnectProviderThumbprint"),
		line[iam.UpdateRoleRequest, iam.UpdateRoleResult]("UpdateRole"),
		line[iam.UpdateRoleDescriptionRequest, iam.UpdateRoleDescriptionResult]("UpdateRoleDescription"),
		line[iam.UpdateUserRequest, iam.UpdateUserResult]("UpdateUser"),
	}
}

// serve runs the desk behind a dispatcher that believes everybody.
func serve(t *testing.T, d *desk) *httptest.Server {
	t.Helper()
	cfg := awsquery.Config{Service: iam.Service(), Authenticate: func(r *http.Request) (awsquery.Verified, error) {
		return awsquery.Verified{Caller: cloud.Caller{Account: "123456789012"}, Query: r.URL.Query(), Body: r.Body}, nil
	}}
	h, err := awsquery.New(cfg, d, lines(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}
