package iam

import (
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
