package datafile

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"ecc/internal/failpoint"
)

// flushEvery is how many bytes are written before the kernel is asked to begin
// moving them to the disk, so that the final sync has little left to do.
const flushEvery = 8 << 20

// writer is the Output of a Dir.
type writer struct {
	dir     *Dir
	id      ID
	f       *os.File
	promise int64 // bytes that will be written; -1 if unknown
	table   *Table
	flushed int64
	err     error
}

// Create implements Files.
func (d *Dir) Create(id ID, size int64) (Output, error) {
	d.begin(id)
	f, err := os.OpenFile(d.tempPath(id), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		d.end(id)
		return nil, fmt.Errorf("create data file: %w", err)
	}
	w := &writer{dir: d, id: id, f: f, promise: size, table: NewTable(id)}
	if err := failpoint.Hit("walrus.put.1.opened"); err != nil {
		w.Abort()
		return nil, err
	}
	return w, nil
}

// Size implements Output.
func (w *writer) Size() int64 { return w.table.Size() }

// Write implements Output.
func (w *writer) Write(p []byte) (int, error) {
	if w.promise >= 0 && w.Size()+int64(len(p)) > w.promise {
		w.err = ErrPromise
	}
	if w.err != nil {
		return 0, w.err
	}
	w.table.Add(p)
	if _, err := w.f.Write(p); err != nil {
		w.err = fmt.Errorf("write data file: %w", err)
		return 0, w.err
	}
	if n := w.Size() - w.flushed; n >= flushEvery {
		// Only a hint: what it fails to do, Commit's sync does or reports.
		_ = unix.SyncFileRange(int(w.f.Fd()), w.flushed, n, unix.SYNC_FILE_RANGE_WRITE)
		w.flushed += n
	}
	return len(p), nil
}

// Commit implements Output. A failed sync is not tried again: the kernel may have dropped
// the pages and would report success.
func (w *writer) Commit() error {
	if err := w.commit(); err != nil {
		w.Abort()
		return err
	}
	return nil
}

func (w *writer) commit() error {
	switch {
	case w.err != nil:
		return w.err
	case w.f == nil:
		return os.ErrClosed
	case w.promise >= 0 && w.Size() != w.promise:
		return ErrPromise
	}
	if _, err := w.f.Write(w.table.Finish()); err != nil {
		return fmt.Errorf("write table of data file: %w", err)
	}
	if err := unix.Fdatasync(int(w.f.Fd())); err != nil {
		return fmt.Errorf("sync data file: %w", err)
	}
	if err := failpoint.Hit("walrus.put.4.synced"); err != nil {
		return err
	}
	return w.publish()
}

// publish gives the file its name and makes the name durable.
func (w *writer) publish() error {
	err := w.f.Close()
	w.f = nil
	defer w.dir.end(w.id)
	if err != nil {
		return fmt.Errorf("close data file: %w", err)
	}
	if err := os.Rename(w.dir.tempPath(w.id), w.dir.path(w.id)); err != nil {
		_ = os.Remove(w.dir.tempPath(w.id)) // or Tidy does
		return fmt.Errorf("name data file: %w", err)
	}
	if err := errors.Join(syncDir(w.dir.shard(w.id)), failpoint.Hit("walrus.put.5.renamed")); err != nil {
		return errors.Join(err, w.dir.Remove(w.id))
	}
	return nil
}

// Abort implements Output.
func (w *writer) Abort() {
	if w.f == nil {
		return
	}
	_ = w.f.Close()
	_ = os.Remove(w.dir.tempPath(w.id)) // or Tidy does
	w.f = nil
	w.dir.end(w.id)
}
