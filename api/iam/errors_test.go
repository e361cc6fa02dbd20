package iam_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
)

// codes are all that IAM's clients can meet here: those of its model, and those
// common to all Query services.
var codes = []string{
	"NoSuchEntity", "EntityAlreadyExists", "DeleteConflict", "LimitExceeded", "InvalidInput", "MalformedPolicyDocument", "EntityTemporarilyUnmodifiable",
	"UnmodifiableEntity", "PasswordPolicyViolation", "InvalidUserType", "PolicyNotAttachable", "ReportNotPresent", "ReportExpired",
	"OpenIdIdpCommunicationError",
	"AccessDenied", "InternalFailure", "InvalidAction", "InvalidClientTokenId", "MalformedQueryString", "MissingAction", "MissingParameter",
	"ServiceUnavailable", "Throttling", "ValidationError",
}

// Every kind of every resource has one of IAM's codes, a status and a message.
func TestErrorTableHasNoHole(t *testing.T) {
	table := iam.Service().Errors
	for _, k := range cloud.Kinds() {
		if _, ok := table.Kinds[k]; !ok {
			t.Errorf("no row for %v", k)
		}
		for _, r := range cloud.Resources() {
			f := table.Fault(&cloud.Error{Kind: k, Resource: r, ID: "x-1"})
			if !slices.Contains(codes, f.Code) || f.Status < 400 || f.Status > 599 || f.Message == "" || strings.Contains(f.Message, "%") {
				t.Errorf("%v × %q: %+v", k, r, f)
			}
		}
	}
	for c := range table.Cells {
		if !slices.Contains(cloud.Kinds(), c.Kind) || !slices.Contains(cloud.Resources(), c.Resource) {
			t.Errorf("nothing reaches %+v", c)
		}
	}
}

// The cells that are not their kind's row, as a tenant sees them; a change shows
// in the diff.
func TestErrorTableGolden(t *testing.T) {
	table := iam.Service().Errors
	var b bytes.Buffer
	for _, k := range cloud.Kinds() {
		for _, r := range cloud.Resources() {
			if _, own := table.Cells[awsquery.Cell{Kind: k, Resource: r}]; own || r == cloud.AnyResource {
				f := table.Fault(&cloud.Error{Kind: k, Resource: r, ID: "ID"})
				fmt.Fprintf(&b, "%-16s %-20s %d %-30s %s\n", k, r, f.Status, f.Code, f.Message)
			}
		}
	}
	path := filepath.Join("testdata", "errors.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s is not what the code makes; go test -update rewrites it (-file +code):\n%s", path, diff)
	}
}
