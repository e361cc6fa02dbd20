package policy

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxIAMDocument bounds what is read of a document of IAM, white space and all.
const maxIAMDocument = 128 << 10 // bytes

// Size is the length of a document as IAM's quotas count it: its characters,
// white space aside.
func Size(doc string) int {
	n := 0
	for _, r := range doc {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// parseIAM parses a document of IAM, and words what is wrong as IAM does.
func parseIAM(p parser, doc []byte, most int) (*Policy, error) {
	if len(doc) > maxIAMDocument || Size(string(doc)) > most {
		return nil, &Malformed{Msg: fmt.Sprintf("Cannot exceed quota for PolicySize: %d", most), TooLong: true}
	}
	out, err := p.parse(bytes.TrimFunc(doc, unicode.IsSpace), maxIAMDocument)
	var m *Malformed
	if !errors.As(err, &m) {
		return out, err
	}
	return nil, &Malformed{Msg: p.word(m)}
}

// word is IAM's sentence for a mistake. Roles' policies are read by a younger
// parser than identities', which says what it found.
func (p parser) word(m *Malformed) string {
	switch {
	case p.kind == ofRole && m == errJSON:
		return "This policy contains invalid Json"
	case p.kind == ofRole && m.trust != "":
		return m.trust
	case p.kind == ofRole:
		return m.Msg
	case m.iam != "":
		return m.iam
	}
	return "Syntax errors in policy."
}

// malformedIAM is a mistake that IAM words as S3 does.
func malformedIAM(format string, args ...any) error {
	msg := fmt.Sprintf(format, args...)
	return &Malformed{Msg: msg, iam: msg}
}

// prohibited is that a statement has an element its policy must not have.
func prohibited(name string) error {
	if name == "Resource" {
		return malformed("Has prohibited field Resource")
	}
	return malformedIAM("Policy document should not specify a principal.")
}

// absent is that a statement lacks an element.
func absent(name string) error {
	return &Malformed{Msg: "Missing required field " + name, iam: lacking(name)}
}

// empty is that a list in a statement has nothing in it.
func empty(field string) error {
	return &Malformed{Msg: fmt.Sprintf("The field %s must not be empty.", field), iam: lacking(field)}
}

func lacking(field string) string {
	switch field {
	case "Action":
		return "Policy statement must contain actions."
	case "Resource":
		return "Policy statement must contain resources."
	}
	return ""
}

// badAction says what is wrong with an action.
func badAction(a string) error {
	m := &Malformed{Msg: "Policy has invalid action"}
	vendor, _, named := strings.Cut(a, ":")
	switch {
	case !named:
		m.iam = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	case strings.Count(a, ":") > 1:
		m.iam = "Actions/Condition can contain only one colon."
	case strings.ContainsFunc(vendor, func(r rune) bool {
		return r >= utf8.RuneSelf || !(r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r))
	}):
		m.iam = fmt.Sprintf("Vendor %s is not valid", vendor)
	}
	return m
}

// checkResource says what is wrong with a resource: it is an ARN, or *.
func (p parser) checkResource(r string) error {
	if r == "*" {
		return nil
	}
	if !strings.HasPrefix(r, "arn:") {
		return &Malformed{Msg: "Policy has invalid resource", iam: fmt.Sprintf("Resource %s must be in ARN format or \"*\".", r)}
	}
	if p.kind != ofIdentity {
		return nil
	}
	f := splitARN(r)
	switch {
	case f[1] != "aws" && !strings.ContainsAny(f[1], "*?$"):
		for len(f) < 6 {
			f = append(f, "*")
		}
		return malformedIAM("Partition \"%s\" is not valid for resource \"%s\".", f[1], strings.Join(f, ":"))
	case len(f) < 3 || f[2] == "":
		return malformedIAM("Resource vendor must be fully qualified and cannot contain regexes.")
	case len(f) < 6 && !strings.HasSuffix(r, "*"):
		return malformedIAM("The policy failed legacy parsing")
	case f[2] == "iam" && len(f) > 3 && f[3] != "" && !strings.ContainsAny(f[3], "*?$"):
		return malformedIAM("IAM resource %s cannot contain region information.", r)
	case f[2] == "s3" && len(f) > 3 && f[3] != "" && !strings.ContainsAny(f[3], "*?$"):
		return malformedIAM("Resource %s can not contain region information.", r)
	}
	return nil
}
