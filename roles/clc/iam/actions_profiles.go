package iam

import "ecc/api/awsquery"

// profileActions are the actions of instance profiles.
func profileActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("AddRoleToInstanceProfile", (*Service).AddRoleToInstanceProfile, write, may("iam:AddRoleToInstanceProfile")),
		awsquery.Handle("CreateInstanceProfile", (*Service).CreateInstanceProfile, write, may("iam:CreateInstanceProfile")),
		awsquery.Handle("DeleteInstanceProfile", (*Service).DeleteInstanceProfile, write, may("iam:DeleteInstanceProfile")),
		awsquery.Handle("GetInstanceProfile", (*Service).GetInstanceProfile, read, may("iam:GetInstanceProfile")),
		awsquery.Handle("ListInstanceProfileTags", (*Service).ListInstanceProfileTags, read, may("iam:ListInstanceProfileTags")),
		awsquery.Handle("ListInstanceProfiles", (*Service).ListInstanceProfiles, read, may("iam:ListInstanceProfiles")),
		awsquery.Handle("ListInstanceProfilesForRole", (*Service).ListInstanceProfilesForRole, read, may("iam:ListInstanceProfilesForRole")),
		awsquery.Handle("RemoveRoleFromInstanceProfile", (*Service).RemoveRoleFromInstanceProfile, write, may("iam:RemoveRoleFromInstanceProfile")),
		awsquery.Handle("TagInstanceProfile", (*Service).TagInstanceProfile, write, may("iam:TagInstanceProfile")),
		awsquery.Handle("UntagInstanceProfile", (*Service).UntagInstanceProfile, write, may("iam:UntagInstanceProfile")),
	}
}
