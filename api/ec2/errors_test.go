package ec2_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/api/sts"
	"ecc/cloud"
)

var update = flag.Bool("update", false, "rewrite the golden files and the coverage page")

var codeForm = regexp.MustCompile(`^[A-Z][A-Za-z0-9]+(\.[A-Z][A-Za-z]+)?$`)

// Every kind of every resource has a code, a status and a message.
func TestErrorTablesHaveNoHole(t *testing.T) {
	for _, s := range []awsquery.Service{ec2.Service(), sts.Service()} {
		for _, k := range cloud.Kinds() {
			if _, ok := s.Errors.Kinds[k]; !ok {
				t.Errorf("%s has no row for %v", s.Name, k)
			}
			for _, r := range cloud.Resources() {
				f := s.Errors.Fault(&cloud.Error{Kind: k, Resource: r, ID: "x-1"})
				if !codeForm.MatchString(f.Code) || f.Status < 400 || f.Status > 599 || f.Message == "" || strings.Contains(f.Message, "%") {
					t.Errorf("%s: %v × %q: %+v", s.Name, k, r, f)
				}
			}
		}
		for code, status := range s.Errors.Credentials {
			if !codeForm.MatchString(code) || status < 400 || status > 499 {
				t.Errorf("%s: %s has status %d", s.Name, code, status)
			}
		}
	}
}

// No cell is for a kind or resource that does not exist.
func TestErrorCellsAreReachable(t *testing.T) {
	for _, s := range []awsquery.Service{ec2.Service(), sts.Service()} {
		known := map[awsquery.Cell]bool{}
		for _, k := range cloud.Kinds() {
			for _, r := range cloud.Resources() {
				known[awsquery.Cell{Kind: k, Resource: r}] = true
			}
		}
		for c := range s.Errors.Cells {
			if !known[c] {
				t.Errorf("%s: nothing reaches %+v", s.Name, c)
			}
		}
	}
}

// The whole table, as a tenant sees it; a change shows in the diff.
func TestErrorTableGolden(t *testing.T) {
	table := ec2.Service().Errors
	var b bytes.Buffer
	for _, k := range cloud.Kinds() {
		for _, r := range cloud.Resources() {
			f := table.Fault(&cloud.Error{Kind: k, Resource: r, ID: "ID"})
			fmt.Fprintf(&b, "%-16s %-18s %d %-36s %s\n", k, r, f.Status, f.Code, f.Message)
		}
	}
	golden(t, filepath.Join("testdata", "errors.txt"), b.Bytes())
}

// Of these nothing that the code wrote reaches the tenant.
func TestInternalsStayInside(t *testing.T) {
	table := ec2.Service().Errors
	for _, k := range []cloud.Kind{cloud.Internal, cloud.Stale} {
		f := table.Fault(cloud.Errorf(k, cloud.ResNode, "node7", "secret of node7"))
		if strings.Contains(f.Message, "node7") {
			t.Errorf("%v says %q", k, f.Message)
		}
	}
	if f := table.Fault(&cloud.Error{Kind: cloud.Kind(999)}); f.Code != "InternalError" {
		t.Errorf("a kind nobody knows is %+v", f)
	}
}

// A credential's code is believed of authentication only.
func TestCredentialCodes(t *testing.T) {
	table := ec2.Service().Errors
	if f := table.Fault(&cloud.Error{Kind: cloud.BadCredentials, ID: "RequestExpired", Msg: "m"}); f != (awsquery.Fault{Code: "RequestExpired", Status: 400, Message: "m"}) {
		t.Errorf("got %+v", f)
	}
	if f := table.Fault(&cloud.Error{Kind: cloud.NotFound, ID: "RequestExpired"}); f.Code != "InvalidParameterValue" {
		t.Errorf("got %+v", f)
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not what the code makes; go test -update rewrites it (-file +code):\n%s", path, diff)
	}
}
