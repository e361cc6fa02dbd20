// Package vault keeps the secrets of tenants unreadable in the store: it seals
// them with keys derived from one master key, which is in a file outside the
// store. Whoever has a copy of the store alone, a backup of it or the disk under
// it, has no secret.
//
// It knows nothing of accounts and records; roles/clc/identity says what is
// sealed and for whom. Only that package, its neighbours iam and sts, and
// package roles, which opens the file, import it.
//
//	master key ── HKDF ──┬─ access keys      AES-256-GCM, bound to the key's id
//	                     ├─ session tokens   XChaCha20-Poly1305, bound to the key's id
//	                     ├─ session secrets  HMAC of the key's id
//	                     ├─ messages         XChaCha20-Poly1305
//	                     └─ fingerprint      to tell one master key from another
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// Size is the number of bytes of a master key.
const Size = 32

// ErrOpen is why something does not open: it was sealed with another master key,
// for something else, or it was altered.
var ErrOpen = errors.New("sealed with another key, for something else, or altered")

// boxVersion begins everything sealed, so that another way of sealing can be
// told from this one.
const boxVersion = 1

// Vault seals and opens. It is safe for concurrent use.
type Vault struct {
	entropy     io.Reader
	keys        cipher.AEAD // of access keys' secrets
	tokens      cipher.AEAD
	messages    cipher.AEAD
	secrets     []byte // makes the secrets of sessions
	fingerprint string
}

// New makes a vault of a master key of Size bytes.
func New(master []byte, entropy io.Reader) (*Vault, error) {
	if len(master) != Size {
		return nil, fmt.Errorf("a master key of %d bytes, %d are needed", len(master), Size)
	}
	v := &Vault{entropy: entropy}
	var keys, tokens, messages, fingerprint []byte
	for purpose, key := range map[string]*[]byte{"access keys": &keys, "session tokens": &tokens, "session secrets": &v.secrets,
		"messages": &messages, "fingerprint": &fingerprint} {
		var err error
		if *key, err = hkdf.Key(sha256.New, master, nil, "ecc identity: "+purpose, Size); err != nil {
			return nil, fmt.Errorf("derive the key of %s: %w", purpose, err)
		}
	}
	v.fingerprint = hex.EncodeToString(fingerprint[:8])
	block, err := aes.NewCipher(keys)
	if err != nil {
		return nil, fmt.Errorf("use the key of access keys: %w", err)
	}
	if v.keys, err = cipher.NewGCM(block); err != nil {
		return nil, fmt.Errorf("use the key of access keys: %w", err)
	}
	// Of tokens there may be more than random nonces of 12 bytes are good for.
	if v.tokens, err = chacha20poly1305.NewX(tokens); err != nil {
		return nil, fmt.Errorf("use the key of tokens: %w", err)
	}
	if v.messages, err = chacha20poly1305.NewX(messages); err != nil {
		return nil, fmt.Errorf("use the key of messages: %w", err)
	}
	return v, nil
}

// Fingerprint tells one master key from another and nothing of it: 16 hex
// digits.
func (v *Vault) Fingerprint() string { return v.fingerprint }

// SealKey seals the secret of an access key.
func (v *Vault) SealKey(id, secret string) ([]byte, error) { return v.seal(v.keys, id, []byte(secret)) }

// OpenKey returns the secret of an access key, ErrOpen if it is not that key's.
func (v *Vault) OpenKey(id string, sealed []byte) (string, error) {
	secret, err := open(v.keys, id, sealed)
	return string(secret), err
}

// SealToken seals what a session token says, for the session's key.
func (v *Vault) SealToken(id string, content []byte) ([]byte, error) {
	return v.seal(v.tokens, id, content)
}

// OpenToken returns what a session token says, ErrOpen if it is not that key's.
func (v *Vault) OpenToken(id string, sealed []byte) ([]byte, error) {
	return open(v.tokens, id, sealed)
}

// SealMessage seals a message of an account that only this cloud can read.
func (v *Vault) SealMessage(account string, text []byte) ([]byte, error) {
	return v.seal(v.messages, account, text)
}

// OpenMessage returns a message, ErrOpen if it is none of this cloud's for the
// account.
func (v *Vault) OpenMessage(account string, sealed []byte) ([]byte, error) {
	return open(v.messages, account, sealed)
}

// SessionSecret is the secret of a session's key: 30 bytes, which are 40
// characters in base64. It is stored nowhere.
func (v *Vault) SessionSecret(id string) []byte {
	m := hmac.New(sha256.New, v.secrets)
	m.Write([]byte(id))
	return m.Sum(nil)[:30]
}

// seal returns version ‖ nonce ‖ sealed bytes ‖ tag.
func (v *Vault) seal(aead cipher.AEAD, id string, plain []byte) ([]byte, error) {
	head := 1 + aead.NonceSize()
	out := make([]byte, head, head+len(plain)+aead.Overhead())
	out[0] = boxVersion
	if _, err := io.ReadFull(v.entropy, out[1:]); err != nil {
		return nil, fmt.Errorf("make a nonce: %w", err)
	}
	return aead.Seal(out, out[1:head], plain, []byte(id)), nil //nolint:gosec // the nonce was just read from entropy
}

func open(aead cipher.AEAD, id string, sealed []byte) ([]byte, error) {
	head := 1 + aead.NonceSize()
	if len(sealed) < head+aead.Overhead() || sealed[0] != boxVersion {
		return nil, ErrOpen
	}
	plain, err := aead.Open(nil, sealed[1:head], sealed[head:], []byte(id))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}
