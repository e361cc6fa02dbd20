package walrus

import (
	"errors"
	"fmt"
	"io"

	"ecc/api/s3"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/seal"
)

// source reads a range of a blob, every byte checked. While it is open the
// blob's files stay.
type source struct {
	files     datafile.Files
	inline    []byte
	stretches []index.Stretch
	reader    datafile.Input
	key       []byte       // of the bytes; nil if they are not encrypted
	opener    *seal.Reader // of what reader reads, then
	release   func()
	rest      []byte // what Read has not handed out yet
}

// open finds the bytes of an object and pins its blob. The key is the one its
// bytes are encrypted with, nil if they are not. The caller holds pins.lookup
// for reading.
func (w *Walrus) open(tx *index.Tx, o index.Object, r s3.Range, key []byte) (*source, error) {
	inline, stretches, err := tx.Bytes(o.Blob, r.Offset, r.Offset+r.Length)
	if err == nil && inline != nil && key != nil {
		inline, err = openInline(tx, o, r, key)
	}
	if err != nil {
		return nil, err
	}
	return &source{files: w.files, inline: inline, stretches: stretches, key: key, release: w.pins.hold(o.Blob)}, nil
}

// openInline opens a range of encrypted bytes that are kept in the index.
func openInline(tx *index.Tx, o index.Object, r s3.Range, key []byte) ([]byte, error) {
	whole, _, err := tx.Bytes(o.Blob, 0, seal.Size(o.Size))
	if err != nil {
		return nil, err
	}
	if whole, err = seal.OpenBytes(key, whole); err != nil {
		return nil, fmt.Errorf("blob %x: %w", o.Blob, err)
	}
	if int64(len(whole)) != o.Size {
		return nil, fmt.Errorf("blob %x has %d bytes and not %d: %w", o.Blob, len(whole), o.Size, index.ErrCorrupt)
	}
	return whole[r.Offset:][:r.Length], nil
}

// next returns the next bytes, valid until the next call, and io.EOF at the
// end.
func (s *source) next() ([]byte, error) {
	if len(s.inline) > 0 {
		b := s.inline
		s.inline = nil
		return b, nil
	}
	for {
		if s.reader == nil {
			if len(s.stretches) == 0 {
				return nil, io.EOF
			}
			if err := s.openNext(); err != nil {
				return nil, err
			}
		}
		b, err := s.read()
		if !errors.Is(err, io.EOF) {
			return b, err
		}
		if err := s.closeReader(); err != nil {
			return nil, err
		}
	}
}

func (s *source) openNext() (err error) {
	next := s.stretches[0]
	s.stretches = s.stretches[1:]
	if s.key == nil {
		s.reader, err = s.files.Read(datafile.ID(next.File), next.Size, next.From, next.To)
		return err
	}
	key := s.key
	if next.Salt != nil {
		if key, err = seal.PartKey(key, next.Salt); err != nil {
			return err
		}
	}
	from, to := seal.Span(next.Size, next.From, next.To)
	if s.reader, err = s.files.Read(datafile.ID(next.File), seal.Size(next.Size), from, to); err != nil {
		return err
	}
	s.opener, err = seal.NewReader(key, next.Size, next.From, next.To, s.reader.Next)
	return err
}

func (s *source) read() ([]byte, error) {
	if s.opener != nil {
		return s.opener.Next()
	}
	return s.reader.Next()
}

func (s *source) closeReader() error {
	if s.reader == nil {
		return nil
	}
	if s.opener != nil {
		s.opener.Close()
	}
	err := s.reader.Close()
	s.reader, s.opener = nil, nil
	if err != nil {
		return fmt.Errorf("close data file: %w", err)
	}
	return nil
}

func (s *source) close() {
	_ = s.closeReader()
	s.release()
}

// copyTo writes first and then all the rest.
func (s *source) copyTo(w io.Writer, first []byte) error {
	b := first
	for {
		if _, err := w.Write(b); err != nil {
			return fmt.Errorf("%w: %w", errGone, err)
		}
		var err error
		if b, err = s.next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Read makes a source an io.Reader. A failure is never a plain io.EOF.
func (s *source) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		b, err := s.next()
		if errors.Is(err, io.EOF) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, errors.Join(errRead, err)
		}
		s.rest = b
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// errGone means that the client took no more of an answer.
var errGone = errors.New("send object")

var errRead = errors.New("read object")
