package s3

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"net/http"
	"strings"

	"github.com/minio/crc64nvme"
)

// Algorithm is a checksum S3 clients may ask for.
type Algorithm string

// The algorithms. CRC64NVME is what S3 takes when the client asks for none.
const (
	CRC32     Algorithm = "CRC32"
	CRC32C    Algorithm = "CRC32C"
	CRC64NVME Algorithm = "CRC64NVME"
	SHA1      Algorithm = "SHA1"
	SHA256    Algorithm = "SHA256"
)

// Algorithms lists them all.
var Algorithms = []Algorithm{CRC32, CRC32C, CRC64NVME, SHA1, SHA256}

// Types of a checksum: of all bytes, or of the checksums of the parts.
const (
	FullObject = "FULL_OBJECT"
	Composite  = "COMPOSITE"
)

// ParseAlgorithm finds an algorithm by its name.
func ParseAlgorithm(s string) (Algorithm, error) {
	for _, a := range Algorithms {
		if strings.EqualFold(s, string(a)) {
			return a, nil
		}
	}
	return "", Errorf(InvalidRequest, "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
}

// Header is the header that carries the checksum.
func (a Algorithm) Header() string { return "X-Amz-Checksum-" + string(a) }

// New returns a fresh hash.
func (a Algorithm) New() hash.Hash {
	switch a {
	case CRC32:
		return crc32.NewIEEE()
	case CRC32C:
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case SHA1:
		return sha1.New()
	case SHA256:
		return sha256.New()
	case CRC64NVME:
	}
	return crc64nvme.New()
}

// Linear reports whether checksums of parts can be combined into that of the
// whole.
func (a Algorithm) Linear() bool { return a == CRC32 || a == CRC32C || a == CRC64NVME }

// Checksum is a checksum as it travels: base64, for composites with "-N"
// behind.
type Checksum struct {
	Algorithm Algorithm `json:"algorithm,omitempty"`
	Type      string    `json:"type,omitempty"`
	Value     string    `json:"value,omitempty"`
}

// Expected is what a request says of the checksum of its body.
type Expected struct {
	Algorithm Algorithm // "" if none is asked for
	Value     string    // base64; "" if it is not known yet or not given
	Trailed   bool      // it comes behind the body
}

// ReadExpected reads the checksum headers of an upload.
func ReadExpected(h http.Header) (Expected, error) {
	var e Expected
	if err := knownChecksums(h); err != nil {
		return e, err
	}
	for _, a := range Algorithms {
		value := h.Get(a.Header())
		trailed := strings.EqualFold(strings.TrimSpace(h.Get("X-Amz-Trailer")), a.Header())
		if value == "" && !trailed {
			continue
		}
		if e.Algorithm != "" || (value != "" && trailed) {
			return e, Errorf(InvalidRequest, "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		if value != "" && !validSum(a, value) {
			return e, Errorf(InvalidRequest, "Value for %s header is invalid.", strings.ToLower(a.Header()))
		}
		e = Expected{Algorithm: a, Value: value, Trailed: trailed}
	}
	return e, e.checkDeclared(h)
}

// knownChecksums refuses a checksum nobody here can compute: the client would
// believe that it was checked.
func knownChecksums(h http.Header) error {
	for name := range h {
		if err := knownChecksum(name); err != nil {
			return err
		}
	}
	for name := range strings.SplitSeq(h.Get("X-Amz-Trailer"), ",") {
		if err := knownChecksum(strings.TrimSpace(name)); err != nil {
			return err
		}
	}
	return nil
}

func knownChecksum(header string) error {
	name, ok := strings.CutPrefix(ownName(header), "x-amz-checksum-")
	if !ok || name == "algorithm" || name == "type" || name == "mode" {
		return nil
	}
	_, err := ParseAlgorithm(name)
	return err
}

// checkDeclared holds the checksum against the algorithm the SDK announced.
func (e *Expected) checkDeclared(h http.Header) error {
	declared := h.Get("X-Amz-Sdk-Checksum-Algorithm")
	if declared == "" {
		return nil
	}
	a, err := ParseAlgorithm(declared)
	if err != nil {
		return err
	}
	switch e.Algorithm {
	case a:
	case "":
		e.Algorithm = a
	default:
		return Errorf(InvalidRequest, "Value for x-amz-sdk-checksum-algorithm header is invalid.")
	}
	return nil
}

// Check compares the checksum of a body, read to its end, with what the
// request said.
func (e Expected) Check(sum []byte, trailer http.Header) error {
	want := e.Value
	if e.Trailed {
		want = trailer.Get(e.Algorithm.Header())
		if !validSum(e.Algorithm, want) {
			return Errorf(InvalidRequest, "Value for %s trailing header is invalid.", strings.ToLower(e.Algorithm.Header()))
		}
	}
	if want != "" && want != base64.StdEncoding.EncodeToString(sum) {
		return Errorf(BadDigest, "The %s you specified did not match the calculated checksum.", e.Algorithm)
	}
	return nil
}

func validSum(a Algorithm, value string) bool {
	raw, err := base64.StdEncoding.DecodeString(value)
	return err == nil && len(raw) == a.New().Size()
}

// ReadContentMD5 reads Content-MD5: nil if there is none.
func ReadContentMD5(h http.Header) ([]byte, error) {
	values := h.Values("Content-Md5")
	if len(values) == 0 {
		return nil, nil
	}
	sum, err := base64.StdEncoding.DecodeString(values[0])
	if err != nil || len(sum) != 16 {
		return nil, Errorf(InvalidDigest, "")
	}
	return sum, nil
}
