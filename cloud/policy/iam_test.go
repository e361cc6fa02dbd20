package policy

import (
	"errors"
	"strings"
	"testing"
)

// TestIAMWords: what IAM says of documents that are no policies.
func TestIAMWords(t *testing.T) {
	const syntax = "Syntax errors in policy."
	const fine = `"Effect": "Allow", "Action": "s3:*", "Resource": "*"`
	for doc, want := range map[string]string{
		``:   syntax,
		`{}`: syntax,
		`[]`: syntax,
		`x`:  syntax,
		`{"Version": "2012-10-17", "Statement": []}`:                                                                                         syntax,
		`{"Version": "2012-10-17", "Statement": ` + strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100) + `}`:                                syntax,
		statementOf(fine + `, "Effect": "Deny"`):                                                                                             syntax,
		statementOf(fine + `, "Condition": {"StringEqual": {"aws:referer": "x"}}`):                                                           syntax,
		statementOf(fine + `, "Condition": {"Bool": {"nokey": "true"}}`):                                                                     syntax,
		statementOf(fine + `, "Colour": "red"`):                                                                                              syntax,
		statementOf(`"Effect": "allow", "Action": "s3:*", "Resource": "*"`):                                                                  syntax,
		statementOf(`"Effect": "Allow", "Action": "s3:*", "NotAction": "s3:*", "Resource": "*"`):                                             syntax,
		`{"Statement": {` + fine + `}}`:                                                                                                      "Policy document must be version 2012-10-17 or greater.",
		`{"Version": "2008-10-17", "Statement": {` + fine + `}}`:                                                                             "Policy document must be version 2012-10-17 or greater.",
		statementOf(`"Effect": "Allow", "Action": "s3:*"`):                                                                                   "Policy statement must contain resources.",
		statementOf(`"Effect": "Allow", "Action": "s3:*", "Resource": []`):                                                                   "Policy statement must contain resources.",
		statementOf(`"Effect": "Allow", "Resource": "*"`):                                                                                    "Policy statement must contain actions.",
		statementOf(`"Effect": "Allow", "Action": [], "Resource": "*"`):                                                                      "Policy statement must contain actions.",
		statementOf(fine + `, "Principal": "*"`):                                                                                             "Policy document should not specify a principal.",
		statementOf(`"Effect": "Allow", "Action": "GetObject", "Resource": "*"`):                                                             "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
		statementOf(`"Effect": "Allow", "Action": "s3:a:b", "Resource": "*"`):                                                                "Actions/Condition can contain only one colon.",
		statementOf(`"Effect": "Allow", "Action": "s_3:a", "Resource": "*"`):                                                                 "Vendor s_3 is not valid",
		statementOf(`"Effect": "Allow", "Action": "s3:*", "Resource": "b/*"`):                                                                `Resource b/* must be in ARN format or "*".`,
		statementOf(`"Effect": "Allow", "Action": "s3:*", "Resource": "arn:mine:s3:::b"`):                                                    `Partition "mine" is not valid for resource "arn:mine:s3:::b".`,
		statementOf(`"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws"`):                                                            "Resource vendor must be fully qualified and cannot contain regexes.",
		statementOf(`"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:b"`):                                                       "The policy failed legacy parsing",
		statementOf(`"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:iam:r::user/x"`):                                              "IAM resource arn:aws:iam:r::user/x cannot contain region information.",
		statementOf(`"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:r::b"`):                                                    "Resource arn:aws:s3:r::b can not contain region information.",
		`{"Version": "2012-10-17", "Statement": [{"Sid": "a", ` + fine + `}, {"Sid": "a", ` + fine + `}]}`:                                   "Statement IDs (SID) in a single policy must be unique.",
		"\n\t " + statementOf(fine) + " \n":                                                                                                  "",
		statementOf(`"Effect": "Deny", "NotAction": ["*:*", "iam:Get?ser"], "NotResource": ["arn:aws:s3:::b/${aws:username}", "arn:aws:*"]`): "",
	} {
		check(t, ParseIdentity, doc, want)
	}
}

// TestTrust: who may assume a role is said by principals and actions of STS.
func TestTrust(t *testing.T) {
	const may = `"Effect": "Allow", "Action": "sts:AssumeRole", `
	for doc, want := range map[string]string{
		`x`: "This policy contains invalid Json",
		statementOf(may + `"Principal": {"AWS": "` + blueRoot + `"}`):                                                                                        "",
		`{"Statement": {` + may + `"Principal": {"Service": "ec2.amazonaws.com"}}}`:                                                                          "",
		statementOf(`"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "arn:aws:iam::111111111111:oidc-provider/x"}`): "",
		statementOf(may + `"Resource": "*", "Principal": "*"`):                                                                                               "Has prohibited field Resource",
		statementOf(`"Effect": "Allow", "Action": "sts:AssumeRole"`):                                                                                         "Missing required field Principal",
		statementOf(`"Effect": "Allow", "Principal": "*"`):                                                                                                   "Missing required field Action",
		statementOf(`"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*"`):                                                                         "AssumeRole policy may only specify STS AssumeRole actions.",
		statementOf(may + `"Principal": {"AWS": "ann"}`):                                                                                                     `Invalid principal in policy: "AWS":"ann"`,
		statementOf(may + `"Principal": "*", "Colour": "red"`):                                                                                               "Unknown field Colour",
		statementOf(may + `"Principal": "*", "Effect": "Deny"`):                                                                                              `Duplicate field "Effect".`,
	} {
		check(t, ParseTrust, doc, want)
	}
}

func check(t *testing.T, parse func([]byte, int) (*Policy, error), doc, want string) {
	t.Helper()
	_, err := parse([]byte(doc), 6144)
	var m *Malformed
	if (want == "") != (err == nil) || (want != "" && (!errors.As(err, &m) || m.Msg != want)) {
		t.Errorf("%.200s: %v, want %s", doc, err, want)
	}
}

// TestIAMSize: white space does not count, and one character more does.
func TestIAMSize(t *testing.T) {
	doc := statementOf(`"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/ü"`)
	if _, err := ParseIdentity([]byte(strings.Repeat(" \n", 9999)+doc), Size(doc)); err != nil {
		t.Error(err)
	}
	_, err := ParseIdentity([]byte(doc), Size(doc)-1)
	var m *Malformed
	if !errors.As(err, &m) || !m.TooLong {
		t.Error(err)
	}
	if _, err := ParseIdentity([]byte(strings.Repeat(" ", maxIAMDocument)+doc), Size(doc)); err == nil {
		t.Error("so much white space is taken")
	}
}
