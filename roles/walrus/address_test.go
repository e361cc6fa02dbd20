package walrus_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"ecc/roles/walrus"
)

// inHosts lets a walrus find buckets in hosts below d.test.
func inHosts(c *walrus.Config) { c.Domain = "d.test" }

// TestVirtualHosts speaks to buckets in hosts, through the SDK.
func TestVirtualHosts(t *testing.T) {
	s := mustServe(t, t.TempDir(), inHosts)
	address := strings.TrimPrefix(s.url, "http://")
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address) // whatever the name
	}}
	t.Cleanup(transport.CloseIdleConnections)
	c := s3.New(s3.Options{
		Region: region, BaseEndpoint: aws.String("http://d.test:8773"), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(blue, secret, ""), HTTPClient: &http.Client{Transport: transport},
	})
	for _, bucket := range []string{"bucket", "dotted.bucket", "111111111111"} {
		if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"k", "a b/ü+?", "bucket/k", "v20180820/tags/x"} {
			body := []byte(bucket + key)
			if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body)}); err != nil {
				t.Fatalf("%s/%s: %v", bucket, key, err)
			}
			s.wantObject(t, bucket, key, body) // by path
		}
		list, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket})
		if err != nil || len(list.Contents) != 4 {
			t.Errorf("%s: %+v, %v", bucket, list, err)
		}
	}
}

// TestOddHosts writes one host in many ways. All are signed as they are sent.
func TestOddHosts(t *testing.T) {
	s := mustServe(t, t.TempDir(), inHosts)
	s.mustBucket(t, blue, "bucket")
	s.mustPut(t, "bucket", "k", []byte("x"))
	for host, path := range map[string]string{
		"bucket.d.test": "/k", "bucket.d.test:8773": "/k", "BUCKET.D.Test": "/k", "bucket.d.test.": "/k", "Bucket.d.test.:80": "/k",
		"d.test": "/bucket/k", "D.TEST.:1": "/bucket/k", "other.test": "/bucket/k", "[::1]:8773": "/bucket/k", "127.0.0.1": "/bucket/k", "d.test.evil": "/bucket/k",
	} {
		if status, body := s.send(t, request{method: "GET", path: path, host: host}); status != 200 || body != "x" {
			t.Errorf("%s%s: %d %s", host, path, status, body)
		}
	}
	s.wantError(t, "a host of no bucket", request{method: "GET", path: "/k", host: "nobucket.d.test"}, 404, "NoSuchBucket")
	s.wantError(t, "a bucket nobody can have", request{method: "GET", path: "/k", host: "-_-.d.test"}, 404, "NoSuchBucket")
	s.wantError(t, "another case in the path", request{method: "GET", path: "/Bucket/k"}, 404, "NoSuchBucket")
}

// TestAWSCLIHosts: the aws CLI with buckets in hosts, and S3 Control, which has
// the account there. The server takes requests that are sent to it as to a proxy,
// so that no name must be resolved.
func TestAWSCLIHosts(t *testing.T) {
	for i, path := range awsCommands(t) {
		t.Run(fmt.Sprint(i, "_", filepath.Dir(path)), func(t *testing.T) {
			s := mustServe(t, t.TempDir(), inHosts).shell(t)
			if err := os.WriteFile(filepath.Join(s.home, "config"), []byte("[default]\ns3 =\n  addressing_style = virtual\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			run := func(args ...string) string {
				t.Helper()
				cmd := exec.CommandContext(t.Context(), path, append([]string{"--endpoint-url", "http://d.test:8773"}, args...)...)
				cmd.Dir = s.home
				cmd.Env = append(os.Environ(), "HOME="+s.home, "AWS_CONFIG_FILE="+filepath.Join(s.home, "config"), "AWS_ACCESS_KEY_ID="+blue, "AWS_SECRET_ACCESS_KEY="+secret,
					"AWS_DEFAULT_REGION="+region, "HTTP_PROXY="+s.url, "http_proxy="+s.url, "NO_PROXY=", "no_proxy=",
					"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1")
				out, err := cmd.CombinedOutput()
				if strings.Contains(string(out), "Invalid choice") {
					t.Skipf("this aws CLI is older than %s %s", args[0], args[1])
				}
				if err != nil {
					t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, out)
				}
				return string(out)
			}
			if err := os.WriteFile(filepath.Join(s.home, "file"), []byte("by host"), 0o600); err != nil {
				t.Fatal(err)
			}
			run("s3", "mb", "s3://bucket")
			run("s3", "cp", "file", "s3://bucket/odd ü+/k")
			s.wantObject(t, "bucket", "odd ü+/k", []byte("by host"))
			arn := "arn:aws:s3:::bucket"
			run("s3control", "tag-resource", "--account-id", string(accounts[0].ID), "--resource-arn", arn, "--tags", "Key=team,Value=blue")
			if out := run("s3control", "list-tags-for-resource", "--account-id", string(accounts[0].ID), "--resource-arn", arn); !strings.Contains(out, "team") {
				t.Errorf("tags: %s", out)
			}
			if out := run("s3api", "get-bucket-tagging", "--bucket", "bucket"); !strings.Contains(out, "team") {
				t.Errorf("the bucket's tags: %s", out)
			}
			run("s3control", "untag-resource", "--account-id", string(accounts[0].ID), "--resource-arn", arn, "--tag-keys", "team")
			if out := run("s3control", "list-tags-for-resource", "--account-id", string(accounts[0].ID), "--resource-arn", arn); strings.Contains(out, "team") {
				t.Errorf("tags afterwards: %s", out)
			}
		})
	}
}
