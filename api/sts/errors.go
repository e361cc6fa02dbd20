package sts

import (
	"net/http"

	"ecc/api/awsquery"
	"ecc/cloud"
)

// errorTable turns kinds into STS's codes. The rows are the errors common to
// all Query services; %s is the error's ID.
func errorTable() awsquery.ErrorTable {
	return awsquery.ErrorTable{
		Kinds:       kindRows(),
		Cells:       cells(),
		Credentials: credentialCodes(),
	}
}

func kindRows() map[cloud.Kind]awsquery.Fault {
	rows := map[cloud.Kind]awsquery.Fault{
		cloud.Internal:       fault("InternalFailure", http.StatusInternalServerError, "An internal error has occurred"),
		cloud.Missing:        fault("MissingParameter", http.StatusBadRequest, "The request must contain the parameter %s"),
		cloud.Denied:         fault("AccessDenied", http.StatusForbidden, "Access denied"),
		cloud.BadCredentials: fault("InvalidClientTokenId", http.StatusForbidden, "The security token included in the request is invalid."),
		cloud.LimitExceeded:  fault("Throttling", http.StatusBadRequest, "Rate exceeded"),
		cloud.Unavailable:    fault("ServiceUnavailable", http.StatusServiceUnavailable, "The service is unavailable. Try again."),
		cloud.Stale:          fault("ServiceUnavailable", http.StatusServiceUnavailable, "The request was overtaken by another one. Try again."),
		cloud.Exhausted:      fault("ServiceUnavailable", http.StatusServiceUnavailable, "The service is unavailable. Try again."),
		cloud.NotFound:       fault("NoSuchEntity", http.StatusNotFound, "The entity '%s' cannot be found."),
		cloud.AlreadyExists:  fault("EntityAlreadyExists", http.StatusConflict, "The entity '%s' already exists."),
		cloud.InUse:          fault("DeleteConflict", http.StatusConflict, "The entity '%s' is in use."),
	}
	for _, k := range cloud.Kinds() {
		if rows[k].Code == "" { // wrong in the request, in one way or another
			rows[k] = fault("ValidationError", http.StatusBadRequest, "Value '%s' failed to satisfy its constraint")
		}
	}
	return rows
}

func cells() map[awsquery.Cell]awsquery.Fault {
	return map[awsquery.Cell]awsquery.Fault{
		{Kind: cloud.NotFound, Resource: cloud.ResAction}:         fault("InvalidAction", http.StatusBadRequest, "The action %s is not valid for this web service."),
		{Kind: cloud.Missing, Resource: cloud.ResAction}:          fault("MissingAction", http.StatusBadRequest, "The request is missing an action or a required parameter."),
		{Kind: cloud.NotFound, Resource: cloud.ResParameter}:      fault("ValidationError", http.StatusBadRequest, "The parameter %s is not recognized"),
		{Kind: cloud.Malformed, Resource: cloud.ResParameter}:     fault("MalformedQueryString", http.StatusBadRequest, "The query string contains a syntax error."),
		{Kind: cloud.LimitExceeded, Resource: cloud.ResRequest}:   fault("Throttling", http.StatusBadRequest, "Rate exceeded"),
		{Kind: cloud.LimitExceeded, Resource: cloud.ResParameter}: fault("ValidationError", http.StatusBadRequest, "The request has too many parameters."),
		{Kind: cloud.Invalid, Resource: cloud.ResParameter}:       fault("ValidationError", http.StatusBadRequest, "Value for parameter %s is invalid."),

		{Kind: cloud.Malformed, Resource: cloud.ResPolicyDocument}:       fault("MalformedPolicyDocument", http.StatusBadRequest, "Syntax errors in policy."),
		{Kind: cloud.LimitExceeded, Resource: cloud.ResPolicy}:           fault("PackedPolicyTooLarge", http.StatusBadRequest, "The session's policies and tags are too large."),
		{Kind: cloud.Malformed, Resource: cloud.ResAuthorizationMessage}: fault("InvalidAuthorizationMessageException", http.StatusBadRequest, "The message is invalid."),
		{Kind: cloud.Invalid, Resource: cloud.ResWebToken}:               fault("InvalidIdentityToken", http.StatusBadRequest, "The ID Token provided is not a valid JWT."),
		{Kind: cloud.Denied, Resource: cloud.ResWebToken}:                fault("IDPRejectedClaim", http.StatusForbidden, "The identity provider rejected the claim."),
		{Kind: cloud.Stale, Resource: cloud.ResWebToken}:                 fault("ExpiredTokenException", http.StatusBadRequest, "The ID Token has expired."),
		{Kind: cloud.Unavailable, Resource: cloud.ResProvider}:           fault("IDPCommunicationError", http.StatusBadRequest, "The identity provider cannot be reached."),
		{Kind: cloud.Unsupported, Resource: cloud.ResRegion}:             fault("RegionDisabledException", http.StatusForbidden, "STS is not activated in this region for the account."),
	}
}

func fault(code string, status int, message string) awsquery.Fault {
	return awsquery.Fault{Code: code, Status: status, Message: message}
}

// credentialCodes are the codes authentication may name, with STS's status.
func credentialCodes() map[string]int {
	return map[string]int{
		"MalformedQueryString":       http.StatusBadRequest,
		"RequestEntityTooLarge":      http.StatusRequestEntityTooLarge,
		"RequestTimeout":             http.StatusBadRequest,
		"SignatureDoesNotMatch":      http.StatusForbidden,
		"InvalidClientTokenId":       http.StatusForbidden,
		"MissingAuthenticationToken": http.StatusForbidden,
		"AuthFailure":                http.StatusForbidden,
		"AccessDenied":               http.StatusForbidden,
		"RequestExpired":             http.StatusBadRequest,
		"ExpiredToken":               http.StatusForbidden,
		"IncompleteSignature":        http.StatusBadRequest,
	}
}
