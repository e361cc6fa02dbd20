package qcow2

import (
	"encoding/binary"
	"fmt"
	"io"
)

// The header extensions that matter here; the others describe things a reader
// of the data needs not know.
const (
	extEnd           = 0
	extBackingFormat = 0xe2792aca
	extDataFile      = 0x44415441
	extCrypto        = 0x0537be77
)

// parseExtensions walks the list between the header and the end of the first
// cluster (or the backing file's name).
func (h *Header) parseExtensions(r io.ReaderAt, fileSize int64) error {
	end := min(h.ClusterSize(), fileSize)
	if h.backingOff != 0 {
		end = min(end, h.backingOff)
	}
	for off := h.length; off+8 <= end; {
		var b [8]byte
		if _, err := r.ReadAt(b[:], off); err != nil {
			return fmt.Errorf("read qcow2 header extension: %w", err)
		}
		kind, n := binary.BigEndian.Uint32(b[:]), int64(binary.BigEndian.Uint32(b[4:]))
		if kind == extEnd {
			return nil
		}
		off += 8
		if n > end-off {
			return invalid("a header extension is longer than the header")
		}
		if err := h.extension(r, kind, off, n); err != nil {
			return err
		}
		off += (n + 7) &^ 7
	}
	return nil
}

func (h *Header) extension(r io.ReaderAt, kind uint32, off, n int64) error {
	switch kind {
	case extDataFile:
		h.DataFile = true
	case extCrypto:
		h.Encryption = max(h.Encryption, 1)
	case extBackingFormat:
		b := make([]byte, min(n, maxName))
		if _, err := r.ReadAt(b, off); err != nil {
			return fmt.Errorf("read qcow2 backing format: %w", err)
		}
		h.BackingFormat = string(b)
	}
	return nil
}

func (h *Header) parseBacking(off uint64, n uint32, fileSize int64) error {
	if off == 0 {
		return nil
	}
	if n > maxName || off > uint64(h.ClusterSize()) || int64(off)+int64(n) > min(h.ClusterSize(), fileSize) {
		return invalid("the name of the backing file is not inside the header")
	}
	h.backingOff, h.backingLen = int64(off), int64(n)
	return nil
}

func (h *Header) readBackingName(r io.ReaderAt) error {
	if h.backingLen == 0 {
		return nil
	}
	b := make([]byte, h.backingLen)
	if _, err := r.ReadAt(b, h.backingOff); err != nil {
		return fmt.Errorf("read qcow2 backing file name: %w", err)
	}
	h.BackingFile = string(b)
	return nil
}
