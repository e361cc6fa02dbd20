package auth

import (
	"fmt"
	"net/http"

	"ecc/cloud"
)

// wording is the service a request is for: each has its own codes for the
// same failures.
type wording string

const (
	s3  wording = "s3"
	ec2 wording = "ec2"
)

// failure is a reason not to believe a request.
type failure int

const (
	missingToken failure = iota
	unknownKey
	badSignature
	badHeader       // the Authorization header is not of its form
	badParameters   // the presigned parameters are not of their form
	badScope        // scoped to another day, region or terminator
	badService      // scoped to another service
	twoMechanisms   // header and query
	oldSignature    // Signature Version 2, or an unknown algorithm
	noDate          //
	unsignedHeader  // a header that must be signed is not
	skewed          // signed too far from now
	expired         // a presigned URL after its time
	sessionToken    // a token that is not the key's
	expiredToken    // a session's, after its time
	badURI          //
	noPayloadHash   //
	badPayloadHash  // not of its form
	payloadMismatch // the body is not the one that was signed
	incompleteBody  // shorter or longer than declared, or cut off
	badFraming      // of chunks
	badTrailer      // not one that can be declared
	otherTrailer    // declared and missing, or the reverse
	noLength        //
	tooLarge        // a Query body above its bound
	slowBody        // no progress until the deadline
	badForm         // not multipart/form-data
	fieldsTooLong   // of a form, before its file
	noFile          // in a form
	noKey           // in a form
	noField         // in a form, or one not of its form
	badPolicy       // of a form, not of its form
	policyFailed    // of a form
	tooSmall        // the file of a form
	failuresEnd     // how many there are
)

// codes gives each failure the code of S3, of EC2 and of the other services.
var codes = [failuresEnd]struct{ s3, ec2, other string }{
	missingToken:    {"AccessDenied", "MissingAuthenticationToken", "MissingAuthenticationToken"},
	unknownKey:      {"InvalidAccessKeyId", "AuthFailure", "InvalidClientTokenId"},
	badSignature:    {"SignatureDoesNotMatch", "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
	badHeader:       {"AuthorizationHeaderMalformed", "IncompleteSignature", "IncompleteSignature"},
	badParameters:   {"AuthorizationQueryParametersError", "IncompleteSignature", "IncompleteSignature"},
	badScope:        {"AuthorizationHeaderMalformed", "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
	badService:      {"SignatureDoesNotMatch", "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
	twoMechanisms:   {"InvalidArgument", "IncompleteSignature", "IncompleteSignature"},
	oldSignature:    {"InvalidRequest", "IncompleteSignature", "IncompleteSignature"},
	noDate:          {"AccessDenied", "IncompleteSignature", "IncompleteSignature"},
	unsignedHeader:  {"AccessDenied", "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
	skewed:          {"RequestTimeTooSkewed", "RequestExpired", "SignatureDoesNotMatch"},
	expired:         {"AccessDenied", "RequestExpired", "RequestExpired"},
	sessionToken:    {"InvalidToken", "AuthFailure", "InvalidClientTokenId"},
	expiredToken:    {"ExpiredToken", "RequestExpired", "ExpiredToken"},
	badURI:          {"InvalidURI", "MalformedQueryString", "MalformedQueryString"},
	noPayloadHash:   {"InvalidRequest", "IncompleteSignature", "IncompleteSignature"},
	badPayloadHash:  {"InvalidArgument", "IncompleteSignature", "IncompleteSignature"},
	payloadMismatch: {"XAmzContentSHA256Mismatch", "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
	incompleteBody:  {"IncompleteBody", "IncompleteSignature", "IncompleteSignature"},
	badFraming:      {"InvalidRequest", "IncompleteSignature", "IncompleteSignature"},
	badTrailer:      {"InvalidRequest", "IncompleteSignature", "IncompleteSignature"},
	otherTrailer:    {"MalformedTrailerError", "IncompleteSignature", "IncompleteSignature"},
	noLength:        {"MissingContentLength", "IncompleteSignature", "IncompleteSignature"},
	tooLarge:        {"EntityTooLarge", "RequestEntityTooLarge", "RequestEntityTooLarge"},
	slowBody:        {"RequestTimeout", "RequestTimeout", "RequestTimeout"},
	badForm:         {"MalformedPOSTRequest", "IncompleteSignature", "IncompleteSignature"}, // from here on only s3 has them
	fieldsTooLong:   {"MaxPostPreDataLengthExceeded", "IncompleteSignature", "IncompleteSignature"},
	noFile:          {"IncorrectNumberOfFilesInPostRequest", "IncompleteSignature", "IncompleteSignature"},
	noKey:           {"UserKeyMustBeSpecified", "IncompleteSignature", "IncompleteSignature"},
	noField:         {"InvalidArgument", "IncompleteSignature", "IncompleteSignature"},
	badPolicy:       {"InvalidPolicyDocument", "IncompleteSignature", "IncompleteSignature"},
	policyFailed:    {"AccessDenied", "IncompleteSignature", "IncompleteSignature"},
	tooSmall:        {"EntityTooSmall", "IncompleteSignature", "IncompleteSignature"},
}

// refuse makes the error for a failure, worded for the service.
func (w wording) refuse(f failure, format string, args ...any) error {
	code := codes[f].other
	switch w {
	case s3:
		code = codes[f].s3
	case ec2:
		code = codes[f].ec2
	}
	return &cloud.Error{Kind: cloud.BadCredentials, ID: code, Msg: fmt.Sprintf(format, args...)}
}

var forbidden = map[string]bool{
	"AccessDenied": true, "MissingAuthenticationToken": true, "InvalidAccessKeyId": true,
	"InvalidClientTokenId": true, "SignatureDoesNotMatch": true, "RequestTimeTooSkewed": true,
}

// Status returns the HTTP status that goes with the code of a refusal.
func Status(code string) int {
	switch {
	case forbidden[code]:
		return http.StatusForbidden
	case code == "AuthFailure":
		return http.StatusUnauthorized
	case code == "MissingContentLength":
		return http.StatusLengthRequired
	case code == "RequestEntityTooLarge":
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}
