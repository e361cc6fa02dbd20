package s3_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// odd are pieces of names that break clients and servers that decode once too
// often, or not at all.
var odd = []string{
	"plain", " blank ", "plus+plus", "per%cent", "%41", "%2F", "%", "a&b=c", "q?x#y", "ü", "u\u0308", "日本語", "😀", "עברית",
	`"quoted"`, "it's", "back\\slash", ".dot", "..dots", "...", "-dash", "--delete", "*", "[x]", "{y}", "~", "$HOME", "`id`", ";", "|", "<xml>", "&amp;",
	"a,b", "(c)", "@", "!", "^", "=", ":", "UPPER", "upper", strings.Repeat("long", 60), "\u00a0nbsp", "\u200bzero", "e\u0301",
}

// worse are those that XML 1.0 cannot carry, for clients that ask for encoded
// listings; s3cmd writes all of them down by other names.
var worse = []string{"tab\there", "new\nline", "bell\a", "\x01", "carriage\rreturn", "\x7f"}

// mustGrow makes a tree of n files with odd names below a folder: some are
// empty, some have the same name as a folder elsewhere, and each has bytes of
// its own.
func mustGrow(t *testing.T, dir string, n int, pieces []string) {
	t.Helper()
	for i := range n {
		name := pieces[i%len(pieces)]
		folder := []string{"", pieces[(i/7)%len(pieces)], filepath.Join("a", "b", "c"), filepath.Join("deep", pieces[(i/3)%len(pieces)], "er"), "a/b"}[i%5]
		path := filepath.Join(dir, folder, fmt.Sprintf("%s %d", name, i))
		if i < len(pieces) && len(name) < 200 {
			path = filepath.Join(dir, "bare", name) // as it is
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.Repeat(fmt.Sprintf("%d,", i), i%50)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// wantSame compares two trees.
func wantSame(t *testing.T, one, two string) {
	t.Helper()
	if o := execute(t, environment(), "diff", "-r", one, two); o.code != 0 {
		t.Errorf("%s and %s differ: %.4000s%s", one, two, o.stdout, o.stderr)
	}
}

// odds is how many odd names there are.
func odds() int {
	if testing.Short() {
		return 200
	}
	return 5000
}

func TestTreeByTheAWSCLI(t *testing.T) {
	t.Parallel()
	s := newServer(t).account("tenant").shell(t)
	mustGrow(t, filepath.Join(s.home, "tree"), odds(), append(append([]string{}, odd...), worse...))
	s.aws("s3", "mb", "s3://tree")
	s.aws("s3", "sync", "tree", "s3://tree/t", "--only-show-errors")
	if again := s.aws("s3", "sync", "tree", "s3://tree/t"); again != "" {
		t.Errorf("a second sync had work to do: %.2000s", again)
	}
	s.aws("s3", "sync", "s3://tree/t", "back", "--only-show-errors")
	wantSame(t, filepath.Join(s.home, "tree"), filepath.Join(s.home, "back"))
	if err := os.RemoveAll(filepath.Join(s.home, "tree", "bare")); err != nil {
		t.Fatal(err)
	}
	s.aws("s3", "sync", "tree", "s3://tree/t", "--delete", "--only-show-errors")
	if left := s.aws("s3api", "list-objects-v2", "--bucket", "tree", "--prefix", "t/bare/"); strings.Contains(left, "Key") {
		t.Errorf("left after sync --delete: %.2000s", left)
	}
	s.aws("s3", "rb", "s3://tree", "--force")
}

func TestTreeByS3cmd(t *testing.T) {
	t.Parallel()
	s := newServer(t).account("tenant").shell(t)
	mustGrow(t, filepath.Join(s.home, "tree"), odds(), odd)
	s.s3cmd("mb", "s3://tree")
	s.s3cmd("sync", "tree/", "s3://tree/t/")
	if again := s.s3cmd("sync", "tree/", "s3://tree/t/"); strings.Contains(again, "upload:") {
		t.Errorf("a second sync had work to do: %.2000s", again)
	}
	s.s3cmd("sync", "s3://tree/t/", "back/")
	wantSame(t, filepath.Join(s.home, "tree"), filepath.Join(s.home, "back"))
	s.s3cmd("del", "--recursive", "--force", "s3://tree")
	s.s3cmd("rb", "s3://tree")
}
