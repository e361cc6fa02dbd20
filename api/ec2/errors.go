package ec2

import (
	"net/http"

	"ecc/api/awsquery"
	"ecc/cloud"
)

// errorTable is the one place where EC2's error codes are spelled. A kind's
// row is for every resource that has no cell of its own; %s is the id, as the
// tenant wrote it. AWS answers nearly every mistake of a client with 400.
func errorTable() awsquery.ErrorTable {
	return awsquery.ErrorTable{Kinds: kindRows(), Cells: cells(), Credentials: credentialCodes()}
}

func bad(code, message string) awsquery.Fault {
	return awsquery.Fault{Code: code, Status: http.StatusBadRequest, Message: message}
}

func server(code string, status int, message string) awsquery.Fault {
	return awsquery.Fault{Code: code, Status: status, Message: message}
}

func kindRows() map[cloud.Kind]awsquery.Fault {
	return map[cloud.Kind]awsquery.Fault{
		cloud.Internal:       server("InternalError", http.StatusInternalServerError, "An internal error has occurred"),
		cloud.NotFound:       bad("InvalidParameterValue", "The resource '%s' does not exist"),
		cloud.Malformed:      bad("InvalidParameterValue", "Invalid value '%s'"),
		cloud.AlreadyExists:  bad("ResourceAlreadyExists", "The resource '%s' already exists"),
		cloud.WrongState:     bad("IncorrectState", "The resource '%s' is not in a state from which this operation is possible."),
		cloud.InUse:          bad("DependencyViolation", "resource %s has a dependent object"),
		cloud.Invalid:        bad("InvalidParameterValue", "Value (%s) is invalid."),
		cloud.Missing:        bad("MissingParameter", "The request must contain the parameter %s"),
		cloud.BadCombination: bad("InvalidParameterCombination", "The parameters of the request cannot be used together."),
		cloud.TokenMismatch:  bad("IdempotentParameterMismatch", "The client token you have provided has already been used with other parameters."),
		cloud.Denied:         server("UnauthorizedOperation", http.StatusForbidden, "You are not authorized to perform this operation."),
		cloud.BadCredentials: server("AuthFailure", http.StatusUnauthorized, "AWS was not able to validate the provided access credentials"),
		cloud.Exhausted:      server("InsufficientCapacity", http.StatusInternalServerError, "There is not enough capacity to fulfill your request."),
		cloud.LimitExceeded:  bad("ResourceLimitExceeded", "You have reached a limit of your account."),
		cloud.Unsupported:    bad("UnsupportedOperation", "The specified operation is not supported."),
		cloud.Unavailable:    server("Unavailable", http.StatusServiceUnavailable, "The server is overloaded and can't handle the request."),
		cloud.Stale:          server("Unavailable", http.StatusServiceUnavailable, "The request was overtaken by another one. Try again."),
	}
}

// credentialCodes are the codes authentication may name, with EC2's status.
func credentialCodes() map[string]int {
	return map[string]int{
		"MalformedQueryString":        http.StatusBadRequest,
		"RequestEntityTooLarge":       http.StatusRequestEntityTooLarge,
		"RequestTimeout":              http.StatusBadRequest,
		"AuthFailure":                 http.StatusUnauthorized,
		"SignatureDoesNotMatch":       http.StatusForbidden,
		"InvalidClientTokenId":        http.StatusForbidden,
		"MissingAuthenticationToken":  http.StatusForbidden,
		"UnrecognizedClientException": http.StatusForbidden,
		"OptInRequired":               http.StatusUnauthorized,
		"PendingVerification":         http.StatusForbidden,
		"Blocked":                     http.StatusForbidden,
		"RequestExpired":              http.StatusBadRequest,
		"ExpiredToken":                http.StatusBadRequest,
		"IncompleteSignature":         http.StatusBadRequest,
		"InvalidSecurity":             http.StatusForbidden,
	}
}
