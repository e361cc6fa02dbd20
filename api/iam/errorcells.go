package iam

import (
	"maps"
	"net/http"

	"ecc/api/awsquery"
	"ecc/cloud"
)

// cells are the codes and wordings of one resource where they are not the
// kind's; %s is the error's ID.
func cells() map[awsquery.Cell]awsquery.Fault {
	out := map[awsquery.Cell]awsquery.Fault{}
	for _, some := range []map[awsquery.Cell]awsquery.Fault{requestCells(), absentCells(), takenCells(), refusedCells(), policyCells()} {
		maps.Copy(out, some)
	}
	return out
}

// requestCells are failures of the request itself, common to all Query
// services.
func requestCells() map[awsquery.Cell]awsquery.Fault {
	return map[awsquery.Cell]awsquery.Fault{
		{Kind: cloud.NotFound, Resource: cloud.ResAction}:         fault("InvalidAction", http.StatusBadRequest, "The action %s is not valid for this web service."),
		{Kind: cloud.Missing, Resource: cloud.ResAction}:          fault("MissingAction", http.StatusBadRequest, "The request is missing an action or a required parameter."),
		{Kind: cloud.NotFound, Resource: cloud.ResParameter}:      fault("ValidationError", http.StatusBadRequest, "The parameter %s is not recognized"),
		{Kind: cloud.Malformed, Resource: cloud.ResParameter}:     fault("MalformedQueryString", http.StatusBadRequest, "The query string contains a syntax error."),
		{Kind: cloud.LimitExceeded, Resource: cloud.ResParameter}: fault("ValidationError", http.StatusBadRequest, "The request has too many parameters."),
		{Kind: cloud.Invalid, Resource: cloud.ResParameter}:       fault("ValidationError", http.StatusBadRequest, "Value for parameter %s is invalid."),
		{Kind: cloud.LimitExceeded, Resource: cloud.ResRequest}:   fault("Throttling", http.StatusBadRequest, "Rate exceeded"),
		{Kind: cloud.Invalid, Resource: cloud.ResNextToken}:       fault("ValidationError", http.StatusBadRequest, "Invalid Marker."),
	}
}

// absentCells are NoSuchEntity in the words of each resource.
func absentCells() map[awsquery.Cell]awsquery.Fault {
	out := map[awsquery.Cell]awsquery.Fault{}
	for r, words := range map[cloud.Resource]string{
		cloud.ResUser:           "The user with name %s cannot be found.",
		cloud.ResUserGroup:      "The group with name %s cannot be found.",
		cloud.ResPolicyVersion:  "Policy version %s does not exist or is not attachable.",
		cloud.ResAccessKey:      "The Access Key with id %s cannot be found.",
		cloud.ResLoginProfile:   "Login Profile for User %s cannot be found.",
		cloud.ResPasswordPolicy: "The Password Policy with domain name %s cannot be found.",
		cloud.ResAlias:          "The account alias %s cannot be found.",
	} {
		out[awsquery.Cell{Kind: cloud.NotFound, Resource: r}] = fault("NoSuchEntity", http.StatusNotFound, words)
	}
	out[awsquery.Cell{Kind: cloud.NotFound, Resource: cloud.ResCredentialReport}] = fault("ReportNotPresent", http.StatusGone,
		"No report is present. Call GenerateCredentialReport to make one.")
	out[awsquery.Cell{Kind: cloud.Stale, Resource: cloud.ResCredentialReport}] = fault("ReportExpired", http.StatusGone,
		"The report has expired. Call GenerateCredentialReport to make a new one.")
	return out
}

// takenCells are EntityAlreadyExists in the words of each resource.
func takenCells() map[awsquery.Cell]awsquery.Fault {
	out := map[awsquery.Cell]awsquery.Fault{}
	for r, words := range map[cloud.Resource]string{
		cloud.ResUser:         "User with name %s already exists.",
		cloud.ResUserGroup:    "Group with name %s already exists.",
		cloud.ResLoginProfile: "Login Profile for user %s already exists.",
		cloud.ResAlias:        "The account alias %s already exists.",
	} {
		out[awsquery.Cell{Kind: cloud.AlreadyExists, Resource: r}] = fault("EntityAlreadyExists", http.StatusConflict, words)
	}
	return out
}

// refusedCells are values and states that IAM has codes of their own for.
func refusedCells() map[awsquery.Cell]awsquery.Fault {
	const bad = http.StatusBadRequest
	return map[awsquery.Cell]awsquery.Fault{
		{Kind: cloud.Unsupported, Resource: cloud.ResPolicy}:  fault("PolicyNotAttachable", bad, "Policy %s is not attachable."),
		{Kind: cloud.Invalid, Resource: cloud.ResTag}:         fault("InvalidInput", bad, "The tag %s is not valid."),
		{Kind: cloud.Invalid, Resource: cloud.ResPassword}:    fault("PasswordPolicyViolation", bad, "Password does not conform to the account password policy."),
		{Kind: cloud.Denied, Resource: cloud.ResPassword}:     fault("AccessDenied", http.StatusForbidden, "The old password was incorrect."),
		{Kind: cloud.WrongState, Resource: cloud.ResPassword}: fault("InvalidUserType", bad, "Only IAM Users can change their own password"),
		{Kind: cloud.WrongState, Resource: cloud.ResLoginProfile}: fault("EntityTemporarilyUnmodifiable", http.StatusConflict,
			"Login Profile for User %s cannot be modified while it is being changed."),
		{Kind: cloud.Malformed, Resource: cloud.ResPasswordPolicy}: fault("MalformedPolicyDocument", bad, "The password policy is not valid."),
	}
}
