package s3_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// words are the arguments of s3cmd, before them those that name the server.
func (s *shell) words(args ...string) []string {
	host := strings.TrimPrefix(s.Endpoint, "http://")
	return append([]string{"--access_key=" + s.Key, "--secret_key=" + s.Secret, "--host=" + host, "--host-bucket=" + host,
		"--no-ssl", "--region=" + s.Region, "--no-progress"}, append(slices.Clone(s.options), args...)...)
}

// s3cmd runs s3cmd.
func (s *shell) s3cmd(args ...string) string {
	s.t.Helper()
	return s.run(need(s.t, "s3cmd"), s.words(args...)...)
}

func TestS3cmd(t *testing.T) {
	t.Parallel()
	s3cmdDay(newServer(t).account("tenant").shell(t))
}

// The same with signatures of version 2, where they are configured. (Where they
// are not, s3cmd is told to use version 4, and does.)
func TestS3cmdVersion2(t *testing.T) {
	t.Parallel()
	a := newServer(t, "--set", "signature_v2=true").account("tenant")
	s := a.shell(t)
	s.options = []string{"--signature-v2"}
	s3cmdDay(s)
}

func s3cmdDay(s *shell) {
	t := s.t
	s.write("small", "hello")
	big := value{there: true, seed: 7, size: 18 << 20}.bytes()
	s.write("big", string(big))
	s.s3cmd("mb", "s3://cmd")
	s.s3cmd("put", "--multipart-chunk-size-mb=5", "big", "s3://cmd/a +ü/big")
	s.s3cmd("put", "--mime-type=text/x", "--add-header=x-amz-meta-colour:blue", "small", "s3://cmd/small")
	s.s3cmd("get", "s3://cmd/a +ü/big", "back")
	if got, err := os.ReadFile(filepath.Join(s.home, "back")); err != nil || !bytes.Equal(got, big) {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
	for _, c := range [][2]string{
		{"ls s3://cmd", "DIR"}, {"la", "s3://cmd/small"}, {"du s3://cmd", "objects"},
		{"info s3://cmd/small", "5d41402abc4b2a76b9719d911017c592"}, {"info s3://cmd", "us-east-1"},
		{"cp s3://cmd/small s3://cmd/copy", "remote copy"}, {"mv s3://cmd/copy s3://cmd/moved", "move:"},
		{"modify --add-header=x-amz-meta-colour:red s3://cmd/small", "modify"},
	} {
		if got := s.s3cmd(strings.Fields(c[0])...); !strings.Contains(got, c[1]) {
			t.Errorf("%s: no %q in %s", c[0], c[1], got)
		}
	}
	if got := s.s3cmd("info", "s3://cmd/small"); !strings.Contains(got, "red") {
		t.Errorf("modified: %s", got)
	}
	s.s3cmd("del", "--recursive", "--force", "s3://cmd")
	s.s3cmd("rb", "s3://cmd")
}

// s3cmd signs URLs by version 2.
func TestSignedByS3cmd(t *testing.T) {
	t.Parallel()
	s := newServer(t).account("tenant").shell(t)
	s.write("file", "hello")
	s.s3cmd("mb", "s3://pre")
	s.s3cmd("put", "file", "s3://pre/a +ü/file")
	url := s.s3cmd("signurl", "s3://pre/a +ü/file", "+60")
	if !strings.Contains(url, "Signature=") || strings.Contains(url, "X-Amz") {
		t.Fatalf("not version 2: %s", url)
	}
	for name, c := range map[string][2]string{
		"the object":  {url, "hello 200"},
		"another key": {strings.Replace(url, "/file?", "/other?", 1), " 403"},
		"more time":   {strings.Replace(url, "Expires=", "Expires=1", 1), " 403"},
		"too late":    {s.s3cmd("signurl", "s3://pre/a +ü/file", "1000000000"), " 403"},
	} {
		if got := s.curl(c[0]); !strings.HasSuffix(got, c[1]) {
			t.Errorf("%s: %s, want %s", name, got, c[1])
		}
	}
}

// Access by ACL, by policy and across origins, as s3cmd sets it.
func TestAccessByS3cmd(t *testing.T) {
	t.Parallel()
	s := newServer(t).account("tenant").shell(t)
	s.write("file", "hello")
	s.s3cmd("mb", "s3://acc")
	s.s3cmd("put", "file", "s3://acc/file")
	url := s.Endpoint + "/acc/file"
	want := func(when, want string) {
		t.Helper()
		if got := s.curl(url); !strings.HasSuffix(got, want) {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	want("at first", " 403")
	o := s.try(need(t, "s3cmd"), s.words("setacl", "--acl-public", "s3://acc/file")...)
	if o.code == 0 || !strings.Contains(o.stderr, "AccessControlListNotSupported") {
		t.Errorf("setacl in a bucket without ACLs: %+v", o)
	}
	s.aws("s3api", "delete-public-access-block", "--bucket", "acc")
	s.aws("s3api", "put-bucket-ownership-controls", "--bucket", "acc", "--ownership-controls", "Rules=[{ObjectOwnership=ObjectWriter}]")
	s.s3cmd("setacl", "--acl-public", "s3://acc/file")
	want("public by ACL", "hello 200")
	s.s3cmd("setacl", "--acl-private", "s3://acc/file")
	want("private by ACL", " 403")
	s.write("policy.json", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acc/*"}]}`)
	s.s3cmd("setpolicy", "policy.json", "s3://acc")
	want("public by policy", "hello 200")
	s.s3cmd("delpolicy", "s3://acc")
	want("policy deleted", " 403")
	s.write("cors.xml", corsDoc)
	s.s3cmd("setcors", "cors.xml", "s3://acc")
	s.s3cmd("delcors", "s3://acc")
	s.write("life.xml", lifecycleDoc)
	s.s3cmd("setlifecycle", "life.xml", "s3://acc")
	if got := s.s3cmd("getlifecycle", "s3://acc"); !strings.Contains(got, "logs/") {
		t.Errorf("lifecycle: %s", got)
	}
	s.s3cmd("dellifecycle", "s3://acc")
}
