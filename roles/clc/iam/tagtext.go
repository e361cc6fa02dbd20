package iam

import (
	"strings"
	"unicode"
)

// tagText reports whether a tag's key or value is of the characters IAM allows:
// letters, numbers, spaces and _.:/=+-@.
func tagText(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.Z, unicode.N) && !strings.ContainsRune("_.:/=+-@", r)
	})
}
