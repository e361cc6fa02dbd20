// Package cloudtrail describes as much of AWS's CloudTrail API as ecc answers:
// LookupEvents, in JSON 1.1. The events themselves are those of
// roles/clc/ledger; package roles/clc/trail answers.
package cloudtrail

import (
	"net/http"

	"ecc/api/awsjson"
	"ecc/api/awsquery"
	"ecc/cloud"
)

// Service describes CloudTrail to a dispatcher.
func Service() awsjson.Service {
	return awsjson.Service{
		Name:   "cloudtrail",
		Target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
		Errors: errorTable(),
		Rates:  awsquery.Rates{Read: awsquery.Rate{Burst: 2, PerSecond: 2}}, // as published
		Absent: []string{"CreateTrail", "DeleteTrail", "DescribeTrails", "GetTrail", "GetTrailStatus", "ListTrails", "StartLogging", "StopLogging",
			"UpdateTrail", "GetEventSelectors", "PutEventSelectors", "GetInsightSelectors", "PutInsightSelectors", "ListPublicKeys", "AddTags", "ListTags", "RemoveTags"},
		Reason: "This cloud has one trail for all accounts, which its operator configures. Of CloudTrail it offers LookupEvents.",
	}
}

// LookupEventsRequest is a shape of the model.
type LookupEventsRequest struct {
	LookupAttributes []LookupAttribute
	StartTime        *awsjson.Time
	EndTime          *awsjson.Time
	EventCategory    *string
	MaxResults       *int
	NextToken        *string
}

// LookupAttribute is a shape of the model.
type LookupAttribute struct {
	AttributeKey   string
	AttributeValue string
}

// LookupEventsResponse is a shape of the model.
type LookupEventsResponse struct {
	Events    []Event
	NextToken string `json:",omitempty"`
}

// Event is a shape of the model.
type Event struct {
	EventId         string
	EventName       string
	ReadOnly        string // "true" or "false"
	AccessKeyId     string `json:",omitempty"`
	EventTime       awsjson.Time
	EventSource     string
	Username        string `json:",omitempty"`
	Resources       []Resource
	CloudTrailEvent string // the record
}

// Resource is a shape of the model.
type Resource struct {
	ResourceType string
	ResourceName string
}

func fault(code string, status int, message string) awsquery.Fault {
	return awsquery.Fault{Code: code, Status: status, Message: message}
}

func errorTable() awsquery.ErrorTable {
	const bad = http.StatusBadRequest
	rows := map[cloud.Kind]awsquery.Fault{
		cloud.Internal:       fault("InternalFailure", http.StatusInternalServerError, "An internal error has occurred."),
		cloud.Unavailable:    fault("ServiceUnavailable", http.StatusServiceUnavailable, "The service is unavailable. Try again."),
		cloud.Stale:          fault("ServiceUnavailable", http.StatusServiceUnavailable, "The request was overtaken by another one. Try again."),
		cloud.Denied:         fault("AccessDeniedException", bad, "You are not authorized to perform this operation."),
		cloud.BadCredentials: fault("UnrecognizedClientException", bad, "The security token included in the request is invalid."),
		cloud.Unsupported:    fault("UnsupportedOperationException", bad, "The requested operation is not supported."),
		cloud.LimitExceeded:  fault("ThrottlingException", bad, "Rate exceeded"),
	}
	for _, k := range cloud.Kinds() {
		if rows[k].Code == "" {
			rows[k] = fault("ValidationException", bad, "The value '%s' is not valid.")
		}
	}
	return awsquery.ErrorTable{Kinds: rows, Cells: cells(), Credentials: credentialCodes()}
}

func cells() map[awsquery.Cell]awsquery.Fault {
	const bad = http.StatusBadRequest
	return map[awsquery.Cell]awsquery.Fault{
		{Kind: cloud.NotFound, Resource: cloud.ResAction}:     fault("UnknownOperationException", bad, "The operation is not known."),
		{Kind: cloud.Malformed, Resource: cloud.ResParameter}: fault("SerializationException", bad, "The request cannot be read."),
		{Kind: cloud.Invalid, Resource: cloud.ResNextToken}:   fault("InvalidNextTokenException", bad, "The NextToken is not one of this request."),
		{Kind: cloud.Invalid, Resource: cloud.ResFilter}:      fault("InvalidLookupAttributesException", bad, "The lookup attribute '%s' is not valid."),
	}
}

// credentialCodes are the codes of refusals and their status: JSON services
// answer 400 to all of them.
func credentialCodes() map[string]int {
	codes := map[string]int{}
	for _, c := range []string{"SignatureDoesNotMatch", "InvalidClientTokenId", "MissingAuthenticationToken", "IncompleteSignature", "RequestExpired",
		"ExpiredToken", "AuthFailure", "MalformedQueryString"} {
		codes[c] = http.StatusBadRequest
	}
	return codes
}
