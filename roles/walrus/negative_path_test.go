package walrus_test

import (
	"bytes"
	"encoding/binary"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// oddNames are names that would lead somewhere else, were they paths.
var oddNames = []string{
	"../canary", "../../canary", "..", ".", "...", "a/../../canary", "/canary", "//canary", "../", "a/..", "..\\canary", "C:\\canary",
	"a\\..\\..\\canary", "a\x00b", "\x00", "%2e%2e%2fcanary", "%2e%2e/canary", "..%2f..%2fcanary", "canary\n", "~", "$(touch canary)",
	"data/../../canary", "tmp/x", "walrus.db", "data/walrus.db", strings.Repeat("k", 1024), strings.Repeat("../", 300),
}

// badNames are no keys.
var badNames = []string{strings.Repeat("k", 1025), "\xff\xfe", "a\xc0\xafb", strings.Repeat("€", 342)}

// TestNegative14Paths uses them wherever a request names something. The folder
// of the store stands in a folder that is watched: nothing outside is ever made,
// opened or changed, and inside are only names of the store's own.
func TestNegative14Paths(t *testing.T) {
	base := t.TempDir()
	root := filepath.Join(base, "up", "root")
	if err := os.MkdirAll(root, 0o700); err != nil {
		t.Fatal(err)
	}
	canaries := []string{filepath.Join(base, "canary"), filepath.Join(base, "up", "canary")}
	for _, c := range canaries {
		if err := os.WriteFile(c, []byte("canary"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := mustServe(t, root)
	s.mustBucket(t, blue, "bucket")
	s.mustPut(t, "bucket", "k", []byte("old"))
	events := watch(t, base, filepath.Join(base, "up"))
	for _, key := range append(oddNames, badNames...) {
		s.tryName(t, key)
	}
	for _, name := range events() {
		if name != "root" {
			t.Errorf("%q was touched outside the store", name)
		}
	}
	for _, c := range canaries {
		if b, err := os.ReadFile(c); string(b) != "canary" {
			t.Errorf("%s: %q, %v", c, b, err)
		}
	}
	wantOwnNames(t, root)
}

// tryName puts, reads, copies and deletes under a name; a good one is stored as
// it is written, a bad one refused.
func (s *server) tryName(t *testing.T, key string) {
	t.Helper()
	good := len(key) <= 1024 && utf8.ValidString(key)
	escaped := "/bucket/" + strings.ReplaceAll(url.PathEscape(key), "+", "%2B")
	want := func(what string, status int, body string) {
		t.Helper()
		if good != (status == 200) || (!good && status != 400) {
			t.Errorf("%s %q: %d %s", what, key, status, body)
		}
	}
	content := []byte("bytes of " + key)
	for _, size := range []int{len(content), 100 << 10} { // beside the index, and in a file
		body := bytes.Repeat(content, 1+size/len(content))
		status, answer := s.send(t, request{method: "PUT", path: escaped, body: body})
		want("put", status, answer)
		status, answer = s.send(t, request{method: "GET", path: escaped})
		want("get", status, answer)
		if good && answer != string(body) {
			t.Errorf("get %q: %d bytes, want %d", key, len(answer), len(body))
		}
	}
	status, answer := s.send(t, request{method: "PUT", path: "/bucket/copy", header: map[string]string{"X-Amz-Copy-Source": strings.TrimPrefix(escaped, "/")}})
	want("copy of", status, answer)
	status, answer = s.send(t, request{method: "POST", path: escaped + "?uploads"})
	want("upload of", status, answer)
	status, answer = s.send(t, request{method: "GET", path: "/bucket/k?versionId=" + url.QueryEscape(key)})
	if status != 400 && status != 404 {
		t.Errorf("version %q: %d %s", key, status, answer)
	}
	status, answer = s.send(t, request{method: "GET", path: "/bucket?prefix=" + url.QueryEscape(key)})
	if status != 200 && status != 400 {
		t.Errorf("prefix %q: %d %s", key, status, answer)
	}
	if good {
		status, answer = s.send(t, request{method: "DELETE", path: escaped})
		if status != 204 {
			t.Errorf("delete %q: %d %s", key, status, answer)
		}
	}
}

// wantOwnNames fails the test if a file in the store's folder has a name that
// comes from a request.
func wantOwnNames(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if strings.Contains(name, "canary") || strings.ContainsAny(name, "\\%$~\x00\n") || len(name) > 64 {
			t.Errorf("a name of a request: %q", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// watch returns a function that tells which names in some folders were made,
// opened, changed or removed since.
func watch(t *testing.T, dirs ...string) func() []string {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	for _, dir := range dirs {
		if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_ALL_EVENTS&^(unix.IN_ACCESS|unix.IN_CLOSE_NOWRITE)); err != nil {
			t.Fatal(err)
		}
	}
	return func() (names []string) {
		buf := make([]byte, 64<<10)
		for {
			n, err := unix.Read(fd, buf)
			if err != nil || n <= 0 {
				return names
			}
			for at := 0; at+unix.SizeofInotifyEvent <= n; {
				size := int(binary.NativeEndian.Uint32(buf[at+12:]))
				from := at + unix.SizeofInotifyEvent
				names = append(names, strings.TrimRight(string(buf[from:from+size]), "\x00"))
				at = from + size
			}
		}
	}
}
