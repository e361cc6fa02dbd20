package ec2_test

import (
	"path/filepath"
	"slices"
	"testing"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

func TestCoveragePage(t *testing.T) {
	golden(t, filepath.Join("..", "..", "docs", "ec2-coverage.md"), []byte(ec2.CoveragePage(ec2.Covered())))
}

// What is covered exists, is named once, and has its shapes.
func TestCoveredActionsExist(t *testing.T) {
	all, covered := ec2.AllActions(), ec2.Covered()
	if len(covered) == 0 || len(slices.Compact(slices.Clone(covered))) != len(covered) {
		t.Errorf("empty, or a name twice: %v", covered)
	}
	for _, name := range covered {
		if !slices.Contains(all, name) {
			t.Errorf("EC2 has no action %s", name)
		}
		if !slices.ContainsFunc(lines(), func(a awsquery.Action[*desk]) bool { return a.Name == name }) {
			t.Errorf("%s is covered and has no generated shapes", name)
		}
	}
}
