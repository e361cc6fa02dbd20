package s3

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// stored are the standard headers an object keeps.
var stored = []string{"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Expires"}

// Metadata are the headers stored with an object.
type Metadata struct {
	Standard map[string]string `json:"standard,omitempty"` // canonical name → value
	User     map[string]string `json:"user,omitempty"`     // lower-case name without x-amz-meta- → value
}

// ReadMetadata reads what an upload wants kept with the object.
func ReadMetadata(h http.Header) (Metadata, error) {
	m := Metadata{Standard: map[string]string{}, User: map[string]string{}}
	for _, name := range stored {
		if v := h.Get(name); v != "" {
			m.Standard[name] = v
		}
	}
	m.dropChunked()
	if m.Standard["Content-Type"] == "" {
		m.Standard["Content-Type"] = "binary/octet-stream"
	}
	size := 0
	for name, values := range h {
		if short, ok := strings.CutPrefix(ownName(name), "x-amz-meta-"); ok {
			m.User[short] = strings.Join(values, ",")
			size += len(short) + len(m.User[short])
		}
	}
	if size > MaxUserMeta {
		return m, With(With(Errorf(MetadataTooLarge, ""), "Size", size), "MaxSizeAllowed", MaxUserMeta)
	}
	return m, nil
}

// dropChunked removes aws-chunked, which is how the body travelled, from the
// encodings of the object.
func (m Metadata) dropChunked() {
	var kept []string
	for part := range strings.SplitSeq(m.Standard["Content-Encoding"], ",") {
		if part = strings.TrimSpace(part); part != "" && !strings.EqualFold(part, "aws-chunked") {
			kept = append(kept, part)
		}
	}
	delete(m.Standard, "Content-Encoding")
	if len(kept) > 0 {
		m.Standard["Content-Encoding"] = strings.Join(kept, ",")
	}
}

// Write sets the headers of an answer.
func (m Metadata) Write(h http.Header) {
	for name, value := range m.Standard {
		h.Set(name, value)
	}
	for name, value := range m.User {
		h["x-amz-meta-"+name] = []string{mailSafe(value)} // botocore gives the names to its caller as they are
	}
}

// mailSafe writes a value as S3 does: one that is not ASCII as an encoded word
// of RFC 2047, every byte of it taken for a character.
func mailSafe(value string) string {
	if strings.IndexFunc(value, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return value
	}
	text := make([]rune, len(value))
	for i := range len(value) {
		text[i] = rune(value[i])
	}
	return "=?UTF-8?B?" + base64.StdEncoding.EncodeToString([]byte(string(text))) + "?="
}

// WriteCaching sets the headers that go with "304 Not Modified".
func (m Metadata) WriteCaching(h http.Header) {
	for _, name := range []string{"Cache-Control", "Expires"} {
		if v := m.Standard[name]; v != "" {
			h.Set(name, v)
		}
	}
}

// unsupported are headers that ask for what walrus does not do. Ignoring them
// would be a lie to the client: an object it believes encrypted, or locked.
var unsupported = []string{"x-amz-write-offset-bytes"}

// ofObjects are headers for what makes an object, and not for parts of one.
var ofObjects = []string{"x-amz-object-lock-", "x-amz-tagging", "x-amz-website-redirect-location", "x-amz-storage-class"}

// CheckPartHeaders is CheckHeaders for parts of an upload.
func CheckPartHeaders(h http.Header) error { return checkHeaders(h, append(ofObjects, unsupported...)) }

// CheckDeleteHeaders refuses the conditions that only directory buckets have.
func CheckDeleteHeaders(h http.Header) error {
	return checkHeaders(h, []string{"x-amz-if-match-last-modified-time", "x-amz-if-match-size"})
}

// CheckHeaders refuses headers whose meaning would be lost.
func CheckHeaders(h http.Header) error { return checkHeaders(h, unsupported) }

// ownName returns the name of one of S3's own headers in lower case, and "" for
// another's: of the headers of a request most are.
func ownName(name string) string {
	if len(name) < 6 || !strings.EqualFold(name[:6], "x-amz-") {
		return ""
	}
	return strings.ToLower(name)
}

func checkHeaders(h http.Header, refused []string) error {
	for name := range h {
		if name = ownName(name); name == "" {
			continue
		}
		if slices.ContainsFunc(refused, func(p string) bool { return strings.HasPrefix(name, p) }) {
			return With(Errorf(NotImplemented, ""), "Header", name)
		}
	}
	return nil
}
