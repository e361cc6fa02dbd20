package s3

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func encoded(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// headersOf makes headers of "name=value" without the common beginning.
func headersOf(pairs ...string) http.Header {
	h := http.Header{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		h.Set("x-amz-server-side-encryption"+name, value)
	}
	return h
}

func TestReadEncryption(t *testing.T) {
	secret := bytes.Repeat([]byte{1}, 32)
	sum := md5.Sum(secret)
	yes, no := true, false
	key := []string{"-customer-algorithm=AES256", "-customer-key=" + encoded(secret), "-customer-key-MD5=" + encoded(sum[:])}
	for name, tc := range map[string]struct {
		headers []string
		want    Encryption
		code    string
	}{
		"nothing":          {},
		"S3's own":         {headers: []string{"=AES256"}, want: Encryption{Algorithm: AES256}},
		"KMS":              {headers: []string{"=aws:kms"}, want: Encryption{Algorithm: AWSKMS}},
		"a named key":      {headers: []string{"=aws:kms", "-aws-kms-key-id=alias/k", "-bucket-key-enabled=true"}, want: Encryption{Algorithm: AWSKMS, KeyID: "alias/k", BucketKey: &yes}},
		"no bucket key":    {headers: []string{"=aws:kms", "-bucket-key-enabled=FALSE"}, want: Encryption{Algorithm: AWSKMS, BucketKey: &no}},
		"a context":        {headers: []string{"=aws:kms", "-context=" + encoded([]byte("{\"b\":\"2\",\n\"a\":\"\\u0031\"}"))}, want: Encryption{Algorithm: AWSKMS, Context: `{"a":"1","b":"2"}`}},
		"an empty context": {headers: []string{"=aws:kms", "-context=" + encoded([]byte("{}"))}, want: Encryption{Algorithm: AWSKMS, Context: "{}"}},
		"a tenant's key":   {headers: key, want: Encryption{Customer: CustomerKey{Secret: secret, MD5: encoded(sum[:])}}},

		"no method":              {headers: []string{"="}, code: "InvalidArgument"},
		"another method":         {headers: []string{"=aes256"}, code: "InvalidArgument"},
		"two layers":             {headers: []string{"=aws:kms:dsse"}, code: "NotImplemented"},
		"method and own key":     {headers: append([]string{"=AES256"}, key...), code: "InvalidArgument"},
		"empty method and key":   {headers: append([]string{"="}, key...), code: "InvalidArgument"},
		"a key of nothing":       {headers: []string{"-aws-kms-key-id=k"}, code: "InvalidArgument"},
		"a context of nothing":   {headers: []string{"=AES256", "-context=" + encoded([]byte(`{"a":"b"}`))}, code: "InvalidArgument"},
		"a context of numbers":   {headers: []string{"=aws:kms", "-context=" + encoded([]byte(`{"a":1}`))}, code: "InvalidArgument"},
		"a context of a list":    {headers: []string{"=aws:kms", "-context=" + encoded([]byte(`["a"]`))}, code: "InvalidArgument"},
		"a context with a tail":  {headers: []string{"=aws:kms", "-context=" + encoded([]byte(`{"a":"b"} x`))}, code: "InvalidArgument"},
		"a context too long":     {headers: []string{"=aws:kms", "-context=" + encoded([]byte(`{"a":"`+strings.Repeat("x", maxContext)+`"}`))}, code: "InvalidArgument"},
		"a context in the clear": {headers: []string{"=aws:kms", `-context={"a":"b"}`}, code: "InvalidArgument"},
		"a maybe":                {headers: []string{"=aws:kms", "-bucket-key-enabled=1"}, code: "InvalidArgument"},
		"no algorithm of a key":  {headers: key[1:], code: "InvalidArgument"},
		"no key":                 {headers: []string{key[0], key[2]}, code: "InvalidArgument"},
		"no MD5":                 {headers: key[:2], code: "InvalidArgument"},
		"another algorithm":      {headers: []string{"-customer-algorithm=DES", key[1], key[2]}, code: "InvalidEncryptionAlgorithmError"},
	} {
		got, err := ReadEncryption(headersOf(tc.headers...))
		if codeOf(err) != tc.code {
			t.Errorf("%s: %v, want %s", name, err, tc.code)
		}
		if diff := cmp.Diff(tc.want, got); err == nil && diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestRefuseEncryption(t *testing.T) {
	for header, refused := range map[string]bool{
		"X-Amz-Server-Side-Encryption": true, "X-Amz-Server-Side-Encryption-Context": true, "X-Amz-Server-Side-Encryption-Bucket-Key-Enabled": true,
		"X-Amz-Server-Side-Encryption-Customer-Key": false, "X-Amz-Copy-Source-Server-Side-Encryption-Customer-Key": false, "X-Amz-Meta-Server": false,
	} {
		err := RefuseEncryption(http.Header{header: {"x"}})
		if (err != nil) != refused || refused && !strings.HasPrefix(err.Error(), "InvalidArgument: "+strings.ToLower(header)+" header is not supported") {
			t.Errorf("%s: %v", header, err)
		}
	}
}

func TestReadBucketEncryption(t *testing.T) {
	of := func(rules string) string {
		return `<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` + rules + `</ServerSideEncryptionConfiguration>`
	}
	unasked := func(s string) string {
		return `<Rule><ApplyServerSideEncryptionByDefault>` + s + `</ApplyServerSideEncryptionByDefault></Rule>`
	}
	const blocks = `<Rule><BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule>`
	for body, want := range map[string]string{
		of(unasked(`<SSEAlgorithm>AES256</SSEAlgorithm>`)):                                    "",
		of(unasked(`<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID>`)): "",
		of(blocks):          "",
		"":                  "MissingRequestBodyError",
		of(""):              "MalformedXML",
		of(blocks + blocks): "MalformedXML",
		of(`<Rule><BlockedEncryptionTypes><EncryptionType>DES</EncryptionType></BlockedEncryptionTypes></Rule>`): "MalformedXML",
		of(unasked("")): "MalformedXML",
		of(unasked(`<SSEAlgorithm>ROT13</SSEAlgorithm>`)):                                                                     "MalformedXML",
		of(unasked(`<SSEAlgorithm>aws:kms:dsse</SSEAlgorithm>`)):                                                              "NotImplemented",
		of(unasked(`<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID>`)):                                  "InvalidArgument",
		of(`<Rule><Unknown/></Rule>`):                                                                                         "MalformedXML",
		of(unasked(`<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>` + strings.Repeat("k", 2049) + `</KMSMasterKeyID>`)): "MalformedXML",
	} {
		b, err := ReadBucketEncryption(Document{Body: strings.NewReader(body), Header: http.Header{}})
		if codeOf(err) != want {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
		if err == nil && b.BlocksCustomerKeys() != strings.Contains(body, "SSE-C") {
			t.Errorf("%s: blocks SSE-C: %v", body, b.BlocksCustomerKeys())
		}
	}
}

// FuzzEncryptionContext: what is read is an object of strings, and reading
// what is kept changes nothing.
func FuzzEncryptionContext(f *testing.F) {
	f.Add(encoded([]byte(`{"a":"b"}`)))
	f.Add(encoded([]byte(`{"a":"\ud800"}`)))
	f.Add("e30=")
	f.Fuzz(func(t *testing.T, header string) {
		kept, err := readContext(header)
		if err != nil || kept == "" {
			return
		}
		var pairs map[string]string
		if err := json.Unmarshal([]byte(kept), &pairs); err != nil {
			t.Fatalf("%q was kept as %q", header, kept)
		}
		if again, err := readContext(encoded([]byte(kept))); err == nil && again != kept {
			t.Fatalf("%q was kept as %q, and that as %q", header, kept, again)
		}
	})
}

func TestReadObjectEncryption(t *testing.T) {
	of := func(s string) string { return "<ObjectEncryption>" + s + "</ObjectEncryption>" }
	kms := func(arn string) string { return of("<SSE-KMS><KMSKeyArn>" + arn + "</KMSKeyArn></SSE-KMS>") }
	const arn = "arn:aws:kms:us-east-1:111111111111:"
	for body, want := range map[string]string{
		kms(arn + "key/k"): "", kms("k"): "InvalidRequest", kms(arn + "alias/k"): "InvalidRequest", kms(""): "InvalidRequest",
		kms(arn + "key/" + strings.Repeat("k", 2048)): "MalformedXML", of(""): "MalformedXML", of("<SSE-S3/>"): "MalformedXML", "": "MissingRequestBodyError",
	} {
		if _, err := ReadObjectEncryption(Document{Body: strings.NewReader(body), Header: http.Header{}}); codeOf(err) != want {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
}
