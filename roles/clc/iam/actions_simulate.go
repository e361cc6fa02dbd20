package iam

import "ecc/api/awsquery"

// simulateActions are the actions that tell what policies mean.
func simulateActions() []awsquery.Action[*Service] {
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("GetContextKeysForCustomPolicy", (*Service).GetContextKeysForCustomPolicy, awsquery.Read, may("iam:GetContextKeysForCustomPolicy")),
		awsquery.Handle("GetContextKeysForPrincipalPolicy", (*Service).GetContextKeysForPrincipalPolicy, awsquery.Read, may("iam:GetContextKeysForPrincipalPolicy")),
		awsquery.Handle("SimulateCustomPolicy", (*Service).SimulateCustomPolicy, awsquery.Read, may("iam:SimulateCustomPolicy")),
		awsquery.Handle("SimulatePrincipalPolicy", (*Service).SimulatePrincipalPolicy, awsquery.Read, may("iam:SimulatePrincipalPolicy")),
	}
}
