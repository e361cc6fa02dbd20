package iam

import (
	"regexp"
	"strings"

	"ecc/cloud"
)

// policyOfARN splits the ARN of a managed policy into account, path and name.
func policyOfARN(s string) (account cloud.AccountID, path, name string, ok bool) {
	rest, ok := strings.CutPrefix(s, "arn:aws:iam::")
	if !ok {
		return "", "", "", false
	}
	number, rest, _ := strings.Cut(rest, ":")
	rest, ok = strings.CutPrefix(rest, "policy/")
	at := strings.LastIndexByte(rest, '/') + 1
	return cloud.AccountID(number), "/" + rest[:at], rest[at:], ok && rest[at:] != ""
}

var policyARNForm = regexp.MustCompile(`^arn:aws:iam::(\d{12}|aws):policy(/[!-~]+)*/[\w+=,.@-]+$`)

// checkPolicyARN checks that a text is the ARN of a managed policy.
func checkPolicyARN(arn string) error {
	if !policyARNForm.MatchString(arn) {
		return cloud.Errorf(cloud.Malformed, cloud.ResPolicy, arn, "ARN %s is not valid.", arn)
	}
	return nil
}
