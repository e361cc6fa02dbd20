package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecc/roles/walrus"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/fsck"
	"ecc/roles/walrus/index"
)

// mustStore makes an object store with two small objects and two larger ones.
func mustStore(t *testing.T) (data string) {
	t.Helper()
	data = t.TempDir()
	dir := filepath.Join(data, "walrus")
	w, err := walrus.New(walrus.Config{Dir: dir, Region: "us-east-1"}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	x, err := index.Open(filepath.Join(dir, "walrus.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	files, err := datafile.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	b := index.Bucket{ID: x.NewID(), Name: "box", Account: "123456789012"}
	err = x.Update(t.Context(), func(tx *index.Tx) error { return tx.PutBucket(b) })
	for _, key := range []string{"small/1", "small/2", "large/1", "large/2"} {
		body := make([]byte, 300<<10)
		_, _ = rand.Read(body)
		if strings.HasPrefix(key, "small") {
			body = body[:100]
		}
		if err == nil {
			err = store1(t, x, files, b, key, body)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

func store1(t *testing.T, x *index.Index, files *datafile.Dir, b index.Bucket, key string, body []byte) error {
	blob, file := x.NewID(), x.NewID()
	if len(body) > 1000 {
		w, err := files.Create(datafile.ID(file), int64(len(body)))
		if err != nil {
			return err
		}
		if _, err := w.Write(body); err != nil {
			return err
		}
		if err := w.Commit(); err != nil {
			return err
		}
	}
	return x.Update(t.Context(), func(tx *index.Tx) error {
		err := tx.PutInline(blob, body)
		if len(body) > 1000 {
			if err = tx.AddFile(file, int64(len(body))); err == nil {
				err = tx.PutExtents(blob, []index.Extent{{File: file, End: int64(len(body))}})
			}
		}
		if err == nil {
			_, err = tx.PutObject(b, index.Object{Key: key, Blob: blob, Summary: index.Summary{Size: int64(len(body))}})
		}
		return err
	})
}

// ecc runs a command and returns what it printed.
func ecc(t *testing.T, args ...string) (string, error) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	done := make(chan string)
	go func() {
		var out bytes.Buffer
		_, _ = out.ReadFrom(r)
		done <- out.String()
	}()
	err = app().RunContext(t.Context(), append([]string{"ecc"}, args...))
	os.Stdout = stdout
	_ = w.Close()
	return <-done, err
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "data", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func mustFsck(t *testing.T, data string, wantCode int, args ...string) (r fsck.Report) {
	t.Helper()
	out, err := ecc(t, append([]string{"walrus", "fsck", "--json", "--data", data}, args...)...)
	code := 0
	if err != nil {
		code = exitCode(err)
	}
	if uerr := json.Unmarshal([]byte(out), &r); uerr != nil || code != wantCode {
		t.Fatalf("code %d, want %d (%v): %s", code, wantCode, err, out)
	}
	return r
}

func TestWalrusStats(t *testing.T) {
	data := mustStore(t)
	out, err := ecc(t, "walrus", "stats", "--data", data)
	for _, want := range []string{"box     123456789012  4", "123456789012  1        4        4         600.2 KiB  -", "data files  2, 600.0 KiB", "small objects in it: 2, 200 B"} {
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%v, %q is not in\n%s", err, want, out)
		}
	}
	if _, err := ecc(t, "walrus", "stats", "--data", t.TempDir()); err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("no store: %v", err)
	}
}

func TestWalrusFsck(t *testing.T) {
	data := mustStore(t)
	dir := filepath.Join(data, "walrus")
	if r := mustFsck(t, data, 0, "--verify"); r.Verified != 600<<10 || r.Census.Inline.Count != 2 {
		t.Errorf("in order: %+v", r)
	}
	all := files(t, dir)
	raw, err := os.ReadFile(all[0])
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(raw)
	bad[5000] ^= 1
	if err := os.WriteFile(all[0], bad, 0o600); err != nil {
		t.Fatal(err)
	}
	mustFsck(t, data, 0) // sizes only
	if r := mustFsck(t, data, 2, "--verify"); len(r.Problems) != 1 || !strings.Contains(r.Problems[0], "is corrupt: box/large/") {
		t.Errorf("corrupt: %q", r.Problems)
	}
	if err := os.Remove(all[0]); err != nil {
		t.Fatal(err)
	}
	if r := mustFsck(t, data, 2, "--repair"); len(r.Problems) != 1 || !strings.Contains(r.Problems[0], "is missing: box/large/") {
		t.Errorf("missing: %q", r.Problems)
	}
	if err := os.WriteFile(all[0], raw, 0o600); err != nil {
		t.Fatal(err)
	}
	stray := filepath.Join(dir, "data", "aa", datafile.ID(0xaa).String())
	if err := os.WriteFile(stray, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := mustFsck(t, data, 2); len(r.Problems) != 1 || !strings.HasPrefix(r.Problems[0], "orphan:") {
		t.Errorf("orphan: %q", r.Problems)
	}
	if r := mustFsck(t, data, 0, "--repair"); len(r.Repaired) != 1 {
		t.Errorf("repaired: %q", r.Repaired)
	}
	if _, err := os.Stat(stray); err == nil {
		t.Error("the orphan is still there")
	}
	if err := os.Truncate(filepath.Join(dir, "walrus.db"), 3*4096); err != nil {
		t.Fatal(err)
	}
	if r := mustFsck(t, data, 2, "--repair"); len(r.Problems) != 1 || !strings.Contains(r.Problems[0], "damaged") {
		t.Errorf("damaged index: %q", r.Problems)
	}
}

func TestWalrusFsckKeepsOff(t *testing.T) {
	data := mustStore(t)
	x, err := index.Open(filepath.Join(data, "walrus", "walrus.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if _, err := ecc(t, "walrus", "fsck", "--data", data); err == nil || !strings.Contains(err.Error(), "another ecc holds this file") {
		t.Errorf("%v", err)
	}
}

func TestWalrusExport(t *testing.T) {
	data := mustStore(t)
	for _, how := range [][]string{{}, {"--copy"}} {
		to := filepath.Join(t.TempDir(), "copy", "walrus")
		parent := filepath.Dir(to)
		if len(how) > 0 {
			parent = to // an empty folder is as good as none
		}
		if err := os.MkdirAll(parent, 0o700); err != nil {
			t.Fatal(err)
		}
		if out, err := ecc(t, append([]string{"walrus", "export", "--data", data, to}, how...)...); err != nil || !strings.Contains(out, "600.0 KiB") {
			t.Errorf("%v: %s", err, out)
		}
		mustFsck(t, filepath.Dir(to), 0, "--verify")
		if len(files(t, to)) != 2 {
			t.Errorf("%d data files in the copy", len(files(t, to)))
		}
		if _, err := ecc(t, "walrus", "export", "--data", data, to); err == nil || !strings.Contains(err.Error(), "not empty") {
			t.Errorf("onto a copy: %v", err)
		}
		inside := filepath.Join(data, "walrus", "copy")
		if _, err := ecc(t, "walrus", "export", "--data", data, inside); err == nil || !strings.Contains(err.Error(), "elsewhere") {
			t.Errorf("into the store: %v", err)
		}
		w, err := walrus.New(walrus.Config{Dir: to, Region: "us-east-1"}, nil, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		_ = w.Close()
	}
}
