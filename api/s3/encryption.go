package s3

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// Values of x-amz-server-side-encryption.
const (
	AES256 = "AES256"
	AWSKMS = "aws:kms"
)

// Beginnings of the names of headers.
const (
	encryptionHeader = "X-Amz-Server-Side-Encryption"
	// Customer begins the headers of the key of SSE-C.
	Customer = encryptionHeader + "-Customer-"
	// CopySourceCustomer begins those of the key of a copy's source.
	CopySourceCustomer = "X-Amz-Copy-Source-Server-Side-Encryption-Customer-"
)

// maxContext is the largest encryption context, in bytes.
const maxContext = 8 << 10

// CustomerKey is a key of SSE-C, as a request brings it along.
type CustomerKey struct {
	Secret []byte // 32 bytes; nil if the request has none
	MD5    string // of it, in base64
}

// Encryption is how a request wants what it writes to be encrypted.
type Encryption struct {
	Algorithm string      // AES256, AWSKMS, or "" if nothing was asked for
	KeyID     string      // of KMS; "" for the default
	Context   string      // of KMS: an object of strings in JSON, or ""
	BucketKey *bool       // of KMS
	Customer  CustomerKey // then the others are zero
}

// What S3 tells of the argument that was wrong: always the same name, and the
// word null where there is no value or it is secret.
const (
	encryptionArgument = "x-amz-server-side-encryption"
	null               = "null"
)

func encryptionError(value, sentence string) error {
	return InvalidArgumentf(encryptionArgument, value, "%s", sentence)
}

// ReadEncryption reads the headers of a write.
func ReadEncryption(h http.Header) (Encryption, error) {
	if !mentions(h, encryptionHeader) {
		return Encryption{}, nil
	}
	e := Encryption{Algorithm: h.Get(encryptionHeader), KeyID: h.Get(encryptionHeader + "-Aws-Kms-Key-Id")}
	_, asked := h[encryptionHeader]
	if asked && HasCustomerKey(h, Customer) {
		return e, encryptionError(e.Algorithm, "Server Side Encryption with Customer provided key is incompatible with the encryption method specified")
	}
	switch {
	case e.Algorithm == AES256, e.Algorithm == AWSKMS:
	case e.Algorithm == "aws:kms:dsse":
		return e, Errorf(NotImplemented, "Dual-layer encryption (aws:kms:dsse) is not implemented.")
	case asked:
		return e, encryptionError(e.Algorithm, "The encryption method specified is not supported")
	}
	var err error
	if e.Context, err = readContext(h.Get(encryptionHeader + "-Context")); err != nil {
		return e, err
	}
	if e.Algorithm != AWSKMS && (e.KeyID != "" || e.Context != "") {
		return e, encryptionError(null, "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms")
	}
	if e.BucketKey, err = readBool(h.Get(encryptionHeader + "-Bucket-Key-Enabled")); err != nil {
		return e, err
	}
	e.Customer, err = ReadCustomerKey(h, Customer)
	return e, err
}

func readBool(v string) (*bool, error) {
	yes := strings.EqualFold(v, "true")
	switch {
	case v == "":
		return nil, nil
	case !yes && !strings.EqualFold(v, "false"):
		return nil, Errorf(InvalidArgument, "The value of x-amz-server-side-encryption-bucket-key-enabled must be true or false.")
	}
	return &yes, nil
}

// readContext reads an encryption context and writes it the one way it is
// kept: what differs in order or white space is the same context.
func readContext(header string) (string, error) {
	if header == "" {
		return "", nil
	}
	bad := Errorf(InvalidArgument, "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map")
	raw, err := base64.StdEncoding.DecodeString(header)
	if err != nil || len(raw) > maxContext {
		return "", bad
	}
	var pairs map[string]string
	if json.Unmarshal(raw, &pairs) != nil || pairs == nil {
		return "", bad
	}
	kept, err := json.Marshal(pairs)
	if err != nil {
		return "", bad
	}
	return string(kept), nil
}

// HasCustomerKey reports whether a request says anything of a key of SSE-C.
func HasCustomerKey(h http.Header, prefix string) bool {
	return mentions(h, prefix) && (h.Get(prefix+"Algorithm") != "" || h.Get(prefix+"Key") != "" || h.Get(prefix+"Key-Md5") != "")
}

// mentions reports whether there are headers with a prefix. Most requests have
// none, and the names of all that there could be take longer to put together.
func mentions(h http.Header, prefix string) bool {
	for name := range h {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// ReadCustomerKey reads a key of SSE-C: of the headers that begin with
// Customer, or with CopySourceCustomer.
func ReadCustomerKey(h http.Header, prefix string) (CustomerKey, error) {
	const must = "Requests specifying Server Side Encryption with Customer provided keys must provide "
	if !mentions(h, prefix) {
		return CustomerKey{}, nil
	}
	algorithm, text := h.Get(prefix+"Algorithm"), h.Get(prefix+"Key")
	k := CustomerKey{MD5: h.Get(prefix + "Key-Md5")}
	switch {
	case !HasCustomerKey(h, prefix):
		return k, nil
	case algorithm == "":
		return k, encryptionError(null, must+"a valid encryption algorithm.")
	case algorithm != AES256:
		return k, With(With(Errorf(InvalidEncryptionAlgorithmError, ""), "ArgumentName", encryptionArgument), "ArgumentValue", algorithm)
	case text == "":
		return k, encryptionError(null, must+"an appropriate secret key.")
	case k.MD5 == "":
		return k, encryptionError(null, must+"the client calculated MD5 of the secret key.")
	}
	secret, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return k, encryptionError(null, "The secret key was invalid for the specified algorithm.")
	}
	sum := md5.Sum(secret)
	if !hmac.Equal([]byte(base64.StdEncoding.EncodeToString(sum[:])), []byte(k.MD5)) {
		return k, encryptionError(null, "The calculated MD5 hash of the key did not match the hash that was provided.")
	}
	if len(secret) != 32 {
		return k, encryptionError(null, "The secret key was invalid for the specified algorithm.")
	}
	k.Secret = secret
	return k, nil
}

// RefuseEncryption refuses the headers that say how to encrypt, in a request
// that writes nothing or whose encryption is settled.
func RefuseEncryption(h http.Header) error {
	for name := range h {
		if strings.HasPrefix(name, encryptionHeader) && !strings.HasPrefix(name, Customer) {
			return InvalidArgumentf(strings.ToLower(name), h.Get(name), "%s header is not supported for this operation.", strings.ToLower(name))
		}
	}
	return nil
}

// Encrypted is what an answer tells of an object's encryption.
type Encrypted struct {
	Algorithm   string // AES256, AWSKMS; "" for SSE-C or none
	KeyARN      string // of KMS
	Context     string // of KMS, where it is told
	BucketKey   bool
	CustomerMD5 string // of the key of SSE-C
}

// Write sets the headers of an answer.
func (e Encrypted) Write(h http.Header) {
	set := func(name, value string) {
		if value != "" {
			h.Set(name, value)
		}
	}
	set(encryptionHeader, e.Algorithm)
	set(encryptionHeader+"-Aws-Kms-Key-Id", e.KeyARN)
	if e.Context != "" {
		h.Set(encryptionHeader+"-Context", base64.StdEncoding.EncodeToString([]byte(e.Context)))
	}
	if e.BucketKey {
		h.Set(encryptionHeader+"-Bucket-Key-Enabled", "true")
	}
	if e.CustomerMD5 != "" {
		h.Set(Customer+"Algorithm", AES256)
		h.Set(Customer+"Key-Md5", e.CustomerMD5)
	}
}
