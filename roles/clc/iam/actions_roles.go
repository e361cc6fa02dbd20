package iam

import "ecc/api/awsquery"

// roleActions are the actions of roles.
func roleActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("AttachRolePolicy", (*Service).AttachRolePolicy, write, may("iam:AttachRolePolicy")),
		awsquery.Handle("CreateRole", (*Service).CreateRole, write, may("iam:CreateRole")),
		awsquery.Handle("DeleteRole", (*Service).DeleteRole, write, may("iam:DeleteRole")),
		awsquery.Handle("DeleteRolePermissionsBoundary", (*Service).DeleteRolePermissionsBoundary, write, may("iam:DeleteRolePermissionsBoundary")),
		awsquery.Handle("DeleteRolePolicy", (*Service).DeleteRolePolicy, write, may("iam:DeleteRolePolicy")),
		awsquery.Handle("DetachRolePolicy", (*Service).DetachRolePolicy, write, may("iam:DetachRolePolicy")),
		awsquery.Handle("GetRole", (*Service).GetRole, read, may("iam:GetRole")),
		awsquery.Handle("GetRolePolicy", (*Service).GetRolePolicy, read, may("iam:GetRolePolicy")),
		awsquery.Handle("ListAttachedRolePolicies", (*Service).ListAttachedRolePolicies, read, may("iam:ListAttachedRolePolicies")),
		awsquery.Handle("ListRolePolicies", (*Service).ListRolePolicies, read, may("iam:ListRolePolicies")),
		awsquery.Handle("ListRoleTags", (*Service).ListRoleTags, read, may("iam:ListRoleTags")),
		awsquery.Handle("ListRoles", (*Service).ListRoles, read, may("iam:ListRoles")),
		awsquery.Handle("PutRolePermissionsBoundary", (*Service).PutRolePermissionsBoundary, write, may("iam:PutRolePermissionsBoundary")),
		awsquery.Handle("PutRolePolicy", (*Service).PutRolePolicy, write, may("iam:PutRolePolicy")),
		awsquery.Handle("TagRole", (*Service).TagRole, write, may("iam:TagRole")),
		awsquery.Handle("UntagRole", (*Service).UntagRole, write, may("iam:UntagRole")),
		awsquery.Handle("UpdateAssumeRolePolicy", (*Service).UpdateAssumeRolePolicy, write, may("iam:UpdateAssumeRolePolicy")),
		awsquery.Handle("UpdateRole", (*Service).UpdateRole, write, may("iam:UpdateRole")),
		awsquery.Handle("UpdateRoleDescription", (*Service).UpdateRoleDescription, write, may("iam:UpdateRoleDescription")),
	}
}
