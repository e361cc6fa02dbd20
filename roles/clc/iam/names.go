package iam

import (
	"regexp"
	"strings"

	"ecc/cloud"
)

// Lengths of names, in characters.
const (
	maxUserName = 64  // and of a role
	maxName     = 128 // of a group, a policy, an instance profile
)

var nameForm = regexp.MustCompile(`^[\w+=,.@-]+$`)

// checkName checks a name of a request against IAM's characters; param is its
// parameter as IAM's messages write it, "userName".
func checkName(param, name string, most int) error {
	switch {
	case name == "":
		return invalid("1 validation error detected: Value '' at '%s' failed to satisfy constraint: Member must have length greater than or equal to 1", param)
	case len(name) > most:
		return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must have length less than or equal to %d", name, param, most)
	case !nameForm.MatchString(name):
		return invalid("The specified value for %s is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-", param)
	}
	return nil
}

// invalid is a ValidationError.
func invalid(format string, args ...any) error {
	return cloud.Errorf(cloud.Invalid, cloud.ResParameter, "", format, args...)
}

// maxPath bounds a path, in characters.
const maxPath = 512

// readPath checks a new record's path: "/" when the request has none, or text
// between slashes.
func readPath(param string, path *string) (string, error) {
	if path == nil {
		return "/", nil
	}
	p := *path
	if len(p) > maxPath || !strings.HasPrefix(p, "/") || !strings.HasSuffix(p, "/") || strings.Contains(p, "//") || !visible(p) {
		return "", invalid("The specified value for %s is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.", param)
	}
	return p, nil
}

// under reports whether a record's path is within the prefix a list asks for.
func under(path string, prefix *string) bool {
	return prefix == nil || strings.HasPrefix(path, *prefix)
}

// visible reports whether s is of printable ASCII without spaces.
func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' })
}
