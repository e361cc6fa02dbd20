package walrus

import (
	"errors"
	"fmt"
	"io"

	"ecc/api/s3"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/index"
)

// source reads a range of a blob, every byte checked. While it is open the
// blob's files stay.
type source struct {
	files     datafile.Files
	inline    []byte
	stretches []index.Stretch
	reader    datafile.Input
	release   func()
	rest      []byte // what Read has not handed out yet
}

// open finds the bytes of a blob and pins it. The caller holds pins.lookup for
// reading.
func (w *Walrus) open(tx *index.Tx, blob index.ID, r s3.Range) (*source, error) {
	inline, stretches, err := tx.Bytes(blob, r.Offset, r.Offset+r.Length)
	if err != nil {
		return nil, err
	}
	return &source{files: w.files, inline: inline, stretches: stretches, release: w.pins.hold(blob)}, nil
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
		b, err := s.reader.Next()
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
	s.reader, err = s.files.Read(datafile.ID(next.File), next.Size, next.From, next.To)
	return err
}

func (s *source) closeReader() error {
	if s.reader == nil {
		return nil
	}
	err := s.reader.Close()
	s.reader = nil
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
			return fmt.Errorf("send object: %w", err)
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

var errRead = errors.New("read object")
