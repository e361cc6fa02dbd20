package clc

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/md5" //nolint:gosec // EC2's fingerprint of imported RSA keys
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // EC2's fingerprint of created RSA keys
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"

	"ecc/cloud"
)

// Limits of imported keys.
const (
	maxKeyMaterial = 16 << 10
	minRSABits     = 1024
	maxRSABits     = 8192
)

// parsePublic reads an imported public key: an OpenSSH line, or a DER or PEM
// public key, as EC2 takes them. It returns the key's type, fingerprint as EC2
// computes it for imported keys, and an authorized_keys line.
func parsePublic(material []byte, name string) (typ, fingerprint, line string, err error) {
	if len(material) > maxKeyMaterial {
		return "", "", "", cloud.Errorf(cloud.Malformed, cloud.ResKeyPair, name, "Key exceeds maximum length %d.", maxKeyMaterial)
	}
	pub, err := sshPublic(material)
	if err != nil {
		return "", "", "", &cloud.Error{Kind: cloud.Malformed, Resource: cloud.ResKeyPair, ID: name,
			Msg: "Key is not in valid OpenSSH public key format", Err: err}
	}
	ck, ok := pub.(ssh.CryptoPublicKey)
	if !ok {
		return "", "", "", cloud.Errorf(cloud.Malformed, cloud.ResKeyPair, name, "Keys of type %s are not supported", pub.Type())
	}
	line = strings.TrimSpace(string(ssh.MarshalAuthorizedKey(pub))) + " " + name
	switch k := ck.CryptoPublicKey().(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < minRSABits || k.N.BitLen() > maxRSABits {
			return "", "", "", cloud.Errorf(cloud.Malformed, cloud.ResKeyPair, name, "RSA keys must have %d to %d bits", minRSABits, maxRSABits)
		}
		der, err := x509.MarshalPKIXPublicKey(k)
		if err != nil {
			return "", "", "", fmt.Errorf("encode a public key: %w", err)
		}
		sum := md5.Sum(der) //nolint:gosec // as EC2
		return "rsa", colons(sum[:]), line, nil
	case ed25519.PublicKey:
		return "ed25519", sshFingerprint(pub), line, nil
	}
	return "", "", "", cloud.Errorf(cloud.Malformed, cloud.ResKeyPair, name, "Keys of type %s are not supported", pub.Type())
}

// sshPublic reads a public key in any of the forms EC2 takes.
func sshPublic(b []byte) (ssh.PublicKey, error) {
	pub, _, _, rest, err := ssh.ParseAuthorizedKey(b)
	if err == nil {
		if len(bytes.TrimSpace(rest)) > 0 {
			return nil, fmt.Errorf("more than one key")
		}
		return pub, nil
	}
	der := b
	if block, _ := pem.Decode(b); block != nil {
		der = block.Bytes
	}
	key, derErr := x509.ParsePKIXPublicKey(der)
	if derErr != nil {
		return nil, err
	}
	return ssh.NewPublicKey(key)
}

// createKey makes a key pair. The private half is returned once, as PEM or as
// PuTTY has it.
func createKey(typ, name string, putty bool) (fingerprint, line, private string, err error) {
	var key crypto.Signer
	var block *pem.Block
	switch typ {
	case "rsa":
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return "", "", "", fmt.Errorf("make a key: %w", err)
		}
		pkcs8, err := x509.MarshalPKCS8PrivateKey(k)
		if err != nil {
			return "", "", "", fmt.Errorf("encode a key: %w", err)
		}
		sum := sha1.Sum(pkcs8) //nolint:gosec // as EC2
		fingerprint, key = colons(sum[:]), k
		block = &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k)}
	case "ed25519":
		_, k, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return "", "", "", fmt.Errorf("make a key: %w", err)
		}
		key = k
		if block, err = ssh.MarshalPrivateKey(k, name); err != nil {
			return "", "", "", fmt.Errorf("encode a key: %w", err)
		}
	default:
		return "", "", "", cloud.Errorf(cloud.Invalid, cloud.AnyResource, "", "Invalid value '%s' for KeyType", typ)
	}
	pub, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		return "", "", "", fmt.Errorf("encode a key: %w", err)
	}
	if fingerprint == "" {
		fingerprint = sshFingerprint(pub)
	}
	line = strings.TrimSpace(string(ssh.MarshalAuthorizedKey(pub))) + " " + name
	if private = string(pem.EncodeToMemory(block)); putty {
		private, err = encodePPK(key, pub, name)
	}
	return fingerprint, line, private, err
}

// sshFingerprint is the base64 of SHA-256, as EC2 shows it for ed25519.
func sshFingerprint(pub ssh.PublicKey) string {
	sum := sha256.Sum256(pub.Marshal())
	return base64.StdEncoding.EncodeToString(sum[:])
}

// colons renders bytes as aa:bb:cc.
func colons(b []byte) string {
	parts := make([]string, len(b))
	for k := range b {
		parts[k] = hex.EncodeToString(b[k : k+1])
	}
	return strings.Join(parts, ":")
}
