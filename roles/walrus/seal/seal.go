// Package seal encrypts streams of bytes so that any range of them can be read
// back without the rest, and nothing but what was written is ever handed out.
//
// A stream is cut into segments, and each is sealed with AES-256-GCM. The nonce
// is the segment's number and a mark on the last one, so that a segment cannot
// be changed, moved, repeated or left out, and the stream cannot be cut short
// or continued. This is the STREAM construction of Hoang, Reyhanitabar, Rogaway
// and Vizár ("Online Authenticated-Encryption and its Nonce-Reuse
// Misuse-Resistance", CRYPTO 2015), with a nonce laid out as Tink's streaming
// AEAD does:
//
//	nonce     0 ‖ 0 ‖ 0 ‖ 0 ‖ 0 ‖ 0 ‖ 0 ‖ segment number 4, big endian ‖ 1 if last
//	segment   65,520 bytes, fewer in the last, sealed to 16 bytes more
//
// A full segment sealed is 64 KiB: four are a block of a data file, so a range
// of a stream is a range of whole blocks and no byte is copied to fit. (The
// format of minio/sio, DARE, has packages of 64 KiB + 32 bytes, and its reader
// would copy each.) An empty stream is one empty segment.
//
// A key is for one stream only: the nonces begin at 0 in each. Package keyring
// keeps the keys. Only roles/walrus imports this package.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	tagSize = 16

	// Segment is the size of a full segment when it is sealed, in bytes.
	Segment = 64 << 10
	// payload is what a full segment holds.
	payload = Segment - tagSize

	// KeySize is the size of every key, in bytes.
	KeySize = 32
	// SaltSize is the size of what makes a part's key its own, in bytes.
	SaltSize = 16

	// MaxSize is the most bytes a stream can have.
	MaxSize = payload << 32
)

// ErrTampered means that sealed bytes are not what was written with this key.
var ErrTampered = errors.New("sealed bytes do not open with their key")

// Size returns how many bytes a stream of plain bytes has when it is sealed.
func Size(plain int64) int64 { return plain + segments(plain)*tagSize }

// segments returns how many segments hold a stream; an empty one has one too.
func segments(plain int64) int64 { return max(1, (plain+payload-1)/payload) }

// Span returns the range of the sealed stream, in whole segments, that holds
// the plain bytes [from, to). Of an empty range nothing is read.
func Span(plain, from, to int64) (start, end int64) {
	if from >= to {
		return 0, 0
	}
	return from / payload * Segment, min(Size(plain), ((to-1)/payload+1)*Segment)
}

// PartKey derives the key of one stream from a key that several share. Salt is
// random and of the stream: SaltSize bytes.
func PartKey(key, salt []byte) ([]byte, error) {
	if len(key) != KeySize || len(salt) != SaltSize {
		return nil, fmt.Errorf("derive key of a part: key of %d bytes, salt of %d", len(key), len(salt))
	}
	k, err := hkdf.Key(sha256.New, key, salt, "ecc walrus part", KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive key of a part: %w", err)
	}
	return k, nil
}

// Bytes seals a short stream at once.
func Bytes(key, plain []byte) ([]byte, error) {
	if len(plain) > payload {
		return nil, fmt.Errorf("seal %d bytes at once: %d at most", len(plain), payload)
	}
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	n := nonce(0, true)
	return aead.Seal(make([]byte, 0, len(plain)+tagSize), n[:], plain, nil), nil
}

// OpenBytes opens what Bytes sealed.
func OpenBytes(key, sealed []byte) ([]byte, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	n := nonce(0, true)
	plain, err := aead.Open(nil, n[:], sealed, nil)
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("key of %d bytes", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("use key: %w", err)
	}
	return aead, nil
}

func nonce(segment int64, last bool) (n [12]byte) {
	binary.BigEndian.PutUint32(n[7:], uint32(segment))
	if last {
		n[11] = 1
	}
	return n
}
