package s3_test

import (
	"bufio"
	be "encoding/binary" // binary is the executable here
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// shell is a folder in which one account runs command line clients.
type shell struct {
	account
	t       *testing.T
	home    string
	options []string // of s3cmd, with every command
}

func (a account) shell(t *testing.T) *shell { return &shell{account: a, t: t, home: tempDir(t)} }

// try runs a program.
func (s *shell) try(name string, args ...string) outcome {
	s.t.Helper()
	return executeIn(s.t, s.home, s.environment(s.home), name, args...)
}

// run runs a program that must succeed, and returns what it printed.
func (s *shell) run(name string, args ...string) string {
	s.t.Helper()
	o := s.try(name, args...)
	if o.code != 0 {
		s.t.Fatalf("%s %s: exit %d\n%.3000s%.3000s", name, strings.Join(args, " "), o.code, o.stdout, o.stderr)
	}
	return strings.TrimSpace(o.stdout)
}

// aws runs Debian's aws CLI, which does not know AWS_ENDPOINT_URL.
func (s *shell) aws(args ...string) string {
	s.t.Helper()
	return s.run(need(s.t, "aws"), append([]string{"--endpoint-url", s.Endpoint, "--output", "json"}, args...)...)
}

// write makes a file in the shell's folder.
func (s *shell) write(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.home, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// curl prints the answer's body and its status.
func (s *shell) curl(args ...string) string {
	s.t.Helper()
	return s.run(need(s.t, "curl"), append([]string{"-sS", "--max-time", "60", "-w", " %{http_code}"}, args...)...)
}

// A URL signed by the aws CLI, by version 4, is all that curl needs.
func TestPresignedByTheAWSCLI(t *testing.T) {
	t.Parallel()
	s := newServer(t).account("tenant").shell(t)
	s.write("file", "hello")
	s.aws("s3", "mb", "s3://pre")
	s.aws("s3", "cp", "file", "s3://pre/a +ü%/file")
	url := s.aws("s3", "presign", "s3://pre/a +ü%/file", "--expires-in", "60")
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"the object", "hello 200", []string{url}},
		{"a range", "ell 206", []string{"-r", "1-3", url}},
		{"another method", " 403", []string{"-T", "file", url}},
		{"another key", " 403", []string{strings.Replace(url, "/file?", "/other?", 1)}},
		{"more time", " 403", []string{strings.Replace(url, "Expires=60", "Expires=600", 1)}},
		{"another query", " 403", []string{url + "&versionId=1"}},
		{"without a signature", " 403", []string{strings.Split(url, "?")[0]}},
	} {
		if got := s.curl(c.args...); !strings.HasSuffix(got, c.want) || c.want[0] != ' ' && got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// What the aws CLI puts as lifecycle is read back, and done by the loop.
func TestLifecycleByTheAWSCLI(t *testing.T) {
	t.Parallel()
	s := newServer(t).account("tenant").shell(t)
	s.aws("s3", "mb", "s3://life")
	s.write("file", "hello")
	for _, key := range []string{"old/1", "old/2", "kept/1"} {
		s.aws("s3", "cp", "file", "s3://life/"+key)
	}
	s.aws("s3api", "create-multipart-upload", "--bucket", "life", "--key", "old/3")
	s.write("rules.json", `{"Rules":[
		{"ID":"past","Status":"Enabled","Filter":{"Prefix":"old/"},"Expiration":{"Date":"2020-01-01T00:00:00Z"}},
		{"ID":"later","Status":"Enabled","Filter":{"And":{"Prefix":"","Tags":[{"Key":"a","Value":"b"}],"ObjectSizeGreaterThan":1}},"Expiration":{"Days":1}},
		{"ID":"versions","Status":"Disabled","Filter":{},"NoncurrentVersionExpiration":{"NoncurrentDays":3,"NewerNoncurrentVersions":2}},
		{"ID":"uploads","Status":"Enabled","Filter":{"Prefix":""},"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":1}}]}`)
	s.aws("s3api", "put-bucket-lifecycle-configuration", "--bucket", "life", "--lifecycle-configuration", "file://rules.json")
	got := s.aws("s3api", "get-bucket-lifecycle-configuration", "--bucket", "life")
	for _, want := range []string{`"ID": "past"`, `"Date": "2020-01-01T00:00:00`, `"ObjectSizeGreaterThan": 1`, `"NewerNoncurrentVersions": 2`, `"DaysAfterInitiation": 1`, `"Status": "Disabled"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	eventually(t, "the loop took what expired", func() error {
		list := s.aws("s3", "ls", "s3://life", "--recursive")
		if strings.Contains(list, "old/") || !strings.Contains(list, "kept/1") {
			return fmt.Errorf("there are %s", list)
		}
		return nil
	})
	if open := s.aws("s3api", "list-multipart-uploads", "--bucket", "life"); !strings.Contains(open, "old/3") {
		t.Errorf("an upload of today is gone: %s", open)
	}
	s.aws("s3api", "delete-bucket-lifecycle", "--bucket", "life")
	if o := s.try(need(t, "aws"), "--endpoint-url", s.Endpoint, "s3api", "get-bucket-lifecycle-configuration", "--bucket", "life"); !strings.Contains(o.stderr, "NoSuchLifecycleConfiguration") {
		t.Errorf("after it was deleted: %+v", o)
	}
}

// large is how many bytes go up in parts.
const large = 2 << 30

// Two GiB in parts: the aws CLI sends many at a time, in any order.
func TestLargeByTheAWSCLI(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("two GiB take a while")
	}
	s := newServer(t).account("tenant").shell(t)
	path := filepath.Join(s.home, "large")
	mustStamp(t, path)
	s.aws("s3", "mb", "s3://large")
	s.aws("s3", "cp", "large", "s3://large/k", "--only-show-errors")
	out, err := s.s3().GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("large"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	if aws.ToInt64(out.ContentLength) != large || !strings.HasSuffix(aws.ToString(out.ETag), `-256"`) {
		t.Errorf("%d bytes, ETag %s", aws.ToInt64(out.ContentLength), aws.ToString(out.ETag))
	}
	wantStamped(t, out.Body)
	s.aws("s3", "rm", "s3://large/k")
}

// stride is how far apart the stamps of a large file are; between them is
// nothing, so that it costs no disk.
const stride = 64 << 10

func mustStamp(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(large); err != nil {
		t.Fatal(err)
	}
	for at := int64(0); at < large; at += stride {
		if _, err := f.WriteAt(be.BigEndian.AppendUint64(nil, uint64(at)+1), at); err != nil {
			t.Fatal(err)
		}
	}
}

func wantStamped(t *testing.T, r io.Reader) {
	t.Helper()
	b := bufio.NewReaderSize(r, 1<<20)
	piece := make([]byte, stride)
	for at := uint64(0); at < large; at += stride {
		if _, err := io.ReadFull(b, piece); err != nil {
			t.Fatalf("at %d: %v", at, err)
		}
		if got := be.BigEndian.Uint64(piece); got != at+1 || !zero(piece[8:]) {
			t.Fatalf("at %d is what belongs at %d, or worse", at, got-1)
		}
	}
	if _, err := b.ReadByte(); err != io.EOF {
		t.Errorf("there is more: %v", err)
	}
}

func zero(b []byte) bool { return strings.Trim(string(b), "\x00") == "" }
