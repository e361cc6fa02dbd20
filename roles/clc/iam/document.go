package iam

import (
	"errors"
	"net/url"
	"strings"
	"unicode"

	"ecc/cloud"
	"ecc/cloud/policy"
)

// Limits of policies, in characters that are not white space.
const (
	maxManagedPolicy = 6144
	maxTrust         = 2048
	maxUserInline    = 2048 // all inline policies of a user together
	maxGroupInline   = 5120
	maxRoleInline    = 10240
	maxDocument      = 131072 // of a request, in bytes, white space included
)

// policySize is how much of a limit a policy takes: white space is free.
func policySize(doc string) int {
	n := 0
	for _, r := range doc {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// checkPolicy checks the text of an identity's policy, PolicyDocument of a
// request.
func checkPolicy(doc string) error {
	if err := checkPrintable("policyDocument", doc); err != nil {
		return err
	}
	_, err := policy.ParseIdentity([]byte(doc), maxDocument)
	return malformed(err)
}

// checkPrintable checks that a document is of the characters IAM takes.
func checkPrintable(param, doc string) error {
	if strings.ContainsFunc(doc, func(r rune) bool {
		return r > 0xFF || (r < ' ' && r != '\t' && r != '\n' && r != '\r') || (r >= 0x7F && r < 0xA0)
	}) {
		return invalid("The specified value for %s is invalid. It must contain only printable ASCII characters.", param)
	}
	return nil
}

// malformed turns what package policy says of a document into the tenant's
// error.
func malformed(err error) error {
	var m *policy.Malformed
	if errors.As(err, &m) {
		return cloud.Errorf(cloud.Malformed, cloud.ResPolicyDocument, "", "%s", m.Msg)
	}
	return err
}

// encodeDocument is a policy as IAM answers it: percent-encoded as RFC 3986
// says.
func encodeDocument(doc string) *string {
	return ptr(strings.ReplaceAll(url.QueryEscape(doc), "+", "%20"))
}
