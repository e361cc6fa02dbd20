package iam_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"ecc/roles/clc/ledger/ledgertest"
)

// tape writes requests and answers down, those of each action into a golden
// file of its own: testdata/CreateUser.txt.
type tape struct {
	f     *fixture
	lines map[string]*strings.Builder // by action
	known map[string]string           // what is random → what stands for it
}

func newTape(f *fixture) *tape {
	return &tape{f: f, lines: map[string]*strings.Builder{}, known: map[string]string{
		string(f.alice.account.ID): "111111111111", string(f.bob.account.ID): "222222222222"}}
}

// do asks and writes down what was asked and answered, and whether that
// changed the cloud. What the audit trail tells of it is checked on the way.
func (tp *tape) do(tn *tenant, action string, a args) answer {
	tp.f.t.Helper()
	before := ledgertest.Now(tp.f.t, tp.f.store)
	got := tn.query(action, a)
	mark := ""
	if before.Check(ledgertest.Call{Source: "iam.amazonaws.com", Action: action, Account: tn.account.ID,
		Write: !readsOnly(action), Failed: got.status != http.StatusOK, Params: a}) {
		mark = changed
	}
	b := tp.lines[action]
	if b == nil {
		b = new(strings.Builder)
		tp.lines[action] = b
	}
	b.WriteString("Action=" + action)
	for _, k := range slices.Sorted(maps.Keys(a)) {
		b.WriteString("&" + k + "=" + tp.plain(a[k]))
	}
	fmt.Fprintf(b, "\n%d%s\n%s\n\n", got.status, mark, tp.plain(lines(got.body)))
	return got
}

// changed follows the status of what changed the cloud.
const changed = " changed"

var random = regexp.MustCompile(`\b(AKIA|ASIA|AIDA|AGPA|AROA|ANPA|AIPA)[A-Z2-7]{16,17}\b|<RequestId>[^<]*|<SecretAccessKey>[^<]*|<Marker>[^<]*`)

// plain puts the same in every run for what is random.
func (tp *tape) plain(s string) string {
	for id, as := range tp.known {
		s = strings.ReplaceAll(s, id, as)
	}
	return random.ReplaceAllStringFunc(s, func(found string) string {
		if found[0] == '<' {
			return found[:strings.IndexByte(found, '>')+1] + "..."
		}
		if strings.HasPrefix(found, "ANPAI") || strings.HasPrefix(found, "ANPAJ") { // AWS's own
			return found
		}
		if tp.known[found] == "" {
			tp.known[found] = fmt.Sprintf("%s%d", found[:4], len(tp.known))
		}
		return tp.known[found]
	})
}

// check compares with the golden files.
func (tp *tape) check() {
	for action, b := range tp.lines {
		path := filepath.Join("testdata", action+".txt")
		if *update {
			ok(tp.f.t, os.MkdirAll("testdata", 0o755))
			ok(tp.f.t, os.WriteFile(path, []byte(b.String()), 0o644))
		}
		if d := cmp.Diff(string(must[[]byte](tp.f.t)(os.ReadFile(path))), b.String()); d != "" {
			tp.f.t.Errorf("%s (-file +got), -update rewrites it:\n%s", path, d)
		}
	}
}

// lines puts one element on each line.
func lines(xml []byte) string {
	return strings.ReplaceAll(strings.TrimSpace(string(xml)), "><", ">\n<")
}
