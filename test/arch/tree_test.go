// Package arch_test keeps the shape of the repository: what a linter cannot say
// about packages, imports and files is a rule here. Each rule names its reason;
// who needs an exception adds a line to its table, where a reviewer sees it.
package arch_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// root is the module's folder, seen from this one.
const root = "../.."

// module is the module's import path.
const module = "ecc"

// source is one Go file.
type source struct {
	path    string // from the module's root, with slashes
	lines   int
	imports []string
	syntax  *ast.File
}

func (s source) dir() string     { return path.Dir(s.path) }
func (s source) isTest() bool    { return strings.HasSuffix(s.path, "_test.go") }
func (s source) generated() bool { return ast.IsGenerated(s.syntax) }

// sources reads all Go files of the module.
func sources(tb testing.TB) []source {
	tb.Helper()
	var all []source
	err := fs.WalkDir(os.DirFS(root), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != "." && skipped(d.Name()):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(p, ".go"):
			return nil
		}
		all = append(all, parse(tb, p))
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	if len(all) < 50 {
		tb.Fatalf("found only %d Go files under %s: looking in the wrong place?", len(all), root)
	}
	return all
}

// skipped folders are no packages of ours.
func skipped(name string) bool {
	return strings.HasPrefix(name, ".") || name == "testdata" || name == "build" || name == "bin"
}

func parse(tb testing.TB, p string) source {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p)))
	if err != nil {
		tb.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), p, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		tb.Fatal(err)
	}
	s := source{path: p, lines: bytes.Count(text, []byte("\n")), syntax: f}
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			tb.Fatalf("%s: %v", p, err)
		}
		s.imports = append(s.imports, name)
	}
	return s
}

// within tells whether folder p is dir or below it.
func within(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// withinAny tells whether folder p is one of dirs or below one.
func withinAny(p string, dirs []string) bool {
	for _, dir := range dirs {
		if within(p, dir) {
			return true
		}
	}
	return false
}
