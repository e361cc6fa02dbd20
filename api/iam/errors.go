package iam

import (
	"net/http"

	"ecc/api/awsquery"
	"ecc/cloud"
)

// errorTable turns kinds into IAM's codes. The rows are the errors common to
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
		cloud.LimitExceeded:  fault("LimitExceeded", http.StatusConflict, "The request exceeds a limit of the account."),
		cloud.Unavailable:    fault("ServiceUnavailable", http.StatusServiceUnavailable, "The service is unavailable. Try again."),
		cloud.Stale:          fault("ServiceUnavailable", http.StatusServiceUnavailable, "The request was overtaken by another one. Try again."),
		cloud.Exhausted:      fault("ServiceUnavailable", http.StatusServiceUnavailable, "The service is unavailable. Try again."),
		cloud.NotFound:       fault("NoSuchEntity", http.StatusNotFound, "The entity '%s' cannot be found."),
		cloud.AlreadyExists:  fault("EntityAlreadyExists", http.StatusConflict, "The entity '%s' already exists."),
		cloud.InUse:          fault("DeleteConflict", http.StatusConflict, "Cannot delete entity %s: it is in use."),
	}
	for _, k := range cloud.Kinds() {
		if rows[k].Code == "" { // wrong in the request, in one way or another
			rows[k] = fault("ValidationError", http.StatusBadRequest, "Value '%s' failed to satisfy its constraint")
		}
	}
	return rows
}

func fault(code string, status int, message string) awsquery.Fault {
	return awsquery.Fault{Code: code, Status: status, Message: message}
}

// credentialCodes are the codes authentication may name, with IAM's status.
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
