package walrus_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/encrypt"

	"ecc/roles/walrus"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/keyring"
)

// TestKeyRotation: a rotated key counts for the next write, and what was
// written before still opens; a disabled one opens nothing until it is enabled.
func TestKeyRotation(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.sdk(blue)
	s.mustBucket(t, blue, "enc")
	keys := mustKeys(t, s.dir)
	k := mustKey(t, keys, "alias/k")
	ours, kms := ways(k)[1], ways(k)[2]
	for _, e := range []sse{ours, kms} {
		e.put(t, c, e.name+"-old", []byte("old"))
		e.upload(t, c, e.name+"-parts", random(1, 6<<20))
		id := e.begin(t, c, e.name+"-across")
		part := func(n int32, body []byte) types.CompletedPart {
			out, err := c.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: aws.String("enc"), Key: aws.String(e.name + "-across"), UploadId: id, PartNumber: &n, Body: bytes.NewReader(body)})
			if err != nil {
				t.Fatal(err)
			}
			return types.CompletedPart{PartNumber: &n, ETag: out.ETag}
		}
		parts := []types.CompletedPart{part(1, random(2, 5<<20))}
		name := k.ID
		if e.name == "s3" {
			name = keyring.Master
		}
		if _, err := keys.Rotate(name); err != nil {
			t.Fatal(err)
		}
		e.finish(t, c, e.name+"-across", id, append(parts, part(2, random(3, 1000))))
		e.put(t, c, e.name+"-new", []byte("new"))
		if before, after := sealVersion(t, s, e.name+"-old"), sealVersion(t, s, e.name+"-new"); before != 1 || after != 2 {
			t.Errorf("%s: sealed with version %d, after rotation with %d", e.name, before, after)
		}
		e.want(t, c, e.name+"-old", []byte("old"))
		e.want(t, c, e.name+"-new", []byte("new"))
		e.want(t, c, e.name+"-parts", random(1, 6<<20))
		e.want(t, c, e.name+"-across", append(random(2, 5<<20), random(3, 1000)...))
	}
	if _, err := keys.SetDisabled(k.ID, true); err != nil {
		t.Fatal(err)
	}
	_, _, err := kms.get(t, c, "kms-old", "")
	wantAnswer(t, "get", err, 400, "KMS.DisabledException", k.ARN+" is disabled.")
	_, err = c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("enc"), Key: aws.String("k"), ServerSideEncryption: kms.method, SSEKMSKeyId: kms.keyID})
	wantAnswer(t, "put", err, 400, "KMS.DisabledException", k.ARN+" is disabled.")
	if head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("enc"), Key: aws.String("kms-old")}); err != nil || aws.ToString(head.SSEKMSKeyId) != k.ARN {
		t.Errorf("head with a disabled key: %v", err)
	}
	ours.want(t, c, "s3-old", []byte("old"))
	if _, err := keys.SetDisabled(k.ID, false); err != nil {
		t.Fatal(err)
	}
	kms.want(t, c, "kms-old", []byte("old"))
}

// editObject changes the record of an object behind walrus' back.
func editObject(tb testing.TB, s *server, key string, fn func(*index.Object)) (after index.Object) {
	tb.Helper()
	err := s.walrus.Index().Update(tb.Context(), func(tx *index.Tx) error {
		b, err := tx.Bucket("enc")
		if err != nil {
			return err
		}
		o, err := tx.Object(b.ID, key)
		if err != nil {
			return err
		}
		fn(&o)
		after = o
		return tx.Rewrite(b.ID, o)
	})
	if err != nil {
		tb.Fatal(err)
	}
	return after
}

func sealVersion(tb testing.TB, s *server, key string) int {
	tb.Helper()
	return walrus.SealVersion(editObject(tb, s, key, func(*index.Object) {}))
}

// TestSealsBelongToTheirObject: whoever can write to the index, but has not
// the keyring, cannot make one object pass for another.
func TestSealsBelongToTheirObject(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.sdk(blue)
	s.mustBucket(t, blue, "enc")
	for _, e := range ways(mustKey(t, mustKeys(t, s.dir), ""))[1:] {
		for _, size := range []int{500, 100_000} {
			secret, harmless := random(1, size), random(2, size)
			e.put(t, c, "secret", secret)
			e.put(t, c, "harmless", harmless)
			var stolen index.Object
			editObject(t, s, "secret", func(o *index.Object) { stolen = *o })
			for name, steal := range map[string]func(*index.Object){
				"seal":           func(o *index.Object) { o.Seal = stolen.Seal },
				"bytes":          func(o *index.Object) { o.Blob = stolen.Blob },
				"seal and bytes": func(o *index.Object) { o.Seal, o.Blob = stolen.Seal, stolen.Blob },
			} {
				var honest index.Object
				editObject(t, s, "harmless", func(o *index.Object) { honest = *o; steal(o) })
				got, _, err := e.get(t, c, "harmless", "")
				if err == nil || len(got) > 0 {
					t.Errorf("%s, %d bytes, another's %s: %d bytes, %v", e.name, size, name, len(got), err)
				}
				editObject(t, s, "harmless", func(o *index.Object) { *o = honest })
			}
			e.want(t, c, "harmless", harmless)
		}
	}
}

// TestKeyringIsLost: a store with encrypted objects does not start without
// their keyring, nor with another; one without does.
func TestKeyringIsLost(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "walrus")
	ring, away := dir+".keys/walrus.keyring", dir+".away"
	start := func(t *testing.T, fn func(*server)) {
		t.Helper()
		t.Run("", func(t *testing.T) { fn(mustServe(t, dir)) })
	}
	refused := func(want string) {
		t.Helper()
		w, err := walrus.New(config(t, dir), identity{}, slog.New(slog.DiscardHandler))
		if err == nil {
			_ = w.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("start: %v, want it to say %q", err, want)
		}
	}
	start(t, func(s *server) {
		s.mustBucket(t, blue, "enc")
		sse{}.put(t, s.sdk(blue), "plain", []byte("plain"))
		sse{customer: random(77, 32)}.put(t, s.sdk(blue), "theirs", []byte("theirs"))
	})
	if err := os.Remove(ring); err != nil {
		t.Fatal(err)
	}
	ours := sse{method: types.ServerSideEncryptionAes256}
	start(t, func(s *server) { ours.put(t, s.sdk(blue), "ours", []byte("ours")) }) // nothing needed it: a new one
	if err := os.Rename(ring, away); err != nil {
		t.Fatal(err)
	}
	refused("put it back")
	if _, err := os.Stat(ring); !os.IsNotExist(err) {
		t.Errorf("a new keyring was made: %v", err)
	}
	if _, err := keyring.Create(keyring.Config{Path: ring, Region: region}); err != nil {
		t.Fatal(err)
	}
	refused("put the right one back")
	if err := os.Rename(away, ring); err != nil {
		t.Fatal(err)
	}
	start(t, func(s *server) { ours.want(t, s.sdk(blue), "ours", []byte("ours")) })
}

// TestKeyringIsLostWhileServing: what is there can be read, and nothing is
// acknowledged that could not be read after a restart.
func TestKeyringIsLostWhileServing(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.sdk(blue)
	s.mustBucket(t, blue, "enc")
	ours := sse{method: types.ServerSideEncryptionAes256}
	ours.put(t, c, "ours", []byte("ours"))
	if err := os.Remove(s.dir + ".keys/walrus.keyring"); err != nil {
		t.Fatal(err)
	}
	ours.want(t, c, "ours", []byte("ours"))
	_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("enc"), Key: aws.String("k"), ServerSideEncryption: ours.method, Body: strings.NewReader("x")})
	wantAnswer(t, "put", err, 503, "ServiceUnavailable", "")
	sse{}.put(t, c, "plain", []byte("plain"))
}

// TestEncryptionContext: it is sealed with the object, told on writing, and
// not on reading.
func TestEncryptionContext(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.sdk(blue)
	s.mustBucket(t, blue, "enc")
	context := base64.StdEncoding.EncodeToString([]byte(`{"b": "2", "a":"1"}`))
	out, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("enc"), Key: aws.String("k"), Body: strings.NewReader("x"),
		ServerSideEncryption: types.ServerSideEncryptionAwsKms, SSEKMSEncryptionContext: &context, BucketKeyEnabled: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	told, err := base64.StdEncoding.DecodeString(aws.ToString(out.SSEKMSEncryptionContext))
	if err != nil || string(told) != `{"a":"1","b":"2"}` || !aws.ToBool(out.BucketKeyEnabled) {
		t.Errorf("answered context %q, bucket key %v, %v", told, aws.ToBool(out.BucketKeyEnabled), err)
	}
	k, err := mustKeys(t, s.dir).Find(accounts[0].ID, keyring.DefaultAlias)
	if err != nil || aws.ToString(out.SSEKMSKeyId) != k.ARN {
		t.Errorf("key %q, the account's own is %q, %v", aws.ToString(out.SSEKMSKeyId), k.ARN, err)
	}
	_, read, err := (sse{}).get(t, c, "k", "")
	if err != nil || !aws.ToBool(read.BucketKeyEnabled) {
		t.Errorf("get: %v", err)
	}
}

// TestBucketEncryption: what a bucket does unasked, and what it blocks.
func TestBucketEncryption(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c, b := s.sdk(blue), aws.String("enc")
	s.mustBucket(t, blue, "enc")
	k := mustKey(t, mustKeys(t, s.dir), "alias/default")
	set := func(r types.ServerSideEncryptionRule) error {
		_, err := c.PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{Bucket: b, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{r}}})
		return err
	}
	unasked := func(method types.ServerSideEncryption, keyID string) types.ServerSideEncryptionRule {
		d := &types.ServerSideEncryptionByDefault{SSEAlgorithm: method}
		if keyID != "" {
			d.KMSMasterKeyID = &keyID
		}
		return types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: d, BucketKeyEnabled: aws.Bool(method == types.ServerSideEncryptionAwsKms)}
	}
	for _, rule := range []types.ServerSideEncryptionRule{unasked("AES256", ""), unasked("aws:kms", "alias/default"), unasked("aws:kms", k.ARN), unasked("aws:kms", "")} {
		if err := set(rule); err != nil {
			t.Fatal(err)
		}
		got, err := c.GetBucketEncryption(t.Context(), &s3.GetBucketEncryptionInput{Bucket: b})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]types.ServerSideEncryptionRule{rule}, got.ServerSideEncryptionConfiguration.Rules, cmpopts.IgnoreUnexported(types.ServerSideEncryptionRule{}, types.ServerSideEncryptionByDefault{})); diff != "" {
			t.Errorf("as it was put (-want +got):\n%s", diff)
		}
		out := sse{}.put(t, c, "k", []byte("unasked"))
		want := rule.ApplyServerSideEncryptionByDefault
		if out.ServerSideEncryption != want.SSEAlgorithm || aws.ToBool(out.BucketKeyEnabled) != aws.ToBool(rule.BucketKeyEnabled) {
			t.Errorf("%s: answered %q, bucket key %v", want.SSEAlgorithm, out.ServerSideEncryption, aws.ToBool(out.BucketKeyEnabled))
		}
		if name := aws.ToString(want.KMSMasterKeyID); name != "" && aws.ToString(out.SSEKMSKeyId) != k.ARN {
			t.Errorf("%s: key %q, want %q", name, aws.ToString(out.SSEKMSKeyId), k.ARN)
		}
		told := sse{method: want.SSEAlgorithm, arn: aws.ToString(out.SSEKMSKeyId), unasked: true}
		told.want(t, c, "k", []byte("unasked"))
		told.upload(t, c, "parts", random(5, 6<<20))
		told.want(t, c, "parts", random(5, 6<<20))
	}
	if err := set(unasked("aws:kms", "alias/none")); err != nil {
		t.Errorf("S3 does not look for the key: %v", err)
	}
	_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: b, Key: aws.String("k")})
	wantAnswer(t, "put", err, 400, "KMS.NotFoundException", "")
	wantAnswer(t, "key of AES256", set(unasked("AES256", k.ID)), 400, "InvalidArgument", "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse")
	wantAnswer(t, "two layers", set(unasked("aws:kms:dsse", "")), 501, "NotImplemented", "")
	wantAnswer(t, "unknown", set(unasked("ROT13", "")), 400, "MalformedXML", "")
	for range 2 {
		if _, err := c.DeleteBucketEncryption(t.Context(), &s3.DeleteBucketEncryptionInput{Bucket: b}); err != nil {
			t.Error(err)
		}
	}
	_, err = c.GetBucketEncryption(t.Context(), &s3.GetBucketEncryptionInput{Bucket: b})
	wantAnswer(t, "get", err, 404, "ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found")
	sse{}.put(t, c, "k", []byte("plain"))
	sse{}.want(t, c, "k", []byte("plain"))

	customer := sse{customer: random(77, 32)}
	customer.put(t, c, "before", []byte("before"))
	if err := set(types.ServerSideEncryptionRule{BlockedEncryptionTypes: &types.BlockedEncryptionTypes{EncryptionType: []types.EncryptionType{types.EncryptionTypeSseC}}}); err != nil {
		t.Fatal(err)
	}
	_, err = c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: b, Key: aws.String("k"), SSECustomerAlgorithm: customer.algorithm(), SSECustomerKey: customer.key(), SSECustomerKeyMD5: customer.md5()})
	wantAnswer(t, "put with SSE-C", err, 403, "AccessDenied", "")
	customer.want(t, c, "before", []byte("before"))
}

// TestEncryptionOfVersions: each version has its own way, and its own key.
func TestEncryptionOfVersions(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c, b, key := s.sdk(blue), aws.String("enc"), aws.String("k")
	s.mustBucket(t, blue, "enc")
	_, err := c.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: b, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	if err != nil {
		t.Fatal(err)
	}
	all := append(ways(mustKey(t, mustKeys(t, s.dir), "")), sse{customer: random(78, 32)})
	ids := make([]*string, len(all))
	for i, e := range all {
		ids[i] = e.put(t, c, *key, random(byte(i), 2000)).VersionId
	}
	for i, id := range ids {
		for j, e := range all {
			out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: b, Key: key, VersionId: id, SSECustomerAlgorithm: e.algorithm(), SSECustomerKey: e.key(), SSECustomerKeyMD5: e.md5()})
			fits := i == j || all[i].customer == nil && e.customer == nil
			if fits != (err == nil) {
				t.Errorf("version of %q with the key of %q: %v", all[i].name, e.name, err)
			}
			if err != nil {
				continue
			}
			got, err := io.ReadAll(out.Body)
			if err != nil || !bytes.Equal(got, random(byte(i), 2000)) {
				t.Errorf("version %d: %d bytes, %v", i, len(got), err)
			}
		}
	}
}

// TestEncryptionWithMinio: the other client, which asks for parts in parallel.
func TestEncryptionWithMinio(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.minio(t, blue)
	s.mustBucket(t, blue, "enc")
	k := mustKey(t, mustKeys(t, s.dir), "alias/minio")
	kms, err := encrypt.NewSSEKMS(k.ARN, map[string]string{"for": "minio"})
	if err != nil {
		t.Fatal(err)
	}
	customer, err := encrypt.NewSSEC(random(77, 32))
	if err != nil {
		t.Fatal(err)
	}
	body := random(9, 17<<20+5)
	for name, e := range map[string]encrypt.ServerSide{"s3": encrypt.NewSSE(), "kms": kms, "customer": customer} {
		_, err := c.PutObject(t.Context(), "enc", name, bytes.NewReader(body), int64(len(body)), minio.PutObjectOptions{ServerSideEncryption: e, PartSize: 5 << 20, NumThreads: 2})
		if err != nil {
			t.Fatalf("put %s: %v", name, err)
		}
		read := minio.GetObjectOptions{}
		if name == "customer" {
			read.ServerSideEncryption = e
		}
		o, err := c.GetObject(t.Context(), "enc", name, read)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(o)
		if err != nil || !bytes.Equal(got, body) {
			t.Errorf("get %s: %d bytes, %v", name, len(got), err)
		}
		part := make([]byte, 100_000)
		if n, err := o.ReadAt(part, 5<<20-50_000); err != nil || !bytes.Equal(part[:n], body[5<<20-50_000:][:n]) {
			t.Errorf("read %s at an offset: %d bytes, %v", name, n, err)
		}
		if err := o.Close(); err != nil {
			t.Error(err)
		}
		source := minio.CopySrcOptions{Bucket: "enc", Object: name}
		if name == "customer" {
			source.Encryption = e
		}
		if _, err := c.ComposeObject(t.Context(), minio.CopyDestOptions{Bucket: "enc", Object: name + "-composed", Encryption: e}, source, source); err != nil {
			t.Errorf("compose %s: %v", name, err)
		}
		st, err := c.StatObject(t.Context(), "enc", name+"-composed", read)
		if err != nil || st.Size != 2*int64(len(body)) {
			t.Errorf("composed %s: %d bytes, %v", name, st.Size, err)
		}
	}
}
