package walrus_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"ecc/roles/walrus"
)

// with makes a client whose requests carry headers more, as they are.
func (s *server) with(h map[string]string) *s3.Client {
	return s3.New(s.sdk(blue).Options(), func(o *s3.Options) {
		for name, value := range h {
			o.APIOptions = append(o.APIOptions, smithyhttp.SetHeaderValue(name, value))
		}
	})
}

// wantAnswer fails unless an error is S3's: its status and, if they are given,
// its code and sentence.
func wantAnswer(tb testing.TB, what string, err error, status int, wantedCode, message string) {
	tb.Helper()
	var answer *smithyhttp.ResponseError
	var api smithy.APIError
	if !errors.As(err, &answer) || !errors.As(err, &api) {
		tb.Errorf("%s: %v, want %d %s", what, err, status, wantedCode)
		return
	}
	if answer.HTTPStatusCode() != status || wantedCode != "" && api.ErrorCode() != wantedCode || message != "" && api.ErrorMessage() != message {
		tb.Errorf("%s: %d %s %q, want %d %s %q", what, answer.HTTPStatusCode(), api.ErrorCode(), api.ErrorMessage(), status, wantedCode, message)
	}
}

// customerHeaders are the three headers of a key of SSE-C.
func customerHeaders(secret []byte, prefix string) map[string]string {
	e := sse{customer: secret}
	return map[string]string{prefix + "algorithm": "AES256", prefix + "key": *e.key(), prefix + "key-MD5": *e.md5()}
}

func changed(h map[string]string, name, value string) map[string]string {
	c := maps.Clone(h)
	if c[name] = value; value == "" {
		delete(c, name)
	}
	return c
}

// TestEncryptionRefusals: what S3 says to requests that ask for encryption in
// a way that makes no sense. Codes and sentences are S3's own.
func TestEncryptionRefusals(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	s.mustBucket(t, blue, "enc")
	const (
		method   = "x-amz-server-side-encryption"
		customer = method + "-customer-"
		keyID    = method + "-aws-kms-key-id"
	)
	right := customerHeaders(random(77, 32), customer)
	theirs, err := mustKeys(t, s.dir).Create(accounts[1].ID, "alias/theirs")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name    string
		headers map[string]string
		code    string
		status  int
		message string
	}{
		{"unknown method", map[string]string{method: "ROT13"}, "InvalidArgument", 400, "The encryption method specified is not supported"},
		{"two layers", map[string]string{method: "aws:kms:dsse"}, "NotImplemented", 501, ""},
		{"two ways", changed(right, method, "AES256"), "InvalidArgument", 400, "Server Side Encryption with Customer provided key is incompatible with the encryption method specified"},
		{"key without KMS", map[string]string{keyID: "alias/x"}, "InvalidArgument", 400, "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms"},
		{"key with S3's own", map[string]string{method: "AES256", keyID: "alias/x"}, "InvalidArgument", 400, ""},
		{"no such key", map[string]string{method: "aws:kms", keyID: "fake-key-id"}, "KMS.NotFoundException", 400, "Invalid keyId 'fake-key-id'"},
		{"no such ARN", map[string]string{method: "aws:kms", keyID: "arn:aws:kms:us-east-1:111111111111:key/134f2428-cec1-4b25-a1ae-9048164dba47"}, "KMS.NotFoundException", 400, "Key 'arn:aws:kms:us-east-1:111111111111:key/134f2428-cec1-4b25-a1ae-9048164dba47' does not exist"},
		{"a stranger's key", map[string]string{method: "aws:kms", keyID: theirs.ARN}, "KMS.NotFoundException", 400, "Key '" + theirs.ARN + "' does not exist"},
		{"context not base64", map[string]string{method: "aws:kms", method + "-context": "{}"}, "InvalidArgument", 400, "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map"},
		{"context not of strings", map[string]string{method: "aws:kms", method + "-context": base64.StdEncoding.EncodeToString([]byte(`{"a":1}`))}, "InvalidArgument", 400, ""},
		{"context null", map[string]string{method: "aws:kms", method + "-context": base64.StdEncoding.EncodeToString([]byte(`null`))}, "InvalidArgument", 400, ""},
		{"bucket key", map[string]string{method: "aws:kms", method + "-bucket-key-enabled": "maybe"}, "InvalidArgument", 400, ""},
		{"customer algorithm", changed(right, customer+"algorithm", "AES128"), "InvalidEncryptionAlgorithmError", 400, "The Encryption request you specified is not valid. Supported value: AES256."},
		{"no customer algorithm", changed(right, customer+"algorithm", ""), "InvalidArgument", 400, "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm."},
		{"no customer key", changed(right, customer+"key", ""), "InvalidArgument", 400, "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key."},
		{"no customer MD5", changed(right, customer+"key-MD5", ""), "InvalidArgument", 400, "Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key."},
		{"wrong customer MD5", changed(right, customer+"key-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="), "InvalidArgument", 400, "The calculated MD5 hash of the key did not match the hash that was provided."},
		{"short customer key", customerHeaders(random(1, 16), customer), "InvalidArgument", 400, "The secret key was invalid for the specified algorithm."},
		{"customer key not base64", changed(right, customer+"key", "***"), "InvalidArgument", 400, "The secret key was invalid for the specified algorithm."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := s.with(tc.headers)
			_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("enc"), Key: aws.String("k"), Body: strings.NewReader("x")})
			wantAnswer(t, "put", err, tc.status, tc.code, tc.message)
			_, err = c.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: aws.String("enc"), Key: aws.String("k")})
			wantAnswer(t, "create upload", err, tc.status, tc.code, tc.message)
		})
	}
	if _, err := s.get(t, "enc", "k"); code(err) != "NoSuchKey" {
		t.Errorf("something was stored: %v", err)
	}
}

// TestReadingNeedsTheKey: an object of SSE-C opens with its key only, and a
// key is refused where it means nothing.
func TestReadingNeedsTheKey(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.sdk(blue)
	s.mustBucket(t, blue, "enc")
	locked, plain, ours := sse{customer: random(77, 32)}, sse{}, sse{method: types.ServerSideEncryptionAes256}
	wrong := sse{customer: random(78, 32)}
	locked.put(t, c, "locked", []byte("secret"))
	locked.put(t, c, "empty", nil)
	plain.put(t, c, "plain", []byte("plain"))
	ours.put(t, c, "ours", []byte("ours"))
	const (
		needed  = "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object."
		useless = "The encryption parameters are not applicable to this object."
		other   = "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key."
	)
	for _, tc := range []struct {
		key     string
		with    sse
		status  int
		code    string
		message string
	}{
		{"locked", plain, 400, "InvalidRequest", needed},
		{"locked", wrong, 403, "AccessDenied", other},
		{"empty", wrong, 403, "AccessDenied", other},
		{"plain", locked, 400, "InvalidRequest", useless},
		{"ours", locked, 400, "InvalidRequest", useless},
	} {
		_, _, err := tc.with.get(t, c, tc.key, "")
		wantAnswer(t, "get "+tc.key, err, tc.status, tc.code, tc.message)
		_, err = c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("enc"), Key: &tc.key,
			SSECustomerAlgorithm: tc.with.algorithm(), SSECustomerKey: tc.with.key(), SSECustomerKeyMD5: tc.with.md5()})
		wantAnswer(t, "head "+tc.key, err, tc.status, "", "")
		_, err = c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("enc"), Key: aws.String("copy"), CopySource: aws.String("enc/" + tc.key),
			CopySourceSSECustomerAlgorithm: tc.with.algorithm(), CopySourceSSECustomerKey: tc.with.key(), CopySourceSSECustomerKeyMD5: tc.with.md5()})
		wantAnswer(t, "copy "+tc.key, err, tc.status, tc.code, tc.message)
	}
	_, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("enc"), Key: aws.String("locked")})
	if err != nil {
		t.Errorf("delete without the key: %v", err)
	}
}

// TestEncryptionHeaderOutOfPlace: a header that says how to encrypt is refused
// wherever nothing is encrypted.
func TestEncryptionHeaderOutOfPlace(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	s.mustBucket(t, blue, "enc")
	ours := sse{method: types.ServerSideEncryptionAes256}
	ours.put(t, s.sdk(blue), "k", []byte("x"))
	id := ours.begin(t, s.sdk(blue), "k")
	c, b, k := s.with(map[string]string{"x-amz-server-side-encryption": "AES256"}), aws.String("enc"), aws.String("k")
	const message = "x-amz-server-side-encryption header is not supported for this operation."
	_, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: b, Key: k})
	wantAnswer(t, "get", err, 400, "InvalidArgument", message)
	_, err = c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: b, Key: k})
	wantAnswer(t, "head", err, 400, "", "")
	_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: b, Key: k})
	wantAnswer(t, "delete", err, 400, "InvalidArgument", message)
	_, err = c.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: b, Key: k, UploadId: id, PartNumber: aws.Int32(1), Body: strings.NewReader("x")})
	wantAnswer(t, "part", err, 400, "InvalidArgument", message)
}

// TestPartsNeedTheKeyOfTheUpload: of an upload of SSE-C all parts bring the
// same key, of another none does.
func TestPartsNeedTheKeyOfTheUpload(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.sdk(blue)
	s.mustBucket(t, blue, "enc")
	locked, plain, wrong := sse{customer: random(77, 32)}, sse{}, sse{customer: random(78, 32)}
	const subsequent = "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters."
	for _, tc := range []struct {
		upload, part sse
		message      string
	}{
		{locked, plain, subsequent},
		{plain, locked, subsequent},
		{sse{method: types.ServerSideEncryptionAes256}, locked, subsequent},
		{locked, wrong, "The provided encryption parameters did not match the ones used originally."},
	} {
		id := tc.upload.begin(t, c, "k")
		_, err := c.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: aws.String("enc"), Key: aws.String("k"), UploadId: id, PartNumber: aws.Int32(1), Body: strings.NewReader("x"),
			SSECustomerAlgorithm: tc.part.algorithm(), SSECustomerKey: tc.part.key(), SSECustomerKeyMD5: tc.part.md5()})
		wantAnswer(t, "part", err, 400, "InvalidRequest", tc.message)
	}
}

// TestKeysOverPlainHTTP: from another machine a tenant's key must come over
// TLS, unless the configuration says that it need not.
func TestKeysOverPlainHTTP(t *testing.T) {
	for _, anywhere := range []bool{false, true} {
		s := mustServe(t, filepath.Join(t.TempDir(), "walrus"), func(c *walrus.Config) { c.CustomerKeysAnywhere = anywhere })
		s.mustBucket(t, blue, "enc")
		distant := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.RemoteAddr = "192.0.2.7:1234"
			s.walrus.Handler().ServeHTTP(w, r)
		}))
		t.Cleanup(distant.Close)
		c := (&server{url: distant.URL}).sdk(blue)
		e := sse{customer: random(77, 32)}
		_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("enc"), Key: aws.String("k"), Body: bytes.NewReader([]byte("x")),
			SSECustomerAlgorithm: e.algorithm(), SSECustomerKey: e.key(), SSECustomerKeyMD5: e.md5()})
		if anywhere {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		wantAnswer(t, "put", err, 400, "InvalidRequest", "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.")
	}
}
