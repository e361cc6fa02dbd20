package walrus_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/roles/walrus"
)

// TestDiskFull: uploads are refused, all else works, and it recovers alone.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	s := mustServe(t, dir)
	s.mustBucket(t, blue, "full")
	s.mustPut(t, "full", "k", random(1, 100<<10))
	full := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Reserve = 1 << 60 })
	full.mustBucket(t, blue, "full")
	for _, n := range []int{1, 100 << 10} {
		_, err := full.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("full"), Key: aws.String("k"), Body: bytes.NewReader(random(1, n))})
		wantCode(t, err, "InsufficientStorage")
	}
	_, err := full.sdk(blue).DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("full")})
	wantCode(t, err, "")

	for _, point := range []string{"walrus.put.3.verified", "walrus.put.4.synced", "walrus.put.5.renamed", "walrus.put.6.index"} {
		failpoint.Enable(t, point, "error(the disk broke)*1")
		_, err := s.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("full"), Key: aws.String("k"), Body: bytes.NewReader(random(2, 200<<10))})
		wantCode(t, err, "InternalError")
		s.wantObject(t, "full", "k", random(1, 100<<10))
		if n := len(dataFiles(t, dir)); n != 1 {
			t.Errorf("%s: %d data files left, want 1", point, n)
		}
		if n := halfWritten(t, dir); n != 0 {
			t.Errorf("%s: %d things left half written", point, n)
		}
	}
	s.mustPut(t, "full", "k", random(2, 200<<10))
}

// TestRealDiskFull fills a small disk: with the reserve of the default, and
// with none, so that writes fail in the middle. What was acknowledged stays
// readable, and with the reserve deleting makes room again.
func TestRealDiskFull(t *testing.T) {
	for name, reserve := range map[string]cloud.Bytes{"reserve": 0, "none": 1} {
		t.Run(name, func(t *testing.T) {
			c := mustStartOnDisk(t, 100, reserve)
			c.mustBucket(t, blue, "full")
			keys := fill(t, c.server, 600<<10)
			keys = append(keys, fill(t, c.server, 10<<10)...)
			for _, k := range keys {
				n := 600 << 10
				if strings.HasPrefix(k, "10240/") {
					n = 10 << 10
				}
				c.wantObject(t, "full", k, random(7, n))
			}
			if reserve == 1 {
				return
			}
			for _, k := range keys {
				_, err := c.sdk(blue).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("full"), Key: &k})
				wantCode(t, err, "")
			}
			wait(t, "room again", func() bool {
				_, err := c.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("full"), Key: aws.String("k"), Body: bytes.NewReader(random(7, 600<<10))})
				return err == nil
			})
		})
	}
}

// fill writes objects of a size until the disk is full, and returns their
// keys.
func fill(t *testing.T, s *server, size int) (keys []string) {
	t.Helper()
	for i := 0; i < 20000; i++ {
		key := fmt.Sprintf("%d/%d", size, i)
		_, err := s.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("full"), Key: &key, Body: bytes.NewReader(random(7, size))})
		if err != nil {
			wantCode(t, err, "InsufficientStorage")
			return keys
		}
		keys = append(keys, key)
	}
	t.Error("the disk is never full")
	return keys
}

// TestStalledClient: a client that stops sending is cut off, and costs nobody
// else anything.
func TestStalledClient(t *testing.T) {
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Stall = 200 * time.Millisecond })
	s.mustBucket(t, blue, "slow")
	r := s.build(t, request{method: "PUT", path: "/slow/k", body: random(1, 100<<10)})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(wire.Bytes()[:50<<10]); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn) // ends because the server closes
	if err != nil || !strings.Contains(string(answer), "<Code>RequestTimeout</Code>") {
		t.Errorf("%q, %v", answer, err)
	}
	if _, err := s.get(t, "slow", "k"); code(err) != "NoSuchKey" {
		t.Errorf("the object: %v", err)
	}
	if n := halfWritten(t, s.dir); n != 0 {
		t.Errorf("%d things left half written", n)
	}
}

// TestRefusedBeforeTheBody: a client that asks first learns of a refusal
// without sending its body.
func TestRefusedBeforeTheBody(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "expect")
	for name, q := range map[string]request{
		"403": {path: "/expect/k", secret: "no"},
		"404": {path: "/nobucket/k"},
		"501": {path: "/expect/k?renameObject"},
		"100": {path: "/expect/k"},
	} {
		q.method, q.header, q.body = "PUT", map[string]string{"Expect": "100-continue"}, random(1, 1000)
		r := s.build(t, q)
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(4 * time.Second)); err != nil { // less than the server waits for a body
			t.Fatal(err)
		}
		var wire bytes.Buffer
		if err := r.Write(&wire); err != nil {
			t.Fatal(err)
		}
		head, _, _ := bytes.Cut(wire.Bytes(), []byte("\r\n\r\n"))
		if _, err := fmt.Fprintf(conn, "%s\r\n\r\n", head); err != nil {
			t.Fatal(err)
		}
		status := make([]byte, len("HTTP/1.1 100"))
		if _, err := io.ReadFull(conn, status); err != nil || string(status) != "HTTP/1.1 "+name {
			t.Errorf("%s: %q, %v", name, status, err)
		}
		_ = conn.Close()
	}
}

// TestKeysStayInside: whatever the keys are, nothing outside the folder is
// touched, and all inside is for its owner alone.
func TestKeysStayInside(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "in", "side")
	s := mustServe(t, dir)
	s.mustBucket(t, blue, "inside")
	for _, key := range oddKeys {
		s.mustPut(t, "inside", key, random(1, 20<<10))
	}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != root && path != filepath.Join(root, "in") && !strings.HasPrefix(path, dir) {
			t.Errorf("%s is outside", path)
		}
		info, err := d.Info()
		if err == nil && path != root && path != filepath.Join(root, "in") && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(dataFiles(t, dir)); got != len(oddKeys) {
		t.Errorf("%d data files for %d objects", got, len(oddKeys))
	}
}
