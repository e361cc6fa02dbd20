package iam_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/api/sts"
)

var update = flag.Bool("update", false, "rewrite the generated page")

func TestCoveragePage(t *testing.T) {
	path, want := filepath.Join("..", "..", "docs", "iam-coverage.md"), iam.CoveragePage(iam.Covered(), sts.Covered())
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is not what the lists make; go test -update rewrites it (-lists +file):\n%s", path, diff)
	}
}

// What is covered exists, is named once, and has its shapes.
func TestCoveredActionsExist(t *testing.T) {
	covered := iam.Covered()
	if len(covered) == 0 || len(slices.Compact(slices.Clone(covered))) != len(covered) {
		t.Errorf("empty, or a name twice: %v", covered)
	}
	for _, name := range covered {
		if !slices.Contains(iam.AllActions(), name) {
			t.Errorf("IAM has no action %s", name)
		}
		if !slices.ContainsFunc(lines(), func(a awsquery.Action[*desk]) bool { return a.Name == name }) {
			t.Errorf("%s is covered and has no generated shapes", name)
		}
	}
}
