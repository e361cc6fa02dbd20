package iam_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// stack is a role with a policy of its own, a managed one and an instance
// profile, as Terraform keeps them.
type stack struct {
	t   *testing.T
	iam *sdk.Client
	arn *string // of the policy
}

// TestTerraformKeepsRoles replays the calls of Terraform's provider for
// aws_iam_role, aws_iam_policy, aws_iam_role_policy, …_attachment and
// aws_iam_instance_profile: apply, refresh without a change, change, destroy.
func TestTerraformKeepsRoles(t *testing.T) {
	s := &stack{t: t, iam: newCloud(t).alice.iam}
	s.apply()
	before := s.refresh()
	same(t, "a refresh", before, s.refresh())
	s.change()
	after := s.refresh()
	if after == before {
		t.Error("the change does not show")
	}
	same(t, "a refresh after the change", after, s.refresh())
	s.destroy()
	_, err := s.iam.GetRole(t.Context(), &sdk.GetRoleInput{RoleName: aws.String("app")})
	wantCode(t, err, "NoSuchEntity")
	_, err = s.iam.GetInstanceProfile(t.Context(), &sdk.GetInstanceProfileInput{InstanceProfileName: aws.String("app")})
	wantCode(t, err, "NoSuchEntity")
	_, err = s.iam.GetPolicy(t.Context(), &sdk.GetPolicyInput{PolicyArn: s.arn})
	wantCode(t, err, "NoSuchEntity")
}

func (s *stack) apply() {
	ctx, name := s.t.Context(), aws.String("app")
	must[*sdk.CreateRoleOutput](s.t)(s.iam.CreateRole(ctx, &sdk.CreateRoleInput{RoleName: name, Path: aws.String("/"), AssumeRolePolicyDocument: aws.String(ec2Trust),
		MaxSessionDuration: aws.Int32(3600), Tags: []types.Tag{{Key: aws.String("env"), Value: aws.String("test")}}}))
	s.arn = must[*sdk.CreatePolicyOutput](s.t)(s.iam.CreatePolicy(ctx, &sdk.CreatePolicyInput{PolicyName: name, Path: aws.String("/"), PolicyDocument: aws.String(readStuff)})).Policy.Arn
	must[*sdk.AttachRolePolicyOutput](s.t)(s.iam.AttachRolePolicy(ctx, &sdk.AttachRolePolicyInput{RoleName: name, PolicyArn: s.arn}))
	must[*sdk.PutRolePolicyOutput](s.t)(s.iam.PutRolePolicy(ctx, &sdk.PutRolePolicyInput{RoleName: name, PolicyName: name, PolicyDocument: aws.String(readStuff)}))
	must[*sdk.CreateInstanceProfileOutput](s.t)(s.iam.CreateInstanceProfile(ctx, &sdk.CreateInstanceProfileInput{InstanceProfileName: name, Path: aws.String("/")}))
	must[*sdk.AddRoleToInstanceProfileOutput](s.t)(s.iam.AddRoleToInstanceProfile(ctx, &sdk.AddRoleToInstanceProfileInput{InstanceProfileName: name, RoleName: name}))
}

// refresh reads all that Terraform reads, and returns it as JSON.
func (s *stack) refresh() string {
	ctx, name := s.t.Context(), aws.String("app")
	role := must[*sdk.GetRoleOutput](s.t)(s.iam.GetRole(ctx, &sdk.GetRoleInput{RoleName: name})).Role
	trust := must[string](s.t)(url.QueryUnescape(*role.AssumeRolePolicyDocument))
	policy := must[*sdk.GetPolicyOutput](s.t)(s.iam.GetPolicy(ctx, &sdk.GetPolicyInput{PolicyArn: s.arn})).Policy
	version := must[*sdk.GetPolicyVersionOutput](s.t)(s.iam.GetPolicyVersion(ctx, &sdk.GetPolicyVersionInput{PolicyArn: s.arn, VersionId: policy.DefaultVersionId})).PolicyVersion
	inline := must[*sdk.GetRolePolicyOutput](s.t)(s.iam.GetRolePolicy(ctx, &sdk.GetRolePolicyInput{RoleName: name, PolicyName: name}))
	attached := must[*sdk.ListAttachedRolePoliciesOutput](s.t)(s.iam.ListAttachedRolePolicies(ctx, &sdk.ListAttachedRolePoliciesInput{RoleName: name})).AttachedPolicies
	own := must[*sdk.ListRolePoliciesOutput](s.t)(s.iam.ListRolePolicies(ctx, &sdk.ListRolePoliciesInput{RoleName: name})).PolicyNames
	profile := must[*sdk.GetInstanceProfileOutput](s.t)(s.iam.GetInstanceProfile(ctx, &sdk.GetInstanceProfileInput{InstanceProfileName: name})).InstanceProfile
	return string(must[[]byte](s.t)(json.Marshal([]any{role, trust, policy, version, inline.PolicyDocument, attached, own, profile})))
}

func (s *stack) change() {
	ctx, name := s.t.Context(), aws.String("app")
	must[*sdk.UpdateAssumeRolePolicyOutput](s.t)(s.iam.UpdateAssumeRolePolicy(ctx, &sdk.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: aws.String(ec2Trust + " ")}))
	must[*sdk.UpdateRoleOutput](s.t)(s.iam.UpdateRole(ctx, &sdk.UpdateRoleInput{RoleName: name, MaxSessionDuration: aws.Int32(7200), Description: aws.String("")}))
	must[*sdk.TagRoleOutput](s.t)(s.iam.TagRole(ctx, &sdk.TagRoleInput{RoleName: name, Tags: []types.Tag{{Key: aws.String("env"), Value: aws.String("prod")}}}))
	must[*sdk.UntagRoleOutput](s.t)(s.iam.UntagRole(ctx, &sdk.UntagRoleInput{RoleName: name, TagKeys: []string{"old"}}))
	for range 6 { // each change makes a version, and room for it
		s.prune(4)
		must[*sdk.CreatePolicyVersionOutput](s.t)(s.iam.CreatePolicyVersion(ctx, &sdk.CreatePolicyVersionInput{PolicyArn: s.arn, PolicyDocument: aws.String(readStuff), SetAsDefault: true}))
	}
}

// prune deletes the oldest versions but the default one, until most are left.
func (s *stack) prune(most int) {
	ctx := s.t.Context()
	all := must[*sdk.ListPolicyVersionsOutput](s.t)(s.iam.ListPolicyVersions(ctx, &sdk.ListPolicyVersionsInput{PolicyArn: s.arn})).Versions
	for k := len(all) - 1; k >= most; k-- {
		if !all[k].IsDefaultVersion {
			must[*sdk.DeletePolicyVersionOutput](s.t)(s.iam.DeletePolicyVersion(ctx, &sdk.DeletePolicyVersionInput{PolicyArn: s.arn, VersionId: all[k].VersionId}))
		}
	}
}

func (s *stack) destroy() {
	ctx, name := s.t.Context(), aws.String("app")
	must[*sdk.RemoveRoleFromInstanceProfileOutput](s.t)(s.iam.RemoveRoleFromInstanceProfile(ctx, &sdk.RemoveRoleFromInstanceProfileInput{InstanceProfileName: name, RoleName: name}))
	must[*sdk.DeleteInstanceProfileOutput](s.t)(s.iam.DeleteInstanceProfile(ctx, &sdk.DeleteInstanceProfileInput{InstanceProfileName: name}))
	must[*sdk.DeleteRolePolicyOutput](s.t)(s.iam.DeleteRolePolicy(ctx, &sdk.DeleteRolePolicyInput{RoleName: name, PolicyName: name}))
	must[*sdk.DetachRolePolicyOutput](s.t)(s.iam.DetachRolePolicy(ctx, &sdk.DetachRolePolicyInput{RoleName: name, PolicyArn: s.arn}))
	s.prune(0)
	must[*sdk.DeletePolicyOutput](s.t)(s.iam.DeletePolicy(ctx, &sdk.DeletePolicyInput{PolicyArn: s.arn}))
	must[*sdk.ListInstanceProfilesForRoleOutput](s.t)(s.iam.ListInstanceProfilesForRole(ctx, &sdk.ListInstanceProfilesForRoleInput{RoleName: name}))
	must[*sdk.DeleteRoleOutput](s.t)(s.iam.DeleteRole(ctx, &sdk.DeleteRoleInput{RoleName: name}))
}
