package store

import (
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// TestTheDrawingIsTheSchema compares the tree in the package comment with the
// nouns and their indexes.
func TestTheDrawingIsTheSchema(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	must0(t, err)
	line := regexp.MustCompile(`(?m)^\s+([a-z-]+) .*→ (cloud\.\w+|string of the cluster)(?: +by ([a-z, -]+))?$`)
	drawn := map[string][2]string{}
	for _, m := range line.FindAllStringSubmatch(file.Doc.Text(), -1) {
		drawn[m[1]] = [2]string{m[2], m[3]}
	}
	if len(drawn) != kinds {
		t.Errorf("%d nouns drawn, %d kept: %v", len(drawn), kinds, drawn)
	}
	for k, s := range shapes {
		d, ok := drawn[Kind(k).String()]
		if !ok {
			t.Errorf("%s is not drawn", Kind(k))
			continue
		}
		typ := reflect.TypeOf(filled(s)).Elem().String()
		if d[0] != typ && Kind(k) != KindMeta {
			t.Errorf("%s drawn as %s, is %s", Kind(k), d[0], typ)
		}
		have := map[string]bool{}
		for _, ix := range s.indexNames() {
			have[string(ix)] = true
		}
		for name := range strings.SplitSeq(d[1], ", ") {
			if name != "" && !have[name] {
				t.Errorf("%s drawn with an index %s it has not", Kind(k), name)
			}
			delete(have, name)
		}
		if len(have) > 0 {
			t.Errorf("%s drawn without %v", Kind(k), have)
		}
	}
}
