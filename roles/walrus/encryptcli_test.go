package walrus_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEncryptionWithCommands: the aws CLI, which asks for a copy in parts and
// for ranges in parallel, and s3cmd.
func TestEncryptionWithCommands(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	s.mustBucket(t, blue, "enc")
	k := mustKey(t, mustKeys(t, s.dir), "alias/cli")
	for _, path := range awsCommands(t)[:1] {
		sh := s.shell(t)
		aws := func(args ...string) string {
			t.Helper()
			return sh.run(t, path, append([]string{"--endpoint-url", s.url}, args...)...)
		}
		body := random(4, 20<<20+7)
		for name, data := range map[string][]byte{"file": body, "key": random(77, 32)} {
			if err := os.WriteFile(filepath.Join(sh.home, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, way := range [][]string{{"--sse", "AES256"}, {"--sse", "aws:kms", "--sse-kms-key-id", "alias/cli"}, {"--sse-c", "AES256", "--sse-c-key", "fileb://key"}} {
			aws(append([]string{"s3", "cp", "--no-progress", "file", "s3://enc/one"}, way...)...)
			read := way
			if way[0] == "--sse" {
				read = nil
			}
			source := append([]string{"s3", "cp", "--no-progress", "s3://enc/one", "s3://enc/two"}, way...)
			if way[0] == "--sse-c" {
				source = append(source, "--sse-c-copy-source", "AES256", "--sse-c-copy-source-key", "fileb://key")
			}
			aws(source...)
			for _, object := range []string{"one", "two"} {
				aws(append([]string{"s3", "cp", "--no-progress", "s3://enc/" + object, "back"}, read...)...)
				if got, err := os.ReadFile(filepath.Join(sh.home, "back")); err != nil || !bytes.Equal(got, body) {
					t.Errorf("%s, %s: %d bytes back, %v", strings.Join(way, " "), object, len(got), err)
				}
			}
		}
		aws("s3api", "put-bucket-encryption", "--bucket", "enc", "--server-side-encryption-configuration",
			`{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"`+k.ID+`"},"BucketKeyEnabled":true}]}`)
		if got := aws("s3api", "get-bucket-encryption", "--bucket", "enc"); !strings.Contains(got, k.ID) {
			t.Errorf("get-bucket-encryption: %s", got)
		}
		aws("s3", "cp", "--no-progress", "file", "s3://enc/unasked")
		if got := aws("s3api", "head-object", "--bucket", "enc", "--key", "unasked"); !strings.Contains(got, k.ARN) || !strings.Contains(got, `"BucketKeyEnabled": true`) {
			t.Errorf("head-object: %s", got)
		}
		aws("s3api", "delete-bucket-encryption", "--bucket", "enc")
	}
}

func TestEncryptionWithS3cmd(t *testing.T) {
	need(t, "s3cmd")
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	s.mustBucket(t, blue, "enc")
	k := mustKey(t, mustKeys(t, s.dir), "alias/s3cmd")
	sh := s.shell(t)
	body := random(4, 17<<20)
	if err := os.WriteFile(filepath.Join(sh.home, "file"), body, 0o600); err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(s.url, "http://")
	cmd := func(args ...string) string {
		t.Helper()
		return sh.run(t, "s3cmd", append([]string{"--no-ssl", "--no-progress", "--force", "--host=" + host, "--host-bucket=" + host, "--access_key=" + blue, "--secret_key=" + secret}, args...)...)
	}
	for object, way := range map[string]string{"s3": "--server-side-encryption", "kms": "--server-side-encryption-kms-id=" + k.ID} {
		cmd("put", way, "--multipart-chunk-size-mb=5", "file", "s3://enc/"+object)
		cmd("get", "s3://enc/"+object, "back")
		if got, err := os.ReadFile(filepath.Join(sh.home, "back")); err != nil || !bytes.Equal(got, body) {
			t.Errorf("%s: %d bytes back, %v", object, len(got), err)
		}
		if got, want := cmd("info", "s3://enc/"+object), map[string]string{"s3": "AES256", "kms": "aws:kms"}[object]; !strings.Contains(got, want) {
			t.Errorf("info of %s: %s", object, got)
		}
	}
}
