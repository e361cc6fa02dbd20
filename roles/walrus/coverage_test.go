package walrus_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecc/api/s3"
	"ecc/roles/walrus"
)

var update = flag.Bool("update", false, "write docs/s3-coverage.md anew")

// TestCoveragePage keeps docs/s3-coverage.md what the table of operations says.
func TestCoveragePage(t *testing.T) {
	page := coveragePage()
	path := filepath.Join("..", "..", "docs", "s3-coverage.md")
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(page, string(got)); diff != "" {
		t.Errorf("run go test ./roles/walrus -run CoveragePage -update (-want +got):\n%s", diff)
	}
}

func coveragePage() string {
	offered := walrus.Offered()
	var answered, refused []string
	for _, r := range s3.Routes {
		if offered[r.Op] {
			answered = append(answered, "- "+r.Op)
		} else {
			refused = append(refused, "- "+r.Op)
		}
	}
	return fmt.Sprintf(`# S3 operations

Generated from the route table (api/s3) and the operations of walrus (roles/walrus); do not edit.

Walrus answers %d operations. The others are known to the route table and answer NotImplemented, with S3's
error document; none falls through to another operation.

## Answered

%s

## NotImplemented

%s
`, len(answered), lines(answered), lines(refused))
}

func lines(items []string) string {
	slices.Sort(items)
	return strings.Join(slices.Compact(items), "\n")
}
