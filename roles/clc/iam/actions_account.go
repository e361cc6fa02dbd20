package iam

import "ecc/api/awsquery"

// accountActions are the actions of passwords and of the account itself.
func accountActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("ChangePassword", (*Service).ChangePassword, write, may("iam:ChangePassword")),
		awsquery.Handle("CreateAccountAlias", (*Service).CreateAccountAlias, write, may("iam:CreateAccountAlias")),
		awsquery.Handle("CreateLoginProfile", (*Service).CreateLoginProfile, write, may("iam:CreateLoginProfile")),
		awsquery.Handle("DeleteAccountAlias", (*Service).DeleteAccountAlias, write, may("iam:DeleteAccountAlias")),
		awsquery.Handle("DeleteAccountPasswordPolicy", (*Service).DeleteAccountPasswordPolicy, write, may("iam:DeleteAccountPasswordPolicy")),
		awsquery.Handle("DeleteLoginProfile", (*Service).DeleteLoginProfile, write, may("iam:DeleteLoginProfile")),
		awsquery.Handle("GenerateCredentialReport", (*Service).GenerateCredentialReport, read, may("iam:GenerateCredentialReport")),
		awsquery.Handle("GetAccountAuthorizationDetails", (*Service).GetAccountAuthorizationDetails, read, may("iam:GetAccountAuthorizationDetails")),
		awsquery.Handle("GetAccountPasswordPolicy", (*Service).GetAccountPasswordPolicy, read, may("iam:GetAccountPasswordPolicy")),
		awsquery.Handle("GetAccountSummary", (*Service).GetAccountSummary, read, may("iam:GetAccountSummary")),
		awsquery.Handle("GetCredentialReport", (*Service).GetCredentialReport, read, may("iam:GetCredentialReport")),
		awsquery.Handle("GetLoginProfile", (*Service).GetLoginProfile, read, may("iam:GetLoginProfile")),
		awsquery.Handle("ListAccountAliases", (*Service).ListAccountAliases, read, may("iam:ListAccountAliases")),
		awsquery.Handle("UpdateAccountPasswordPolicy", (*Service).UpdateAccountPasswordPolicy, write, may("iam:UpdateAccountPasswordPolicy")),
		awsquery.Handle("UpdateLoginProfile", (*Service).UpdateLoginProfile, write, may("iam:UpdateLoginProfile")),
	}
}
