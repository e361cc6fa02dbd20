package iam

import (
	"net/http"

	"ecc/api/awsquery"
	"ecc/cloud"
)

// policyCells are the errors about roles, policies, instance profiles and
// identity providers.
func policyCells() map[awsquery.Cell]awsquery.Fault {
	out := map[awsquery.Cell]awsquery.Fault{
		{Kind: cloud.NotFound, Resource: cloud.ResRole}:            fault("NoSuchEntity", http.StatusNotFound, "The role with name %s cannot be found."),
		{Kind: cloud.AlreadyExists, Resource: cloud.ResRole}:       fault("EntityAlreadyExists", http.StatusConflict, "Role with name %s already exists."),
		{Kind: cloud.Unsupported, Resource: cloud.ResRole}:         fault("UnmodifiableEntity", http.StatusBadRequest, "Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS"),
		{Kind: cloud.NotFound, Resource: cloud.ResPolicy}:          fault("NoSuchEntity", http.StatusNotFound, "Policy %s was not found."),
		{Kind: cloud.AlreadyExists, Resource: cloud.ResPolicy}:     fault("EntityAlreadyExists", http.StatusConflict, "A policy called %s already exists. Duplicate names are not allowed."),
		{Kind: cloud.Malformed, Resource: cloud.ResPolicy}:         fault("InvalidInput", http.StatusBadRequest, "ARN %s is not valid."),
		{Kind: cloud.Malformed, Resource: cloud.ResPolicyDocument}: fault("MalformedPolicyDocument", http.StatusBadRequest, "Syntax errors in policy."),
		{Kind: cloud.Invalid, Resource: cloud.ResPolicyDocument}:   fault("InvalidInput", http.StatusBadRequest, "Invalid input"),
		{Kind: cloud.NotFound, Resource: cloud.ResInstanceProfile}: fault("NoSuchEntity", http.StatusNotFound, "Instance Profile %s cannot be found."),
		{Kind: cloud.AlreadyExists, Resource: cloud.ResInstanceProfile}: fault("EntityAlreadyExists", http.StatusConflict,
			"Instance Profile %s already exists."),
		{Kind: cloud.NotFound, Resource: cloud.ResProvider}:      fault("NoSuchEntity", http.StatusNotFound, "OpenIDConnect Provider not found for arn %s"),
		{Kind: cloud.AlreadyExists, Resource: cloud.ResProvider}: fault("EntityAlreadyExists", http.StatusConflict, "Provider with url %s already exists."),
		{Kind: cloud.Malformed, Resource: cloud.ResProvider}:     fault("InvalidInput", http.StatusBadRequest, "Invalid ARN:  Could not be parsed!"),
		{Kind: cloud.Invalid, Resource: cloud.ResProvider}:       fault("InvalidInput", http.StatusBadRequest, "Invalid Open ID Connect Provider URL"),
	}
	for _, r := range []cloud.Resource{cloud.ResRole, cloud.ResPolicy, cloud.ResPolicyDocument, cloud.ResPolicyVersion, cloud.ResInstanceProfile, cloud.ResProvider} {
		out[awsquery.Cell{Kind: cloud.LimitExceeded, Resource: r}] = fault("LimitExceeded", http.StatusConflict, "Cannot exceed the quota for %s")
	}
	return out
}
