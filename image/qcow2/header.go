package qcow2

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Header is what a qcow2 file says of itself. ReadHeader has checked that its
// tables are bounded and inside the file; whether the features are acceptable
// is Plain's to say.
type Header struct {
	Version       int   // 2 or 3
	ClusterBits   uint  // 9 … 21
	Size          int64 // of the disk in bytes, a multiple of 512
	BackingFile   string
	BackingFormat string // "" if not recorded
	DataFile      bool   // the data is in another file
	Encryption    uint32 // 0 is none
	Snapshots     uint32 // internal ones
	Incompatible  uint64 // feature bits
	Compression   byte   // 0 is deflate, 1 zstd
	ExtendedL2    bool   // 32 subclusters in each cluster

	length     int64 // of the header itself
	l1Offset   int64
	l1Entries  int64 // those the disk needs
	backingOff int64
	backingLen int64
}

// The incompatible feature bits.
const (
	bitDirty       = 1 << 0 // refcounts may be wrong: of no concern to a reader
	bitCorrupt     = 1 << 1
	bitDataFile    = 1 << 2
	bitCompression = 1 << 3
	bitExtendedL2  = 1 << 4
	knownBits      = bitDirty | bitCorrupt | bitDataFile | bitCompression | bitExtendedL2
)

// ClusterSize is the unit of allocation in bytes.
func (h *Header) ClusterSize() int64 { return 1 << h.ClusterBits }

// ReadHeader reads and checks the header of a file of size bytes. An error of
// kind Invalid says what is wrong with it; others come from r.
func ReadHeader(r io.ReaderAt, size int64) (Header, error) {
	var h Header
	b := make([]byte, 112)
	n, err := r.ReadAt(b[:min(int64(len(b)), size)], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return h, fmt.Errorf("read qcow2 header: %w", err)
	}
	b = b[:n]
	if n < 72 || string(b[:4]) != Magic {
		return h, invalid("the header is truncated")
	}
	if err := h.parseFixed(b, size); err != nil {
		return h, err
	}
	if err := h.parseExtensions(r, size); err != nil {
		return h, err
	}
	return h, h.readBackingName(r)
}

func (h *Header) parseFixed(b []byte, fileSize int64) error {
	be := binary.BigEndian
	h.Version = int(be.Uint32(b[4:]))
	if h.Version != 2 && h.Version != 3 {
		return invalid("version %d is not supported", uint32(h.Version))
	}
	bits := be.Uint32(b[20:])
	if bits < 9 || bits > 21 {
		return invalid("the cluster size is out of bounds")
	}
	h.ClusterBits = uint(bits)
	size := be.Uint64(b[24:])
	if size == 0 || size%sectorSize != 0 || size > 1<<62 {
		return invalid("the disk's size is not a positive multiple of 512 bytes")
	}
	h.Size = int64(size)
	h.Encryption = be.Uint32(b[32:])
	h.Snapshots = be.Uint32(b[60:])
	h.length = 72
	if h.Version == 3 {
		if err := h.parseVersion3(b); err != nil {
			return err
		}
	}
	if err := h.parseTables(b, fileSize); err != nil {
		return err
	}
	return h.parseBacking(be.Uint64(b[8:]), be.Uint32(b[16:]), fileSize)
}

func (h *Header) parseVersion3(b []byte) error {
	if len(b) < 104 {
		return invalid("the header is truncated")
	}
	be := binary.BigEndian
	h.Incompatible = be.Uint64(b[72:])
	h.ExtendedL2 = h.Incompatible&bitExtendedL2 != 0
	h.DataFile = h.Incompatible&bitDataFile != 0
	if be.Uint32(b[96:]) > 6 {
		return invalid("the refcount width is out of bounds")
	}
	h.length = int64(be.Uint32(b[100:]))
	if h.length < 104 || h.length%8 != 0 || h.length > h.ClusterSize() {
		return invalid("the header's length is out of bounds")
	}
	if h.length > 104 && len(b) > 104 {
		h.Compression = b[104]
	}
	if (h.Compression != 0) != (h.Incompatible&bitCompression != 0) || h.Compression > 1 {
		return invalid("the compression type is not known")
	}
	if h.ExtendedL2 && h.ClusterBits < 14 {
		return invalid("the cluster size is out of bounds")
	}
	return nil
}

// parseTables checks where the L1 and the refcount table are.
func (h *Header) parseTables(b []byte, fileSize int64) error {
	be := binary.BigEndian
	perTable := h.ClusterSize() / h.l2EntrySize() // clusters one L2 table maps
	clusters := (h.Size-1)>>h.ClusterBits + 1
	h.l1Entries = (clusters-1)/perTable + 1
	if h.l1Entries*8 > maxL1Bytes {
		return invalid("the disk is too large for its cluster size")
	}
	declared := int64(be.Uint32(b[36:]))
	if declared < h.l1Entries {
		return invalid("the L1 table is too small for the disk")
	}
	if declared*8 > maxL1Bytes {
		return invalid("the L1 table is too large")
	}
	var ok bool
	if h.l1Offset, ok = h.table(be.Uint64(b[40:]), declared*8, fileSize); !ok {
		return invalid("the L1 table is not inside the file")
	}
	refs := int64(be.Uint32(b[56:])) << h.ClusterBits
	if refs > maxRefTableBytes {
		return invalid("the refcount table is too large")
	}
	if _, ok := h.table(be.Uint64(b[48:]), refs, fileSize); !ok {
		return invalid("the refcount table is not inside the file")
	}
	if fileSize>>h.ClusterBits >= maxHostClusters {
		return invalid("the file is too large for its cluster size")
	}
	return nil
}

// table checks that n bytes at off are aligned, not in the first cluster, and
// inside the file.
func (h *Header) table(off uint64, n, fileSize int64) (int64, bool) {
	if off < uint64(h.ClusterSize()) || off%uint64(h.ClusterSize()) != 0 || off > uint64(fileSize) {
		return 0, false
	}
	return int64(off), n <= fileSize-int64(off)
}

func (h *Header) l2EntrySize() int64 {
	if h.ExtendedL2 {
		return 16
	}
	return 8
}

// Plain returns nil if the file is a disk on its own that this package can
// read in full, else an error of kind Invalid saying what it needs besides.
func (h *Header) Plain() error {
	switch {
	case h.BackingFile != "" || h.backingOff != 0:
		return invalid("the image needs a backing file; flatten it with qemu-img convert")
	case h.DataFile:
		return invalid("the image keeps its data in another file; convert it with qemu-img convert")
	case h.Encryption != 0:
		return invalid("the image is encrypted")
	case h.Incompatible&^knownBits != 0:
		return invalid("the image uses a feature that is not known here")
	case h.Incompatible&bitCorrupt != 0:
		return invalid("the image is marked as corrupt")
	case h.Snapshots != 0:
		return invalid("the image has internal snapshots; convert it with qemu-img convert")
	}
	return nil
}
