package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const fixture = "testdata/service-2.json"

// The golden folder is what the generator makes of the fixture: every kind of
// member, tag and name. The .txt keeps it out of the build.
func TestGolden(t *testing.T) {
	dir := t.TempDir()
	if err := run([]string{"-model", fixture, "-actions", "testdata/actions.txt", "-package", "tiny", "-out", dir}); err != nil {
		t.Fatal(err)
	}
	made, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range made {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(src, []byte("Prose")) {
			t.Errorf("%s has the model's documentation in it", path)
		}
		name := filepath.Base(path) + ".txt"
		names = append(names, name)
		golden(t, name, src)
	}
	kept, err := filepath.Glob("testdata/golden/*")
	if err != nil || len(kept) != len(names) {
		t.Errorf("testdata/golden has %v (%v), the generator makes %v", kept, err, names)
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, got, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-golden +generated):\n%s", name, diff)
	}
}

// The query protocol names lists otherwise.
func TestQueryProtocolTags(t *testing.T) {
	m, err := readModel(fixture)
	if err != nil {
		t.Fatal(err)
	}
	m.Metadata.Protocol = "query"
	c, err := newClosure(m, []string{"DescribeCups"})
	if err != nil {
		t.Fatal(err)
	}
	ids := m.Shapes["DescribeCupsRequest"].Members[1]
	if got := c.tags("DescribeCupsRequest", ids); got != `query:"CupId.CupId" check:"max=3"` {
		t.Errorf("tags of a list: %s", got)
	}
}

func TestModelGzippedOrPlainAndFoundInItsFolder(t *testing.T) {
	plain, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(plain); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	models := t.TempDir()
	dir := filepath.Join(models, "tiny", "1")
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "service-2.json.gz"), packed.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	path, err := modelFile("", models, "tiny/1")
	if err != nil {
		t.Fatal(err)
	}
	got, err := readModel(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := readModel(fixture)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestGenerateRefuses(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	mapped := `{"metadata":{"protocol":"ec2"},"operations":{"A":{"input":{"shape":"S"}}},"shapes":{"S":{"type":"structure","members":{"M":{"shape":"P"}}},"P":{"type":"map"}}}`
	for name, c := range map[string]struct{ model, actions, want string }{
		"unknown action":   {fixture, file("a.txt", "BrewTea"), "no operation BrewTea"},
		"unknown type":     {file("map.json", mapped), file("b.txt", "A"), `type "map"`},
		"unknown protocol": {file("json.json", `{"metadata":{"protocol":"json"}}`), file("c.txt", "A"), "neither ec2 nor query"},
		"no model":         {filepath.Join(dir, "none"), file("d.txt", "A"), "read the service model"},
	} {
		if err := generate(c.model, c.actions, "tiny", dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := modelFile("", dir, "ec2/1"); err == nil {
		t.Error("a model that is not there was found")
	}
}

// What is no longer generated does not stay behind.
func TestOldFilesGo(t *testing.T) {
	dir := t.TempDir()
	old, other := filepath.Join(dir, "zz_generated_old.go"), filepath.Join(dir, "kept.go")
	if err := errors.Join(os.WriteFile(old, nil, 0o644), os.WriteFile(other, nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	if err := generate(fixture, "testdata/actions.txt", "tiny", dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Error("the old file is still there")
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}
