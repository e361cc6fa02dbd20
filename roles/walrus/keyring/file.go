package keyring

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"

	"ecc/internal/atomicfile"
)

const (
	format  = 1
	maxFile = 16 << 20
)

// content is what the file holds.
type content struct {
	Format int      `json:"format"`
	ID     string   `json:"id"`
	Master record   `json:"master"`
	Keys   []record `json:"keys,omitempty"`

	wrapped bool
}

// wrapping is the file of a sealed keyring.
type wrapping struct {
	Format  int    `json:"format"`
	ID      string `json:"id"`
	Wrapped []byte `json:"wrapped"` // a box around content
}

func (c *content) clone() *content {
	d := *c
	d.Master = c.Master.clone()
	d.Keys = slices.Clone(c.Keys)
	for i := range d.Keys {
		d.Keys[i] = d.Keys[i].clone()
	}
	return &d
}

// stamp tells one state of the file from the next: every change makes a new
// file.
type stamp struct {
	inode uint64
	size  int64
	mtime syscall.Timespec
}

func stampOf(path string) (stamp, error) {
	fi, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return stamp{}, fmt.Errorf("%s: %w", path, ErrMissing)
	}
	if err != nil {
		return stamp{}, fmt.Errorf("look at the keyring: %w", err)
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return stamp{}, fmt.Errorf("look at the keyring: no inode of %s", path)
	}
	return stamp{st.Ino, st.Size, st.Mtim}, nil
}

// load reads the file, and its stamp from before: if it changes while it is
// read, it is read again the next time.
func load(path string, wrap []byte) (*content, stamp, error) {
	now, err := stampOf(path)
	if err != nil {
		return nil, now, err
	}
	if now.size > maxFile {
		return nil, now, fmt.Errorf("the keyring %s has %d bytes, %d at most", path, now.size, maxFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, now, fmt.Errorf("read the keyring: %w", err)
	}
	c, err := decode(data, wrap)
	if err != nil {
		return nil, now, fmt.Errorf("the keyring %s: %w", path, err)
	}
	return c, now, nil
}

func decode(data, wrap []byte) (*content, error) {
	var outer wrapping
	if err := json.Unmarshal(data, &outer); err != nil {
		return nil, fmt.Errorf("is not a keyring: %w", err)
	}
	if outer.Format != format {
		return nil, fmt.Errorf("has format %d, this ecc knows %d", outer.Format, format)
	}
	c := &content{wrapped: outer.Wrapped != nil}
	if c.wrapped {
		if len(wrap) == 0 {
			return nil, errors.New("is sealed: set walrus.keyring_key or walrus.keyring_key_file to the key it was sealed with")
		}
		var err error
		if data, err = unbox(wrap, outer.aad(), outer.Wrapped); err != nil {
			return nil, errors.New("is sealed with another key than walrus.keyring_key (or keyring_key_file) holds, or damaged")
		}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields() // they might be keys of a later ecc, lost at the next change
	if err := d.Decode(c); err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	return c, c.check()
}

// check refuses a keyring that would fail later, when an object needs it.
func (c *content) check() error {
	for _, k := range append([]record{c.Master}, c.Keys...) {
		if len(k.Versions) == 0 || k.ID == "" {
			return errors.New("has a key without secret")
		}
		for _, v := range k.Versions {
			if len(v.Secret) != secretSize {
				return fmt.Errorf("has a secret of %d bytes", len(v.Secret))
			}
		}
	}
	if c.ID == "" || c.Master.ID != Master {
		return errors.New("has no id, or no master key")
	}
	return nil
}

func (w wrapping) aad() []byte { return fields("ecc keyring", w.ID) }

// write replaces the file. It stays its owner's, whoever changes it: root may
// run ecc keys on a keyring of the user ecc runs as.
func (c *content) write(path string, wrap []byte, entropy io.Reader) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err == nil && len(wrap) > 0 {
		outer := wrapping{Format: format, ID: c.ID}
		if outer.Wrapped, err = box(wrap, outer.aad(), data, entropy); err == nil {
			data, err = json.MarshalIndent(outer, "", "  ")
		}
	}
	if err != nil {
		return fmt.Errorf("encode the keyring: %w", err)
	}
	if err := replace(path, append(data, '\n')); err != nil {
		return fmt.Errorf("write the keyring: %w", err)
	}
	c.wrapped = len(wrap) > 0
	return nil
}

func replace(path string, data []byte) error {
	dir := filepath.Dir(path)
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(dir), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	defer func() { _ = f.Cleanup() }() // nothing after the file was named
	if _, err := f.Write(data); err != nil {
		return err
	}
	folder, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if st, ok := folder.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 {
		if err := f.Chown(int(st.Uid), int(st.Gid)); err != nil {
			return err
		}
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return err
	}
	return atomicfile.SyncDir(dir)
}

func makeFolder(path string) error {
	if err := atomicfile.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the keyring's folder: %w", err)
	}
	return nil
}

// lock takes the lock of the keyring's folder, and waits for it: it is held
// for as long as writing the file takes. It goes with its process.
func lock(path string) (unlock func(), err error) {
	f, err := os.Open(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", path, ErrMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the keyring: %w", err)
	}
	for {
		if err = unix.Flock(int(f.Fd()), unix.LOCK_EX); !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the keyring: %w", err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}

// ParseWrap reads the key a keyring is sealed with: 32 bytes in base64 or hex.
// An empty text is no key.
func ParseWrap(text string) ([]byte, error) {
	text = string(bytes.TrimSpace([]byte(text)))
	if text == "" {
		return nil, nil
	}
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString} {
		if k, err := decode(text); err == nil && len(k) == secretSize {
			return k, nil
		}
	}
	return nil, fmt.Errorf("is not %d bytes in base64 or hex; openssl rand -base64 %d makes such a key", secretSize, secretSize)
}
