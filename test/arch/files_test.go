package arch_test

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// longest is the most lines a file may have; most have about 120. Generated
// files (zz_…) and tables (…_table.go) are read by line, not as a whole.
const longest = 500

func TestFilesAreShort(t *testing.T) {
	for _, s := range sources(t) {
		base := path.Base(s.path)
		if strings.HasPrefix(base, "zz_") || strings.HasSuffix(base, "_table.go") {
			continue
		}
		if s.lines > longest {
			t.Errorf("%s has %d lines, more than %d: which two nouns are in it?", s.path, s.lines, longest)
		}
	}
}

// What a generator wrote is called zz_…, and only that.
func TestGeneratedFilesAreNamedSo(t *testing.T) {
	for _, s := range sources(t) {
		if named := strings.HasPrefix(path.Base(s.path), "zz_"); named != s.generated() {
			t.Errorf("%s: zz_ name %v, header «Code generated … DO NOT EDIT.» %v", s.path, named, s.generated())
		}
	}
}

// Every package says what it is for.
func TestPackagesHaveADocComment(t *testing.T) {
	docs := map[string]string{} // folder → doc comment
	for _, s := range sources(t) {
		docs[s.dir()] += s.syntax.Doc.Text()
	}
	for dir, doc := range docs {
		if !strings.HasPrefix(doc, "Package ") && !strings.HasPrefix(doc, "Command ") {
			t.Errorf("%s: no file begins with a comment «Package %s …» that says what it is for", dir, path.Base(dir))
		}
	}
}

// vague names say nothing: what is it that it helps with, manages, has in common?
var vague = regexp.MustCompile(`(?i)^(utils?|common|helpers?|misc|manager|impl)$`)

func TestNamesSaySomething(t *testing.T) {
	for _, s := range sources(t) {
		for _, part := range strings.Split(strings.TrimSuffix(strings.TrimSuffix(s.path, ".go"), "_test"), "/") {
			if vague.MatchString(part) {
				t.Errorf("%s: %q says nothing", s.path, part)
			}
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && regexp.MustCompile(`(Manager|Helper|Utils?|Impl)$`).MatchString(spec.Name.Name) {
				t.Errorf("%s: type %s: name the thing, not its usefulness", s.path, spec.Name.Name)
			}
			return true
		})
	}
}

// A package ecc/net would shadow the standard library's net in every reader's head.
func TestNetHasNoCodeOfItsOwn(t *testing.T) {
	for _, s := range sources(t) {
		if s.dir() == "net" {
			t.Errorf("%s: the folder net has only packages below it", s.path)
		}
	}
}

// The pages tell readers to run "make X"; those must exist.
func TestPagesNameRealTargets(t *testing.T) {
	makefile := read(t, "Makefile")
	var targets []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(makefile, -1) {
		targets = append(targets, m[1])
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, filepath.Join(root, "README.md"), filepath.Join(root, "CONTRIBUTING.md")) {
		name, err := filepath.Rel(root, page)
		if err != nil {
			t.Fatal(err)
		}
		// In code only: prose may make do.
		for _, m := range regexp.MustCompile("(?m)(?:`|^ *)make ([a-z-]+)").FindAllStringSubmatch(read(t, name), -1) {
			if !slices.Contains(targets, m[1]) {
				t.Errorf("%s: the Makefile has no target %s", name, m[1])
			}
		}
	}
}

// read returns a file of the repository.
func read(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}
