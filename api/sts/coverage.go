package sts

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed covered.txt
var coveredFile string

// Covered returns the actions ecc answers, in order: the names in covered.txt,
// which the table of actions must equal. docs/iam-coverage.md shows them.
func Covered() []string { return slices.Sorted(strings.FieldsSeq(coveredFile)) }
