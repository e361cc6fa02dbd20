package ec2

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed covered.txt
var coveredFile string

// Covered returns the actions ecc answers, in order: the names in covered.txt,
// which the table of actions must equal.
func Covered() []string {
	var names []string
	for line := range strings.Lines(coveredFile) {
		line, _, _ = strings.Cut(line, "#")
		if name := strings.TrimSpace(line); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// CoveragePage renders docs/ec2-coverage.md for the actions of a cloud.
func CoveragePage(covered []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# EC2 actions\n\nGenerated from the service model of API version %s and `api/ec2/covered.txt`; do not edit.\n\n", apiVersion)
	fmt.Fprintf(&b, "ecc answers %d of the %d actions. Every other one answers `InvalidAction`, none an empty success.\n\n", len(covered), len(allActions))
	section(&b, "Answered", covered)
	section(&b, "Not yet", slices.DeleteFunc(AllActions(), func(a string) bool { return slices.Contains(covered, a) }))
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func section(b *strings.Builder, title string, names []string) {
	fmt.Fprintf(b, "## %s\n\n", title)
	for _, name := range names {
		fmt.Fprintf(b, "- %s\n", name)
	}
	b.WriteString("\n")
}
