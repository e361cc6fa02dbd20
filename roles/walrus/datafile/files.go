package datafile

import (
	"io"
	"iter"
)

// Files is a place where data files are kept: a Dir, or a bucket elsewhere
// (package remotefile). Package datafiletest says what any of them must do.
//
// A failure has a cloud.Kind where that says what a tenant may do about it:
// Unavailable for "try again", Exhausted for "full".
type Files interface {
	// Create begins a file. Nobody else may use the number, ever. size is how
	// many bytes will be written, -1 if that is not known; it is a promise.
	Create(id ID, size int64) (Output, error)
	// Read opens the range [from, to) of a file whose data is size bytes long. A
	// file that is not there is fs.ErrNotExist, one that cannot be right is
	// ErrCorrupt, here or when its bytes are read.
	Read(id ID, size, from, to int64) (Input, error)
	// Remove deletes a file. One that is not there is as good as deleted.
	Remove(id ID) error
	// All lists the files there are, in no order.
	All() iter.Seq2[ID, error]
	// Quarantine moves a file out of the way: nobody reads it any more, and it is
	// not lost. Removing the file removes it from there, too.
	Quarantine(id ID) error
	// Tidy removes what nobody is writing any more and is no file yet.
	Tidy() error
	// Free returns the bytes there is room for.
	Free() (int64, error)
}

// Output is a file that is being written. It ends with Commit or Abort; Abort
// after Commit does nothing.
type Output interface {
	io.Writer
	// Size returns the bytes written so far.
	Size() int64
	// Commit makes the file durable under its number. If it fails, nothing of
	// the file counts, and what may be left of it is an orphan.
	Commit() error
	// Abort drops a file that was not committed.
	Abort()
}

// Input is a range of a file that is being read. The caller closes it.
type Input interface {
	// Next returns the next bytes of the range, at most a Block, all of them
	// checked, and io.EOF at its end. They are valid until the next call.
	Next() ([]byte, error)
	// Close ends reading.
	Close() error
}
