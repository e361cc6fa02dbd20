package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
)

const (
	secretSize = 32
	saltSize   = 32
	tagSize    = 16
)

// Binding is what a sealed key belongs to. It opens for nothing else.
type Binding struct {
	Bucket  uint64 // id
	Object  string // key in the bucket
	Blob    uint64 // id of the bytes
	Context string // the tenant's encryption context, in the form it is kept
}

func (b Binding) aad(key string, version int) []byte {
	return fields("ecc walrus object", key, strconv.Itoa(version), strconv.FormatUint(b.Bucket, 16), b.Object, strconv.FormatUint(b.Blob, 16), b.Context)
}

// fields writes texts so that no two lists of them are written the same.
func fields(texts ...string) []byte {
	var b []byte
	for _, t := range texts {
		b = binary.BigEndian.AppendUint64(b, uint64(len(t)))
		b = append(b, t...)
	}
	return b
}

// Sealed is the key of an object, sealed.
type Sealed struct {
	Key     string `json:"key"`     // id of the key that sealed it, Master for SSE-S3
	Version int    `json:"version"` // of that key, 1 for the first
	Box     []byte `json:"box"`
}

// Seal seals the key of an object with the newest version of a key, ErrDisabled
// if that is not to be used and ErrNotFound if it is not there.
func (r *Ring) Seal(key string, b Binding, plain []byte) (Sealed, error) {
	c, err := r.current()
	if err != nil {
		return Sealed{}, err
	}
	k, err := c.usable(key)
	if err != nil {
		return Sealed{}, err
	}
	s := Sealed{Key: key, Version: len(k.Versions)}
	s.Box, err = box(k.Versions[s.Version-1].Secret, b.aad(key, s.Version), plain, r.cfg.Entropy)
	return s, err
}

// Open opens the key of an object. It fails with ErrDisabled or ErrNotFound
// for the key it was sealed with, with ErrOpen if it belongs to something else.
func (r *Ring) Open(s Sealed, b Binding) ([]byte, error) {
	c, unread := r.current()
	if c == nil {
		return nil, unread
	}
	k, err := c.usable(s.Key)
	if err != nil {
		return nil, errors.Join(err, unread)
	}
	if s.Version < 1 || s.Version > len(k.Versions) {
		return nil, fmt.Errorf("version %d of key %s: %w", s.Version, s.Key, errors.Join(ErrNotFound, unread))
	}
	return unbox(k.Versions[s.Version-1].Secret, b.aad(s.Key, s.Version), s.Box)
}

// customer stands for the key's id in what is sealed with a key that only the
// tenant has.
const customer = "customer"

// SealWith seals the key of an object with a key that is kept nowhere (SSE-C).
func (r *Ring) SealWith(secret []byte, b Binding, plain []byte) ([]byte, error) {
	return box(secret, b.aad(customer, 0), plain, r.cfg.Entropy)
}

// OpenWith opens what SealWith sealed, ErrOpen with another key.
func (r *Ring) OpenWith(secret []byte, b Binding, sealed []byte) ([]byte, error) {
	return unbox(secret, b.aad(customer, 0), sealed)
}

// box seals a few bytes: AES-256-GCM with a key of its own for each box, made
// from the secret and a random salt, so that the number of boxes of one secret
// is no concern. The result is salt ‖ sealed bytes ‖ tag.
func box(secret, aad, plain []byte, entropy io.Reader) ([]byte, error) {
	out := make([]byte, saltSize, saltSize+len(plain)+tagSize)
	if _, err := io.ReadFull(entropy, out); err != nil {
		return nil, fmt.Errorf("make a salt: %w", err)
	}
	aead, nonce, err := lid(secret, out)
	if err != nil {
		return nil, err
	}
	return aead.Seal(out, nonce, plain, aad), nil
}

// unbox opens a box, ErrOpen if secret or aad are not those it was made with.
func unbox(secret, aad, sealed []byte) ([]byte, error) {
	if len(sealed) < saltSize+tagSize {
		return nil, ErrOpen
	}
	aead, nonce, err := lid(secret, sealed[:saltSize])
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, nonce, sealed[saltSize:], aad)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// lid makes the cipher and the nonce of one box.
func lid(secret, salt []byte) (cipher.AEAD, []byte, error) {
	if len(secret) != secretSize {
		return nil, nil, fmt.Errorf("a secret of %d bytes", len(secret))
	}
	const nonceSize = 12
	derived, err := hkdf.Key(sha256.New, secret, salt, "ecc keyring box", secretSize+nonceSize)
	if err != nil {
		return nil, nil, fmt.Errorf("derive the key of a box: %w", err)
	}
	block, err := aes.NewCipher(derived[:secretSize])
	if err != nil {
		return nil, nil, fmt.Errorf("use the key of a box: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, nil, fmt.Errorf("use the key of a box: %w", err)
	}
	return aead, derived[secretSize:], nil
}
