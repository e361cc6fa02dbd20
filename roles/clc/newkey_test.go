package clc_test

import (
	"crypto/ed25519"
	"crypto/rand"

	"golang.org/x/crypto/ssh"
)

// newEd25519 makes a key and its authorized_keys line.
func newEd25519() (ed25519.PrivateKey, string, error) {
	pub, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, "", err
	}
	key, err := ssh.NewPublicKey(pub)
	if err != nil {
		return nil, "", err
	}
	return private, string(ssh.MarshalAuthorizedKey(key)), nil
}
