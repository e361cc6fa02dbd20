package binary_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// files makes a small tree and a file that clients upload in parts. It returns
// the folder and the large file's bytes.
func files(t *testing.T) (dir string, large []byte) {
	t.Helper()
	dir = filepath.Join(tempDir(t), "tree")
	large = make([]byte, 9<<20) // the aws CLI splits from 8 MiB
	_, _ = rand.Read(large)     // never fails
	for name, b := range map[string][]byte{"large.bin": large, "a.txt": []byte("a"), "sub/ü b+c.txt": []byte("b"), "empty": nil} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, large
}

// wantSame compares two folders.
func wantSame(t *testing.T, one, two string) {
	t.Helper()
	if o := execute(t, environment(), "diff", "-r", one, two); o.code != 0 {
		t.Errorf("%s and %s differ: %s%s", one, two, o.stdout, o.stderr)
	}
}

func TestObjectsByTheAWSCLI(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	a := p.account("tenant")
	dir, _ := files(t)
	back := filepath.Join(tempDir(t), "back")

	a.aws(t, "s3", "mb", "s3://tree")
	a.aws(t, "s3", "sync", dir, "s3://tree/t", "--only-show-errors")
	list := a.aws(t, "s3", "ls", "s3://tree", "--recursive", "--summarize")
	if !strings.Contains(list, "t/sub/ü b+c.txt") || !strings.Contains(list, "Total Objects: 4") {
		t.Errorf("ls: %s", list)
	}
	a.aws(t, "s3", "cp", "s3://tree/t", back, "--recursive", "--only-show-errors")
	wantSame(t, dir, back)
	if again := a.aws(t, "s3", "sync", dir, "s3://tree/t"); again != "" {
		t.Errorf("a second sync: %s", again)
	}
	a.aws(t, "s3", "mv", "s3://tree/t/a.txt", "s3://tree/moved.txt", "--only-show-errors")

	url := a.aws(t, "s3", "presign", "s3://tree/moved.txt", "--expires-in", "60")
	if got := curl(t, url); got.stdout != "a 200" {
		t.Errorf("presigned GET: %+v", got)
	}
	if got := curl(t, strings.Replace(url, "moved", "other", 1)); got.code != 0 || !strings.HasSuffix(got.stdout, " 403") || !strings.Contains(got.stdout, "SignatureDoesNotMatch") {
		t.Errorf("presigned GET that was changed: %+v", got)
	}
	if full := a.try(t, "s3", "rb", "s3://tree"); full.code == 0 || !strings.Contains(full.stderr, "BucketNotEmpty") {
		t.Errorf("rb of a full bucket: %+v", full)
	}
	other := p.account("other")
	if no := other.try(t, "s3", "ls", "s3://tree"); no.code == 0 || !strings.Contains(no.stderr, "AccessDenied") {
		t.Errorf("another account: %+v", no)
	}
	a.aws(t, "s3", "rm", "s3://tree", "--recursive", "--only-show-errors")
	a.aws(t, "s3", "rb", "s3://tree")
	if list := a.aws(t, "s3", "ls"); list != "" {
		t.Errorf("buckets that are left: %s", list)
	}
}

// curl prints the answer's body and its status.
func curl(t *testing.T, args ...string) outcome {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl: apt-get install curl")
	}
	return execute(t, environment(), "curl", append([]string{"-sS", "--max-time", "30", "-w", " %{http_code}"}, args...)...)
}

// A signed URL is all that a client without keys needs.
func TestPresignedURLsByCurl(t *testing.T) {
	t.Parallel()
	p := newCloud(t)
	a := p.account("tenant")
	if _, err := a.s3().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("pre")}); err != nil {
		t.Fatal(err)
	}
	dir, large := files(t)
	signer := s3.NewPresignClient(a.s3(), s3.WithPresignExpires(time.Minute))
	put, err := signer.PresignPutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("pre"), Key: aws.String("l.bin")})
	if err != nil {
		t.Fatal(err)
	}
	get, err := signer.PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("pre"), Key: aws.String("l.bin")})
	if err != nil {
		t.Fatal(err)
	}
	if got := curl(t, "-T", filepath.Join(dir, "large.bin"), put.URL); got.stdout != " 200" {
		t.Fatalf("PUT: %+v", got)
	}
	to := filepath.Join(dir, "back.bin")
	if got := curl(t, "-o", to, get.URL); got.stdout != " 200" {
		t.Fatalf("GET: %+v", got)
	}
	if b, err := os.ReadFile(to); err != nil || !bytes.Equal(b, large) {
		t.Errorf("%d bytes came back, %v", len(b), err)
	}
	if got := curl(t, "-T", filepath.Join(dir, "a.txt"), get.URL); !strings.HasSuffix(got.stdout, " 403") {
		t.Errorf("a URL for GET takes a PUT: %+v", got)
	}
	if got := curl(t, "-r", "0-3", get.URL); got.code != 0 || !strings.HasSuffix(got.stdout, " 206") {
		t.Errorf("a range: %+v", got)
	}
	t.Run("too old", func(t *testing.T) {
		old := a.presignedAt(t, "/pre/l.bin", time.Now().Add(-time.Hour))
		if got := curl(t, old); !strings.HasSuffix(got.stdout, " 403") || !strings.Contains(got.stdout, "expired") {
			t.Errorf("%+v", got)
		}
	})
	t.Run("without a signature", func(t *testing.T) {
		if got := curl(t, p.endpoint()+"/pre/l.bin"); !strings.HasSuffix(got.stdout, " 403") || !strings.Contains(got.stdout, "AccessDenied") {
			t.Errorf("%+v", got)
		}
	})
}

// presignedAt makes a URL that was signed some time ago for ten minutes.
func (a account) presignedAt(t *testing.T, path string, at time.Time) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, a.Endpoint+path+"?X-Amz-Expires=600", nil)
	if err != nil {
		t.Fatal(err)
	}
	url, _, err := signer().PresignHTTP(context.Background(), a.credentials(), r, "UNSIGNED-PAYLOAD", "s3", a.Region, at)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func TestObjectsByS3cmd(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("s3cmd"); err != nil {
		t.Skip("there is no s3cmd: apt-get install s3cmd")
	}
	p := newCloud(t)
	a := p.account("tenant")
	dir, _ := files(t)
	config := filepath.Join(tempDir(t), "s3cfg")
	text := fmt.Sprintf("[default]\naccess_key = %s\nsecret_key = %s\nhost_base = %s\nhost_bucket = %s\nuse_https = False\nbucket_location = us-east-1\n",
		a.Key, a.Secret, p.listen(), p.listen())
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s3cmd := func(args ...string) string {
		t.Helper()
		o := execute(t, environment("HOME="+dir), "s3cmd", append([]string{"-c", config, "--no-progress"}, args...)...)
		if o.code != 0 {
			t.Fatalf("s3cmd %v: %+v", args, o)
		}
		return o.stdout
	}
	s3cmd("mb", "s3://tree")
	s3cmd("sync", "--multipart-chunk-size-mb=5", dir+"/", "s3://tree/t/")
	if list := s3cmd("ls", "--recursive", "s3://tree"); strings.Count(list, "s3://tree/t/") != 4 || !strings.Contains(list, "ü b+c.txt") {
		t.Errorf("ls: %s", list)
	}
	back := tempDir(t)
	s3cmd("get", "--recursive", "s3://tree/t/", back+"/")
	wantSame(t, dir, back)
	if info := s3cmd("info", "s3://tree/t/a.txt"); !strings.Contains(info, "0cc175b9c0f1b6a831c399e269772661") { // the MD5 of "a"
		t.Errorf("info: %s", info)
	}
	s3cmd("cp", "s3://tree/t/a.txt", "s3://tree/copy.txt")
	// s3cmd signs URLs by version 2.
	if got := curl(t, strings.TrimSpace(s3cmd("signurl", "s3://tree/copy.txt", "+600"))); got.stdout != "a 200" {
		t.Errorf("signed URL: %+v", got)
	}
	s3cmd("del", "--recursive", "--force", "s3://tree")
	s3cmd("rb", "s3://tree")
}
