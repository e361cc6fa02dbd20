package image

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
)

// ReadIndex reads an index from r and checks its digest (hex SHA-256 of its
// bytes) before it looks at them. A digest of "" is not checked.
func ReadIndex(r io.Reader, digest string, l Limits) (*Index, error) {
	limit := MaxIndexSize(l.MaxSize)
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read image index: %w", err)
	}
	if int64(len(b)) > limit {
		return nil, damaged("it is too large for the disk")
	}
	if digest != "" && digest != hexDigest(b) {
		return nil, damaged("it does not have its digest")
	}
	return ParseIndex(bytes.NewReader(b), l)
}

func hexDigest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// prefixOf is the prefix of the objects beside key.
func prefixOf(key string) string { return path.Dir(key) + "/" }
