package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"
)

// ErrDamaged means that the file itself is not what bbolt wrote.
var ErrDamaged = errors.New("the index is damaged: ecc walrus fsck says where; put the last export back")

// guarded turns a panic into an error. bbolt maps the file and believes what it
// says: a page that was overwritten makes it panic, or touch memory that is not
// there.
func guarded(fn func() error) (err error) {
	old := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(old)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w (%v)\n%s", ErrDamaged, p, debug.Stack())
		}
	}()
	return fn()
}

// checkSize refuses a file that was cut short. bbolt would not notice before
// it touches the memory behind the end.
func checkSize(db *bolt.DB) error {
	st, err := os.Stat(db.Path())
	if err != nil {
		return fmt.Errorf("size of the index: %w", err)
	}
	return guarded(func() error {
		return db.View(func(tx *bolt.Tx) error {
			if st.Size() < tx.Size() {
				return fmt.Errorf("%w (it has %d bytes and should have %d)", ErrDamaged, st.Size(), tx.Size())
			}
			return nil
		})
	})
}

// OpenToRead opens an index nobody else holds, for looking only.
func OpenToRead(path string) (*Index, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("there is no index: %w", err)
	}
	db, err := openFile(path, true)
	if err != nil {
		return nil, err
	}
	x := &Index{db: db, stop: make(chan struct{}), failed: make(chan struct{})}
	err = x.View(func(tx *Tx) error {
		if tx.tx.Bucket(metaBucket) == nil {
			return errNoIndex
		}
		if v := tx.Schema(); v != schema {
			return fmt.Errorf("the file has schema %d, this ecc knows %d: let this ecc serve the folder once, that brings it up to date", v, schema)
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return x, nil
}

// CloseRead closes an index that was opened with OpenToRead.
func (x *Index) CloseRead() error { return x.db.Close() }

// look opens a file, reads all its pages and closes it.
func look(path string) error {
	db, err := openFile(path, true)
	if err != nil {
		return err
	}
	if err := touch(db); err != nil {
		return errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return db.Close()
}

// touch goes over all keys and sees that they are in order.
func touch(db *bolt.DB) error {
	return guarded(func() error {
		return db.View(func(tx *bolt.Tx) error {
			return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
				var last []byte
				return b.ForEach(func(k, _ []byte) error {
					if last != nil && bytes.Compare(last, k) >= 0 {
						return fmt.Errorf("%w (keys of %s are not in order)", ErrDamaged, name)
					}
					last = k
					return nil
				})
			})
		})
	})
}

// Walk calls report for whatever is wrong with the file as a file, below what
// records mean.
func (x *Index) Walk(report func(error)) error {
	if err := touch(x.db); err != nil {
		report(err)
		return nil // bbolt's own check could take the process down
	}
	return x.db.View(func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			report(err)
		}
		return nil
	})
}

// Schema returns the schema that the file was written with.
func (t *Tx) Schema() uint64 { return binary.BigEndian.Uint64(t.get(metaBucket, []byte("schema"))) }
