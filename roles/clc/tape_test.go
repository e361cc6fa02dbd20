package clc_test

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

	"ecc/api/awsquery"
	"ecc/roles/clc"
	"ecc/roles/clc/ledger/ledgertest"
)

// tape writes requests and answers down, those of each action into a golden
// file of its own: testdata/tape/AllocateAddress.txt. Each action is taped by
// one test.
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
	tp.dry(tn, action, a)
	before := ledgertest.Now(tp.f.t, tp.f.store)
	got := tn.query(action, a)
	mark := ""
	if before.Check(ledgertest.Call{Source: "ec2.amazonaws.com", Action: action, Account: tn.account.ID,
		Write: writes(action), Failed: got.status != http.StatusOK, Params: a}) {
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
	body := strings.ReplaceAll(strings.TrimSpace(string(got.body)), "><", ">\n<")
	fmt.Fprintf(b, "\n%d%s\n%s\n\n", got.status, mark, tp.plain(body))
	return got
}

// changed follows the status of what changed the cloud.
const changed = " changed"

// writes reports whether an action is one that changes something.
func writes(action string) bool {
	for _, a := range clc.Actions() {
		if a.Name == action {
			return a.Access == awsquery.Write
		}
	}
	return false
}

// dry asks whether something could be done, which changes nothing and leaves no
// event, whatever it is.
func (tp *tape) dry(tn *tenant, action string, a args) {
	tp.f.t.Helper()
	before := ledgertest.Now(tp.f.t, tp.f.store)
	got := tn.query(action, a.with(args{"DryRun": "true"}))
	if got.status == http.StatusOK && writes(action) {
		tp.f.t.Errorf("%s %v with DryRun: %s", action, a, got.body)
	}
	before.Check(ledgertest.Call{Action: action, Failed: true, Params: a})
}

// does is do for what must succeed. It returns the text of an element of the
// answer, the first of that name.
func (tp *tape) does(tn *tenant, action string, a args, element ...string) string {
	tp.f.t.Helper()
	got := tp.do(tn, action, a)
	if got.code != "" {
		tp.f.t.Fatalf("%s %v: %s (%s)", action, a, got.code, got.msg)
	}
	for _, e := range element {
		_, rest, _ := strings.Cut(string(got.body), "<"+e+">")
		v, _, _ := strings.Cut(rest, "<")
		return v
	}
	return ""
}

// keyText is a new key and its fingerprint.
var keyText = regexp.MustCompile(`(<keyFingerprint>)[^<]*(</keyFingerprint>\s<keyMaterial>)[^<]*`)

// plain puts the same in every run for what is random.
func (tp *tape) plain(s string) string {
	for id, as := range tp.known {
		s = strings.ReplaceAll(s, id, as)
	}
	s = keyText.ReplaceAllString(s, "${1}...${2}...")
	return drawn.ReplaceAllStringFunc(s, func(found string) string {
		if len(found) == 36 {
			return "[request id]"
		}
		if strings.HasSuffix(found, "00000000000") || strings.Trim(found, "12") == "" {
			return found // of the test itself
		}
		if tp.known[found] == "" {
			kind, _, _ := strings.Cut(found, "-")
			if strings.Contains(found, ":") {
				kind = "mac"
			}
			tp.known[found] = fmt.Sprintf("[%s %d]", kind, len(tp.known)-1)
		}
		return tp.known[found]
	})
}

// check compares with the golden files.
func (tp *tape) check() {
	tp.f.t.Helper()
	for action, b := range tp.lines {
		path := filepath.Join("testdata", "tape", action+".txt")
		if *update {
			ok(tp.f.t, os.MkdirAll(filepath.Dir(path), 0o755))
			ok(tp.f.t, os.WriteFile(path, []byte(b.String()), 0o644))
		}
		if d := cmp.Diff(string(must[[]byte](tp.f.t)(os.ReadFile(path))), b.String()); d != "" {
			tp.f.t.Errorf("%s (-file +got), -update rewrites it:\n%s", path, d)
		}
	}
}
