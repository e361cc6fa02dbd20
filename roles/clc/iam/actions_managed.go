package iam

import "ecc/api/awsquery"

// managedActions are the actions of managed policies.
func managedActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("CreatePolicy", (*Service).CreatePolicy, write, may("iam:CreatePolicy")),
		awsquery.Handle("CreatePolicyVersion", (*Service).CreatePolicyVersion, write, may("iam:CreatePolicyVersion")),
		awsquery.Handle("DeletePolicy", (*Service).DeletePolicy, write, may("iam:DeletePolicy")),
		awsquery.Handle("DeletePolicyVersion", (*Service).DeletePolicyVersion, write, may("iam:DeletePolicyVersion")),
		awsquery.Handle("GetPolicy", (*Service).GetPolicy, read, may("iam:GetPolicy")),
		awsquery.Handle("GetPolicyVersion", (*Service).GetPolicyVersion, read, may("iam:GetPolicyVersion")),
		awsquery.Handle("ListEntitiesForPolicy", (*Service).ListEntitiesForPolicy, read, may("iam:ListEntitiesForPolicy")),
		awsquery.Handle("ListPolicies", (*Service).ListPolicies, read, may("iam:ListPolicies")),
		awsquery.Handle("ListPolicyTags", (*Service).ListPolicyTags, read, may("iam:ListPolicyTags")),
		awsquery.Handle("ListPolicyVersions", (*Service).ListPolicyVersions, read, may("iam:ListPolicyVersions")),
		awsquery.Handle("SetDefaultPolicyVersion", (*Service).SetDefaultPolicyVersion, write, may("iam:SetDefaultPolicyVersion")),
		awsquery.Handle("TagPolicy", (*Service).TagPolicy, write, may("iam:TagPolicy")),
		awsquery.Handle("UntagPolicy", (*Service).UntagPolicy, write, may("iam:UntagPolicy")),
	}
}
