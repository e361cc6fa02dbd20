package walrus_test

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/minio-go/v7"

	"ecc/roles/walrus"
	"ecc/roles/walrus/keyring"
)

// mustKeys opens the keyring of a server's folder, as ecc keys does.
func mustKeys(tb testing.TB, dir string) *keyring.Ring {
	tb.Helper()
	r, err := keyring.Open(keyring.Config{Path: filepath.Join(dir+".keys", "walrus.keyring"), Region: region})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func mustKey(tb testing.TB, r *keyring.Ring, alias string) keyring.Key {
	tb.Helper()
	k, err := r.Create(accounts[0].ID, alias)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// sse is a way to encrypt an object.
type sse struct {
	name     string
	method   types.ServerSideEncryption
	keyID    *string
	arn      string // what answers call the key
	customer []byte
	unasked  bool // the bucket does it by itself
}

// asked is the method that requests ask for.
func (e sse) asked() types.ServerSideEncryption {
	if e.unasked {
		return ""
	}
	return e.method
}

func (e sse) algorithm() *string {
	if e.customer == nil {
		return nil
	}
	return aws.String("AES256")
}

func (e sse) key() *string {
	if e.customer == nil {
		return nil
	}
	return aws.String(base64.StdEncoding.EncodeToString(e.customer))
}

func (e sse) md5() *string {
	if e.customer == nil {
		return nil
	}
	sum := md5.Sum(e.customer)
	return aws.String(base64.StdEncoding.EncodeToString(sum[:]))
}

func (e sse) put(tb testing.TB, c *s3.Client, key string, body []byte) *s3.PutObjectOutput {
	tb.Helper()
	out, err := c.PutObject(tb.Context(), &s3.PutObjectInput{
		Bucket: aws.String("enc"), Key: &key, Body: bytes.NewReader(body), ServerSideEncryption: e.asked(), SSEKMSKeyId: e.keyID,
		SSECustomerAlgorithm: e.algorithm(), SSECustomerKey: e.key(), SSECustomerKeyMD5: e.md5(),
	})
	if err != nil {
		tb.Fatalf("put %s: %v", key, err)
	}
	return out
}

// get reads a range of an object, all of it for "".
func (e sse) get(tb testing.TB, c *s3.Client, key, span string) ([]byte, *s3.GetObjectOutput, error) {
	tb.Helper()
	in := &s3.GetObjectInput{Bucket: aws.String("enc"), Key: &key, SSECustomerAlgorithm: e.algorithm(), SSECustomerKey: e.key(), SSECustomerKeyMD5: e.md5()}
	if span != "" {
		in.Range = &span
	}
	out, err := c.GetObject(tb.Context(), in)
	if err != nil {
		return nil, nil, err
	}
	defer out.Body.Close()
	b, err := io.ReadAll(out.Body)
	return b, out, err
}

func (e sse) begin(tb testing.TB, c *s3.Client, key string) *string {
	tb.Helper()
	out, err := c.CreateMultipartUpload(tb.Context(), &s3.CreateMultipartUploadInput{
		Bucket: aws.String("enc"), Key: &key, ServerSideEncryption: e.asked(), SSEKMSKeyId: e.keyID,
		SSECustomerAlgorithm: e.algorithm(), SSECustomerKey: e.key(), SSECustomerKeyMD5: e.md5(),
	})
	if err != nil {
		tb.Fatalf("begin %s: %v", key, err)
	}
	return out.UploadId
}

func (e sse) finish(tb testing.TB, c *s3.Client, key string, id *string, parts []types.CompletedPart) {
	tb.Helper()
	out, err := c.CompleteMultipartUpload(tb.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: aws.String("enc"), Key: &key, UploadId: id, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	if err != nil {
		tb.Fatalf("complete %s: %v", key, err)
	}
	if out.ServerSideEncryption != e.method || e.arn != aws.ToString(out.SSEKMSKeyId) {
		tb.Errorf("complete %s: answered %q %q", key, out.ServerSideEncryption, aws.ToString(out.SSEKMSKeyId))
	}
}

// upload puts an object in parts of five MiB.
func (e sse) upload(tb testing.TB, c *s3.Client, key string, body []byte) {
	tb.Helper()
	id := e.begin(tb, c, key)
	var parts []types.CompletedPart
	for n := int32(1); len(body) > 0; n++ {
		piece := body[:min(len(body), 5<<20)]
		body = body[len(piece):]
		out, err := c.UploadPart(tb.Context(), &s3.UploadPartInput{
			Bucket: aws.String("enc"), Key: &key, UploadId: id, PartNumber: &n, Body: bytes.NewReader(piece),
			SSECustomerAlgorithm: e.algorithm(), SSECustomerKey: e.key(), SSECustomerKeyMD5: e.md5(),
		})
		if err != nil {
			tb.Fatalf("part %d of %s: %v", n, key, err)
		}
		if out.ServerSideEncryption != e.method || aws.ToString(out.SSECustomerKeyMD5) != aws.ToString(e.md5()) {
			tb.Errorf("part %d of %s: answered %q %q", n, key, out.ServerSideEncryption, aws.ToString(out.SSECustomerKeyMD5))
		}
		e.wantTag(tb, key, aws.ToString(out.ETag), piece)
		parts = append(parts, types.CompletedPart{PartNumber: &n, ETag: out.ETag})
	}
	e.finish(tb, c, key, id, parts)
}

// wantTag fails unless an ETag is the MD5 where S3 has that, and only there.
func (e sse) wantTag(tb testing.TB, key, tag string, body []byte) {
	tb.Helper()
	sum := md5.Sum(body)
	is, want := strings.Trim(tag, `"`) == hex.EncodeToString(sum[:]), e.customer == nil && e.method != types.ServerSideEncryptionAwsKms
	if is != want || len(tag) != 34 {
		tb.Errorf("%s: ETag %s; it is the MD5: %v, want %v", key, tag, is, want)
	}
}

// want fails the test unless an object has these bytes, whole and by range,
// and its headers say how it is encrypted.
func (e sse) want(tb testing.TB, c *s3.Client, key string, want []byte) {
	tb.Helper()
	got, out, err := e.get(tb, c, key, "")
	if err != nil || !bytes.Equal(got, want) {
		tb.Errorf("%s: %d bytes of %d, %v", key, len(got), len(want), err)
		return
	}
	if out.ServerSideEncryption != e.method || aws.ToString(out.SSEKMSKeyId) != e.arn ||
		aws.ToString(out.SSECustomerAlgorithm) != aws.ToString(e.algorithm()) || aws.ToString(out.SSECustomerKeyMD5) != aws.ToString(e.md5()) {
		tb.Errorf("%s: answered %q %q %q", key, out.ServerSideEncryption, aws.ToString(out.SSEKMSKeyId), aws.ToString(out.SSECustomerKeyMD5))
	}
	n := len(want)
	for _, r := range [][2]int{{0, 0}, {n - 1, n - 1}, {n / 3, n/3 + 70_000}, {n - 3, n - 1}, {65_519, 65_521}, {5<<20 - 2, 5<<20 + 2}} {
		if r[1] = min(r[1], n-1); r[0] < 0 || r[0] > r[1] {
			continue
		}
		got, _, err := e.get(tb, c, key, fmt.Sprintf("bytes=%d-%d", r[0], r[1]))
		if err != nil || !bytes.Equal(got, want[r[0]:r[1]+1]) {
			tb.Errorf("%s, bytes %d to %d: %d bytes, %v", key, r[0], r[1], len(got), err)
		}
	}
	head, err := c.HeadObject(tb.Context(), &s3.HeadObjectInput{
		Bucket: aws.String("enc"), Key: &key, SSECustomerAlgorithm: e.algorithm(), SSECustomerKey: e.key(), SSECustomerKeyMD5: e.md5(),
	})
	if err != nil || head.ServerSideEncryption != e.method || aws.ToInt64(head.ContentLength) != int64(n) {
		tb.Errorf("head %s: %v", key, err)
	}
}

// ways returns the four ways of encrypting.
func ways(k keyring.Key) []sse {
	return []sse{
		{name: "plain"}, {name: "s3", method: types.ServerSideEncryptionAes256},
		{name: "kms", method: types.ServerSideEncryptionAwsKms, keyID: &k.ID, arn: k.ARN},
		{name: "customer", customer: random(77, 32)},
	}
}

// Every way of encrypting, small, large and in parts, read whole and by range,
// copied to every other way at once and by parts.
func TestEncryptionMatrix(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.sdk(blue)
	s.mustBucket(t, blue, "enc")
	all := ways(mustKey(t, mustKeys(t, s.dir), "alias/matrix"))
	sizes := map[string]int{"none": 0, "small": 1000, "large": 300_001, "parts": 5<<20 + 70_001}
	for _, from := range all {
		for size, n := range sizes {
			body, key := random(byte(n), n), from.name+"-"+size
			if size == "parts" {
				from.upload(t, c, key, body)
			} else {
				out := from.put(t, c, key, body)
				from.wantTag(t, key, aws.ToString(out.ETag), body)
				if out.ServerSideEncryption != from.method || aws.ToString(out.SSECustomerKeyMD5) != aws.ToString(from.md5()) || aws.ToString(out.SSEKMSKeyId) != from.arn {
					t.Errorf("put %s: answered %q", key, out.ServerSideEncryption)
				}
			}
			from.want(t, c, key, body)
			for _, to := range all {
				copied(t, c, from, to, key, body)
			}
		}
	}
}

// copied copies an object with CopyObject and, if it is large enough to have
// parts, with UploadPartCopy.
func copied(t *testing.T, c *s3.Client, from, to sse, key string, body []byte) {
	t.Helper()
	target := key + "-to-" + to.name
	out, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{
		Bucket: aws.String("enc"), Key: &target, CopySource: aws.String("enc/" + key), ServerSideEncryption: to.method, SSEKMSKeyId: to.keyID,
		SSECustomerAlgorithm: to.algorithm(), SSECustomerKey: to.key(), SSECustomerKeyMD5: to.md5(),
		CopySourceSSECustomerAlgorithm: from.algorithm(), CopySourceSSECustomerKey: from.key(), CopySourceSSECustomerKeyMD5: from.md5(),
	})
	if err != nil {
		t.Fatalf("copy to %s: %v", target, err)
	}
	if to.name == "plain" && from.name != "plain" {
		to.method = types.ServerSideEncryptionAes256 // a copy does not become readable by itself
	}
	to.wantTag(t, target, aws.ToString(out.CopyObjectResult.ETag), body)
	to.want(t, c, target, body)
	if len(body) < 5<<20 || to.name == "plain" {
		return
	}
	target += "-by-parts"
	id := to.begin(t, c, target)
	var parts []types.CompletedPart
	for i, span := range []string{"bytes=0-5242879", fmt.Sprintf("bytes=5242880-%d", len(body)-1)} {
		out, err := c.UploadPartCopy(t.Context(), &s3.UploadPartCopyInput{
			Bucket: aws.String("enc"), Key: &target, UploadId: id, PartNumber: aws.Int32(int32(i + 1)),
			CopySource: aws.String("enc/" + key), CopySourceRange: &span,
			SSECustomerAlgorithm: to.algorithm(), SSECustomerKey: to.key(), SSECustomerKeyMD5: to.md5(),
			CopySourceSSECustomerAlgorithm: from.algorithm(), CopySourceSSECustomerKey: from.key(), CopySourceSSECustomerKeyMD5: from.md5(),
		})
		if err != nil {
			t.Fatalf("part %d of %s: %v", i+1, target, err)
		}
		parts = append(parts, types.CompletedPart{PartNumber: aws.Int32(int32(i + 1)), ETag: out.CopyPartResult.ETag})
	}
	to.finish(t, c, target, id, parts)
	to.want(t, c, target, body)
}

// Nothing a tenant wrote encrypted is in the folder in plain, nor are the keys.
func TestNothingPlainOnDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "walrus")
	canary := []byte("a canary that nobody may find on the disk")
	s := mustServe(t, dir, func(c *walrus.Config) { c.EncryptAlways = true })
	c := s.sdk(blue)
	s.mustBucket(t, blue, "enc")
	for _, way := range append(ways(mustKey(t, mustKeys(t, dir), ""))[1:], sse{name: "unasked", method: types.ServerSideEncryptionAes256, unasked: true}) {
		way.put(t, c, way.name+"-small", canary)
		way.put(t, c, way.name+"-large", bytes.Repeat(canary, 10_000))
		way.upload(t, c, way.name+"-parts", bytes.Repeat(canary, 200_000))
	}
	if _, out, err := (sse{}).get(t, c, "unasked-small", ""); err != nil || out.ServerSideEncryption != types.ServerSideEncryptionAes256 {
		t.Errorf("encrypt = always: %v", err)
	}
	seen := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		seen++
		b, err := os.ReadFile(path)
		wantSealed(t, path, b, canary)
		return err
	})
	if onS3() {
		for _, name := range dataFiles(t, dir) {
			seen++
			o, err := external().GetObject(t.Context(), filesBucket, name, minio.GetObjectOptions{})
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(o)
			if err := errors.Join(err, o.Close()); err != nil {
				t.Fatal(err)
			}
			wantSealed(t, name, b, canary)
		}
	}
	if err != nil || seen < 10 {
		t.Errorf("%d files, %v", seen, err)
	}
}

func wantSealed(tb testing.TB, name string, b, canary []byte) {
	tb.Helper()
	secret := random(77, 32)
	if bytes.Contains(b, canary) || bytes.Contains(b, secret) || bytes.Contains(b, []byte(base64.StdEncoding.EncodeToString(secret))) {
		tb.Errorf("%s has plain bytes in it", name)
	}
}
