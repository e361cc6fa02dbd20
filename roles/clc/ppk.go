package clc

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the format's
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/ssh"
)

// encodePPK renders a private key as PuTTY keeps it, not encrypted, in version 2
// of its format, which every PuTTY reads. The format is Appendix C of PuTTY's
// manual.
func encodePPK(key crypto.Signer, pub ssh.PublicKey, comment string) (string, error) {
	private, err := ppkPrivate(key)
	if err != nil {
		return "", err
	}
	public := pub.Marshal()
	secret := sha1.Sum([]byte("putty-private-key-file-mac-key")) //nolint:gosec // the format's
	mac := hmac.New(sha1.New, secret[:])
	mac.Write(ssh.Marshal(struct{ Type, Encryption, Comment, Public, Private string }{
		pub.Type(), "none", comment, string(public), string(private)}))
	var b strings.Builder
	fmt.Fprintf(&b, "PuTTY-User-Key-File-2: %s\r\nEncryption: none\r\nComment: %s\r\n", pub.Type(), comment)
	writePPK(&b, "Public", public)
	writePPK(&b, "Private", private)
	fmt.Fprintf(&b, "Private-MAC: %s\r\n", hex.EncodeToString(mac.Sum(nil)))
	return b.String(), nil
}

// ppkPrivate is the private half: of RSA d, p, q and q⁻¹ mod p, of Ed25519 the
// seed as a little-endian number.
func ppkPrivate(key crypto.Signer) ([]byte, error) {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return ssh.Marshal(struct{ D, P, Q, Inverse *big.Int }{k.D, k.Primes[0], k.Primes[1],
			new(big.Int).ModInverse(k.Primes[1], k.Primes[0])}), nil
	case ed25519.PrivateKey:
		return ssh.Marshal(struct{ Seed string }{string(bytes.TrimRight(k.Seed(), "\x00"))}), nil
	}
	return nil, fmt.Errorf("keys of type %T have no PuTTY form", key)
}

// writePPK writes a blob as lines of 64 characters.
func writePPK(b *strings.Builder, name string, blob []byte) {
	text := base64.StdEncoding.EncodeToString(blob)
	fmt.Fprintf(b, "%s-Lines: %d\r\n", name, (len(text)+63)/64)
	for ; len(text) > 64; text = text[64:] {
		b.WriteString(text[:64] + "\r\n")
	}
	b.WriteString(text + "\r\n")
}
