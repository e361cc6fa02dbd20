package identity_test

import (
	"slices"
	"strings"
	"testing"

	"ecc/cloud/policy"
	"ecc/roles/clc/identity"
)

// The table is sorted, its documents are policies within the limit, and an ARN
// finds its own.
func TestAWSPolicies(t *testing.T) {
	all := identity.AWSPolicies()
	var names, ids []string
	for _, p := range all {
		names, ids = append(names, p.Name), append(ids, p.ID)
		if _, err := policy.ParseIdentity([]byte(p.Document()), 6144); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if p.Created.IsZero() || p.Updated.Before(p.Created) {
			t.Errorf("%s was made at %v and changed at %v", p.Name, p.Created, p.Updated)
		}
		if len(p.ID) != 21 || !strings.HasPrefix(p.ID, "ANPA") {
			t.Errorf("%s has the id %q", p.Name, p.ID)
		}
		if got, ok := identity.AWSPolicy(p.ARN()); !ok || got.Name != p.Name {
			t.Errorf("%s leads to %q", p.ARN(), got.Name)
		}
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != len(all) || len(all) != 15 {
		t.Errorf("%d policies, ids %v", len(all), ids)
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %v", names)
	}
	for _, arn := range []string{"", "arn:aws:iam::aws:policy/", "arn:aws:iam::aws:policy/ViewOnlyAccess", "arn:aws:iam::123456789012:policy/ReadOnlyAccess",
		"arn:aws:iam::aws:policy/readonlyaccess"} {
		if p, ok := identity.AWSPolicy(arn); ok {
			t.Errorf("%q leads to %q", arn, p.Name)
		}
	}
}

// What some of them let people do.
func TestAWSPoliciesMean(t *testing.T) {
	for name, want := range map[string]map[string]policy.Decision{
		"AdministratorAccess":          {"iam:CreateUser": policy.Allow, "ec2:RunInstances": policy.Allow},
		"PowerUserAccess":              {"iam:CreateUser": policy.None, "iam:ListRoles": policy.Allow, "ec2:RunInstances": policy.Allow, "s3:PutObject": policy.Allow},
		"ReadOnlyAccess":               {"iam:CreateUser": policy.None, "iam:GetUser": policy.Allow, "ec2:DescribeInstances": policy.Allow, "ec2:RunInstances": policy.None, "s3:GetObject": policy.Allow, "s3:PutObject": policy.None},
		"job-function/ViewOnlyAccess":  {"s3:ListBucket": policy.Allow, "s3:GetObject": policy.None, "iam:ListUsers": policy.Allow, "iam:GetUser": policy.None},
		"SecurityAudit":                {"s3:GetObject": policy.None, "s3:GetBucketPolicy": policy.Allow, "iam:GetPolicyVersion": policy.Allow, "ec2:StopInstances": policy.None},
		"AmazonVPCFullAccess":          {"ec2:CreateVpc": policy.Allow, "ec2:RunInstances": policy.None},
		"AmazonVPCReadOnlyAccess":      {"ec2:DescribeVpcs": policy.Allow, "ec2:CreateVpc": policy.None, "ec2:DescribeInstances": policy.None},
		"IAMUserChangePassword":        {"iam:GetAccountPasswordPolicy": policy.Allow, "iam:DeleteUser": policy.None},
		"IAMReadOnlyAccess":            {"iam:GetRole": policy.Allow, "iam:CreateRole": policy.None},
		"IAMFullAccess":                {"iam:CreateRole": policy.Allow, "ec2:DescribeInstances": policy.None},
		"AmazonEC2FullAccess":          {"ec2:RunInstances": policy.Allow, "iam:PassRole": policy.None},
		"AmazonEC2ReadOnlyAccess":      {"ec2:DescribeInstances": policy.Allow, "ec2:GetPasswordData": policy.None},
		"AmazonS3FullAccess":           {"s3:DeleteBucket": policy.Allow, "ec2:DescribeVpcs": policy.None},
		"AmazonS3ReadOnlyAccess":       {"s3:GetObject": policy.Allow, "s3:PutObject": policy.None},
		"AWSCloudTrail_ReadOnlyAccess": {"cloudtrail:LookupEvents": policy.Allow, "cloudtrail:StopLogging": policy.None},
	} {
		p, ok := identity.AWSPolicy("arn:aws:iam::aws:policy/" + name)
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		parsed, err := policy.ParseIdentity([]byte(p.Document()), 6144)
		if err != nil {
			t.Fatal(err)
		}
		for action, decision := range want {
			r := policy.Request{Action: action, Resource: "*", Keys: noKeys{}}
			if got := policy.Evaluate(&r, parsed); got != decision {
				t.Errorf("%s: %s is %v, want %v", name, action, got, decision)
			}
		}
	}
}

// noKeys is a request nothing is known of.
type noKeys struct{}

func (noKeys) Values(string) ([]string, bool) { return nil, false }
