package iam

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"ecc/api/sts"
)

//go:embed covered.txt
var coveredFile string

// Covered returns the actions ecc answers, in order: the names in covered.txt,
// which the table of actions must equal.
func Covered() []string { return slices.Sorted(strings.FieldsSeq(coveredFile)) }

// CoveragePage renders docs/iam-coverage.md for the actions of IAM and of STS
// that a cloud answers.
func CoveragePage(ofIAM, ofSTS []string) string {
	var b strings.Builder
	b.WriteString("# IAM and STS actions\n\nGenerated from the service models, `api/iam/covered.txt` and `api/sts/covered.txt`; do not edit.\n" +
		"What is not answered answers `InvalidAction`, nothing an empty success.\n\n")
	section(&b, "IAM", AllActions(), ofIAM)
	section(&b, "STS", sts.AllActions(), ofSTS)
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func section(b *strings.Builder, service string, all, covered []string) {
	fmt.Fprintf(b, "## %s: %d of %d answered\n\n", service, len(covered), len(all))
	for _, name := range covered {
		fmt.Fprintf(b, "- %s\n", name)
	}
	fmt.Fprintf(b, "\n### %s: not yet\n\n", service)
	for _, name := range all {
		if !slices.Contains(covered, name) {
			fmt.Fprintf(b, "- %s\n", name)
		}
	}
	b.WriteString("\n")
}
