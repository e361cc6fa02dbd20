package roles

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ecc/roles/walrus/keyring"
)

// Values of walrus.encrypt and walrus.customer_keys.
const (
	encryptAsked  = "asked"
	encryptAlways = "always"
	keysPrivate   = "private"
	keysAnywhere  = "anywhere"
)

// maxKeyFile bounds a file that holds one key.
const maxKeyFile = 4 << 10

func (w WalrusConfig) validateEncryption(p *problems) {
	p.check(w.Encrypt == encryptAsked || w.Encrypt == encryptAlways, "walrus.encrypt", "%q is not asked or always", w.Encrypt)
	p.check(w.CustomerKeys == keysPrivate || w.CustomerKeys == keysAnywhere, "walrus.customer_keys", "%q is not private or anywhere", w.CustomerKeys)
	p.check(!inside(w.Keyring, w.Dir), "walrus.keyring", "%s is in the folder of the objects (walrus.dir): a copy of them would have their keys with it", w.Keyring)
	p.check(w.KeyringKey == "" || w.KeyringKeyFile == "", "walrus.keyring_key", "set it or walrus.keyring_key_file, not both")
	_, err := keyring.ParseWrap(string(w.KeyringKey))
	p.check(err == nil, "walrus.keyring_key", "it %v", err)
}

func inside(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, "../")
}

// Keyring returns how to open the keyring of this configuration's walrus.
func (c *Config) Keyring() (keyring.Config, error) {
	k := keyring.Config{Path: c.Walrus.Keyring, Region: c.Region}
	var err error
	if file := c.Walrus.KeyringKeyFile; file != "" {
		if k.Wrap, err = ReadKeyringKey(file); err != nil {
			err = fmt.Errorf("walrus.keyring_key_file: %w", err)
		}
	} else if k.Wrap, err = keyring.ParseWrap(string(c.Walrus.KeyringKey)); err != nil {
		err = fmt.Errorf("walrus.keyring_key %w", err)
	}
	return k, err
}

// ReadKeyringKey reads a file that holds the key a keyring is sealed with.
func ReadKeyringKey(file string) ([]byte, error) {
	fi, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if fi.Size() > maxKeyFile {
		return nil, fmt.Errorf("%s has %d bytes, a key has 44", file, fi.Size())
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	key, err := keyring.ParseWrap(string(b))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s %w", file, err)
	case key == nil:
		return nil, fmt.Errorf("%s is empty", file)
	}
	return key, nil
}
