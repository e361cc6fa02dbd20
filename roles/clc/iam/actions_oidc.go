package iam

import "ecc/api/awsquery"

// providerActions are the actions of identity providers.
func providerActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("AddClientIDToOpenIDConnectProvider", (*Service).AddClientIDToOpenIDConnectProvider, write, may("iam:AddClientIDToOpenIDConnectProvider")),
		awsquery.Handle("CreateOpenIDConnectProvider", (*Service).CreateOpenIDConnectProvider, write, may("iam:CreateOpenIDConnectProvider")),
		awsquery.Handle("DeleteOpenIDConnectProvider", (*Service).DeleteOpenIDConnectProvider, write, may("iam:DeleteOpenIDConnectProvider")),
		awsquery.Handle("GetOpenIDConnectProvider", (*Service).GetOpenIDConnectProvider, read, may("iam:GetOpenIDConnectProvider")),
		awsquery.Handle("ListOpenIDConnectProviderTags", (*Service).ListOpenIDConnectProviderTags, read, may("iam:ListOpenIDConnectProviderTags")),
		awsquery.Handle("ListOpenIDConnectProviders", (*Service).ListOpenIDConnectProviders, read, may("iam:ListOpenIDConnectProviders")),
		awsquery.Handle("RemoveClientIDFromOpenIDConnectProvider", (*Service).RemoveClientIDFromOpenIDConnectProvider, write, may("iam:RemoveClientIDFromOpenIDConnectProvider")),
		awsquery.Handle("TagOpenIDConnectProvider", (*Service).TagOpenIDConnectProvider, write, may("iam:TagOpenIDConnectProvider")),
		awsquery.Handle("UntagOpenIDConnectProvider", (*Service).UntagOpenIDConnectProvider, write, may("iam:UntagOpenIDConnectProvider")),
		awsquery.Handle("UpdateOpenIDConnectProviderThumbprint", (*Service).UpdateOpenIDConnectProviderThumbprint, write, may("iam:UpdateOpenIDConnectProviderThumbprint")),
	}
}
