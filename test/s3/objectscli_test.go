package s3_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// api calls an operation and returns its answer, decoded.
func (s *shell) api(operation string, args ...string) map[string]any {
	s.t.Helper()
	out := s.aws(append([]string{"s3api", operation}, args...)...)
	answer := map[string]any{}
	if out == "" {
		return answer
	}
	d := json.NewDecoder(strings.NewReader(out))
	d.UseNumber()
	if err := d.Decode(&answer); err != nil {
		s.t.Fatalf("%s: %v in %s", operation, err, out)
	}
	return answer
}

// refused calls an operation that must fail with a code.
func (s *shell) refused(code, operation string, args ...string) {
	s.t.Helper()
	o := s.try(need(s.t, "aws"), append([]string{"--endpoint-url", s.Endpoint, "s3api", operation}, args...)...)
	if o.code == 0 || !strings.Contains(o.stderr, "("+code+")") {
		s.t.Errorf("%s: exit %d, %s%s; want %s", operation, o.code, o.stdout, o.stderr, code)
	}
}

// told is a value of an answer as text, by its path.
func told(v any, path ...any) string {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			list, _ := v.([]any)
			if p >= len(list) {
				return "nothing"
			}
			v = list[p]
		}
	}
	return fmt.Sprint(v)
}

// Versions, tags and locks as the aws CLI says them.
func TestVersionsByTheAWSCLI(t *testing.T) {
	t.Parallel()
	s := newServer(t).account("tenant").shell(t)
	want := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	s.aws("s3api", "create-bucket", "--bucket", "vault", "--object-lock-enabled-for-bucket")
	on := []string{"--bucket", "vault", "--key", "dir/k"}
	with := func(more ...string) []string { return append(on[:len(on):len(on)], more...) }
	s.write("one", "one")
	s.write("two", "two")
	first := told(s.api("put-object", with("--body", "one", "--tagging", "a=1&b=x y", "--metadata", "colour=blue", "--storage-class", "STANDARD_IA")...), "VersionId")
	until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	second := told(s.api("put-object", with("--body", "two", "--object-lock-mode", "GOVERNANCE", "--object-lock-retain-until-date", until, "--checksum-algorithm", "SHA256")...), "VersionId")
	want("tags", told(s.api("get-object-tagging", with("--version-id", first)...), "TagSet", 1, "Value"), "x y")
	want("class", told(s.api("head-object", with("--version-id", first)...), "StorageClass"), "STANDARD_IA")
	want("mode", told(s.api("get-object-retention", on...), "Retention", "Mode"), "GOVERNANCE")
	attributes := s.api("get-object-attributes", with("--object-attributes", "ObjectSize", "StorageClass", "Checksum", "ETag")...)
	want("size", told(attributes, "ObjectSize"), "3")
	want("checksum", told(attributes, "Checksum", "ChecksumSHA256"), "P8TM/nRYcOLA2Z9x8w/wZWyN7dQcwdfT03aw2+aF4vM=")
	s.refused("AccessDenied", "delete-object", with("--version-id", second)...)
	s.api("put-object-legal-hold", with("--version-id", first, "--legal-hold", "Status=ON")...)
	want("hold", told(s.api("get-object-legal-hold", with("--version-id", first)...), "LegalHold", "Status"), "ON")
	s.refused("AccessDenied", "delete-object", with("--version-id", first, "--bypass-governance-retention")...)
	s.refused("InvalidObjectState", "restore-object", with("--restore-request", "Days=1")...)
	marker := told(s.api("delete-object", on...), "VersionId")
	list := s.api("list-object-versions", "--bucket", "vault", "--prefix", "dir/")
	want("versions", told(list, "Versions", 0, "VersionId")+told(list, "Versions", 1, "VersionId")+told(list, "DeleteMarkers", 0, "VersionId"), second+first+marker)
	want("latest", told(list, "DeleteMarkers", 0, "IsLatest")+told(list, "Versions", 0, "IsLatest"), "truefalse")
	// An older version is brought back by a copy of it onto its key.
	s.api("copy-object", with("--copy-source", "vault/dir/k?versionId="+first)...)
	s.aws("s3", "cp", "s3://vault/dir/k", "back")
	if b, err := os.ReadFile(filepath.Join(s.home, "back")); err != nil || string(b) != "one" {
		t.Errorf("brought back: %q, %v", b, err)
	}
	s.api("delete-object", with("--version-id", second, "--bypass-governance-retention")...)
	s.refused("NoSuchVersion", "get-object", with("--version-id", second, "gone")...)
	s.refused("MethodNotAllowed", "get-object", with("--version-id", marker, "gone")...)
}

// A large object is copied by the aws CLI in parts, with its tags and metadata;
// its parts are told of.
func TestCopyInPartsByTheAWSCLI(t *testing.T) {
	t.Parallel()
	s := newServer(t).account("tenant").shell(t)
	s.aws("s3", "mb", "s3://parts")
	s.write("part", strings.Repeat("0123456789abcdef", 1<<20)) // 16 MiB: two parts
	s.aws("s3", "cp", "part", "s3://parts/first", "--metadata", "colour=blue")
	s.api("put-object-tagging", "--bucket", "parts", "--key", "first", "--tagging", "TagSet=[{Key=a,Value=1}]")
	s.aws("s3", "cp", "s3://parts/first", "s3://parts/second")
	head := s.api("head-object", "--bucket", "parts", "--key", "second", "--part-number", "1")
	if told(head, "PartsCount") != "2" || told(head, "Metadata", "colour") != "blue" || told(head, "ContentLength") != fmt.Sprint(8<<20) {
		t.Errorf("the first part of the copy: %v", head)
	}
	if tags := s.api("get-object-tagging", "--bucket", "parts", "--key", "second"); told(tags, "TagSet", 0, "Value") != "1" {
		t.Errorf("tags of the copy: %v", tags)
	}
	attributes := s.api("get-object-attributes", "--bucket", "parts", "--key", "second", "--object-attributes", "ObjectParts", "ETag")
	if told(attributes, "ObjectParts", "TotalPartsCount") != "2" || !strings.HasSuffix(told(attributes, "ETag"), "-2") {
		t.Errorf("attributes of the copy: %v", attributes)
	}
	s.aws("s3", "cp", "s3://parts/second", "again")
	a, errA := os.ReadFile(filepath.Join(s.home, "part"))
	b, errB := os.ReadFile(filepath.Join(s.home, "again"))
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Errorf("what came back differs: %d bytes, %v, %v", len(b), errA, errB)
	}
}
