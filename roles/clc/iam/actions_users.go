package iam

import "ecc/api/awsquery"

// userActions are the actions of users, groups, their keys, passwords and
// policies, and of the account.
func userActions() []awsquery.Action[*Service] {
	const write = awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("CreateUser", (*Service).CreateUser, write, may("iam:CreateUser")),
	}
}
