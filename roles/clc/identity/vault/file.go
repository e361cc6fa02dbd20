package vault

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"ecc/internal/atomicfile"
)

// maxFile bounds the file of a master key, which has 45 bytes.
const maxFile = 4 << 10

// ErrMissing is that the file of the master key is not there.
var ErrMissing = errors.New("the file is missing")

// Load reads the master key of a file, 32 bytes in base64, ErrMissing if it is
// not there. One that everybody can read is refused.
func Load(path string, entropy io.Reader) (*Vault, error) {
	fi, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("identity key %s: %w", path, ErrMissing)
	case err != nil:
		return nil, fmt.Errorf("look at the identity key: %w", err)
	case fi.Size() > maxFile:
		return nil, fmt.Errorf("the identity key %s has %d bytes, a key has 44", path, fi.Size())
	case fi.Mode().Perm()&0o007 != 0:
		return nil, fmt.Errorf("the identity key %s may be read or changed by everybody (%#o): chmod 600 %s, and take its secrets for known", path, fi.Mode().Perm(), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the identity key: %w", err)
	}
	master, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(text)))
	if err != nil || len(master) != Size {
		// What was read is no part of the message: it may be nearly a key.
		return nil, fmt.Errorf("the identity key %s is not %d bytes in base64", path, Size)
	}
	return New(master, entropy)
}

// Create makes the file of a new master key, which must not be there. It is on
// disk when Create returns.
func Create(path string, entropy io.Reader) (*Vault, error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("make the identity key %s: something is there (%w)", path, errors.Join(fs.ErrExist, err))
	}
	master := make([]byte, Size)
	if _, err := io.ReadFull(entropy, master); err != nil {
		return nil, fmt.Errorf("make the identity key: %w", err)
	}
	if err := atomicfile.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the identity key's folder: %w", err)
	}
	if err := atomicfile.Write(path, []byte(base64.StdEncoding.EncodeToString(master)+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("make the identity key: %w", err)
	}
	return New(master, entropy)
}
