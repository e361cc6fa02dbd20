// Package backup copies a walrus' folder to another one that opens as a walrus:
// the index as it is at one moment, and the data files it knows then. Data
// files never change, so a hard link is as good as a copy where the target is on
// the same file system, and costs no space until the original is removed; on
// another one they are copied. Files in a bucket of another S3 stay there.
//
// The keys of encrypted objects are not in the folder and not in the copy.
// Package roles/walrus and the command line import it.
package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/index"
)

// Options say what to copy where.
type Options struct {
	Dir  string // of the walrus
	To   string // must not be there, or be empty
	Copy bool   // never link
	// Progress is called now and then, with data files done and to do. It may be
	// nil.
	Progress func(done, total int64)
}

// Result is what was copied.
type Result struct {
	To      string   `json:"to"`
	Index   int64    `json:"index_bytes"`
	Linked  int64    `json:"linked"` // data files
	Copied  int64    `json:"copied"`
	Bytes   int64    `json:"bytes"`   // of data files
	Bucket  bool     `json:"bucket"`  // the data files are in a bucket and stay there
	Missing []string `json:"missing"` // data files that are not there; the first hundred
	Lost    int64    `json:"lost"`    // how many are not there
}

const maxMissing = 100

// Run copies. No data file of the index may be removed meanwhile; that the
// index is written to does no harm.
func Run(ctx context.Context, x *index.Index, o Options) (Result, error) {
	if o.Progress == nil {
		o.Progress = func(int64, int64) {}
	}
	if err := free(o.To); err != nil {
		return Result{}, err
	}
	if in, err := filepath.Rel(o.Dir, o.To); err == nil && filepath.IsLocal(in) {
		return Result{}, fmt.Errorf("%s is in the folder of the object store itself: name one elsewhere", o.To)
	}
	half := o.To + ".partial" // a copy that has its name is whole
	if err := os.RemoveAll(half); err != nil {
		return Result{}, fmt.Errorf("remove an earlier attempt: %w", err)
	}
	r, err := run(ctx, x, o, half)
	if err == nil {
		err = publish(half, o.To)
	}
	if err != nil {
		return r, errors.Join(err, os.RemoveAll(half))
	}
	r.To = o.To
	return r, nil
}

// free sees that the target is not in use.
func free(to string) error {
	entries, err := os.ReadDir(to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the target: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty: name a new folder", to)
	}
	return nil
}

func run(ctx context.Context, x *index.Index, o Options, to string) (r Result, err error) {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return r, fmt.Errorf("make the target: %w", err)
	}
	path := filepath.Join(to, "walrus.db")
	if r.Index, err = copyIndex(x, path); err != nil {
		return r, err
	}
	snapshot, err := index.OpenToRead(path)
	if err != nil {
		return r, fmt.Errorf("read the copy of the index: %w", err)
	}
	return r, errors.Join(copyFiles(ctx, snapshot, o, to, &r), snapshot.CloseRead())
}

// copyIndex writes the index as it is now.
func copyIndex(x *index.Index, path string) (n int64, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("make the copy of the index: %w", err)
	}
	err = x.View(func(tx *index.Tx) error { n, err = tx.WriteTo(f); return err })
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return n, fmt.Errorf("copy the index: %w", err)
	}
	return n, nil
}

func copyFiles(ctx context.Context, snapshot *index.Index, o Options, to string, r *Result) error {
	total, place := int64(0), ""
	err := snapshot.View(func(tx *index.Tx) error {
		place = tx.Place()
		return tx.EachFile(0, func(index.ID, int64) bool { total++; return true })
	})
	if r.Bucket = place != "" && place != "folder"; err != nil || r.Bucket {
		return err
	}
	src, dst := datafile.At(o.Dir), datafile.At(to)
	for i := range 256 {
		if err := os.MkdirAll(filepath.Dir(dst.Path(datafile.ID(i))), 0o700); err != nil {
			return fmt.Errorf("make folder for data files: %w", err)
		}
	}
	return snapshot.View(func(tx *index.Tx) (err error) {
		walking := tx.EachFile(0, func(id index.ID, size int64) bool {
			err = errors.Join(ctx.Err(), copyFile(src.Path(datafile.ID(id)), dst.Path(datafile.ID(id)), o.Copy, size, r))
			o.Progress(r.Linked+r.Copied+r.Lost, total)
			return err == nil
		})
		return errors.Join(err, walking)
	})
}

func copyFile(from, to string, always bool, size int64, r *Result) error {
	err := fs.ErrInvalid
	if !always {
		err = os.Link(from, to)
	}
	switch {
	case err == nil:
		r.Linked++
		r.Bytes += size
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return r.missing(from)
	}
	err = duplicate(from, to)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r.missing(from)
	case err != nil:
		return fmt.Errorf("copy data file: %w", err)
	}
	r.Copied++
	r.Bytes += size
	return nil
}

// missing notes a file that is not there, such as one in quarantine: the copy
// goes on, and says so.
func (r *Result) missing(path string) error {
	if r.Lost++; r.Lost <= maxMissing {
		r.Missing = append(r.Missing, filepath.Base(path))
	}
	return nil
}

func duplicate(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make it: %v", err) //nolint:errorlint // a target that is not there is not a source that is not there
	}
	_, err = io.Copy(dst, src) // in the kernel, and shared where the file system can
	return errors.Join(err, dst.Close())
}

// publish makes the copy durable and gives it its name.
func publish(half, to string) error {
	f, err := os.Open(half)
	if err != nil {
		return fmt.Errorf("sync the copy: %w", err)
	}
	err = unix.Syncfs(int(f.Fd()))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("sync the copy: %w", err)
	}
	if err := unix.Rename(half, to); err != nil { // os.Rename refuses an empty folder
		return fmt.Errorf("name the copy %s: %w", to, err)
	}
	parent, err := os.Open(filepath.Dir(to))
	if err != nil {
		return fmt.Errorf("sync the copy's name: %w", err)
	}
	return errors.Join(parent.Sync(), parent.Close())
}
