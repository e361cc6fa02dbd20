package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"sort"
)

// Kinds of a blob's record.
const (
	inlineBlob = 0
	extentBlob = 1
	saltedBlob = 2
)

// Sizes of an extent, without and with a salt.
const (
	extentSize = 20
	saltSize   = 16
)

// ErrCorrupt means that a record does not hold what was written to it.
var ErrCorrupt = errors.New("record of the index is corrupt")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Extent is one data file of an object. The files of an object follow each
// other; each is used whole.
type Extent struct {
	File ID
	End  int64  // offset in the object just behind this extent
	Part uint32 // number of the part it was uploaded as; 0 for a plain upload
	Salt []byte // saltSize bytes, of the part of an encrypted upload; all extents of a blob have one, or none
}

// Stretch is a range of one data file: what to read for a range of an object.
type Stretch struct {
	File     ID
	Size     int64 // of the bytes in the file, before they were encrypted
	From, To int64 // of these
	Salt     []byte
}

// PutInline stores the bytes of a small object beside the index.
func (t *Tx) PutInline(blob ID, data []byte) error {
	return t.PutRecord(blob, Inline(append(make([]byte, InlineHead, InlineHead+len(data)), data...)))
}

// InlineHead is how many bytes stand before the data in an inline blob's record.
const InlineHead = 5

// Inline makes the record of an inline blob of a buffer that has the data
// behind InlineHead bytes: outside of transactions, which run one at a time.
func Inline(buf []byte) []byte {
	buf[0] = inlineBlob
	binary.BigEndian.PutUint32(buf[1:], crc32.Checksum(buf[InlineHead:], castagnoli))
	return buf
}

// PutRecord stores what Inline made. It must not change until the transaction
// is over.
func (t *Tx) PutRecord(blob ID, record []byte) error { return t.put(blobsBucket, number(blob), record) }

// PutExtents stores which files an object consists of. The files must have
// been added, with AddFile.
func (t *Tx) PutExtents(blob ID, extents []Extent) error {
	v := make([]byte, 1, 1+(extentSize+saltSize)*len(extents))
	v[0] = extentBlob
	if len(extents) > 0 && extents[0].Salt != nil {
		v[0] = saltedBlob
	}
	for _, e := range extents {
		if (v[0] == saltedBlob) != (len(e.Salt) == saltSize) || v[0] == extentBlob && e.Salt != nil {
			return fmt.Errorf("extents of blob %x: not all have a salt", blob)
		}
		v = binary.BigEndian.AppendUint64(v, uint64(e.File))
		v = binary.BigEndian.AppendUint64(v, uint64(e.End))
		v = binary.BigEndian.AppendUint32(v, e.Part)
		v = append(v, e.Salt...)
	}
	return t.put(blobsBucket, number(blob), v)
}

// AddFile records a data file and how many bytes it holds, which are more than
// the extent's if they are encrypted. From this transaction on it is not an orphan.
func (t *Tx) AddFile(file ID, size int64) error {
	return t.put(filesBucket, number(file), number(size))
}

// HasFile reports whether a data file is recorded.
func (t *Tx) HasFile(file ID) bool { return t.get(filesBucket, number(file)) != nil }

// Share lets one object more use a blob.
func (t *Tx) Share(blob ID) error {
	n := t.shares(blob) + 1
	return t.put(sharesBucket, number(blob), binary.BigEndian.AppendUint32(nil, n))
}

func (t *Tx) shares(blob ID) uint32 {
	if v := t.get(sharesBucket, number(blob)); v != nil {
		return binary.BigEndian.Uint32(v)
	}
	return 0
}

// release lets go of a blob: the last object to do so makes it garbage, or
// deletes it at once if it is inline.
func (t *Tx) release(blob ID) error {
	switch n := t.shares(blob); n {
	case 0:
	case 1:
		return t.delete(sharesBucket, number(blob))
	default:
		return t.put(sharesBucket, number(blob), binary.BigEndian.AppendUint32(nil, n-1))
	}
	v := t.get(blobsBucket, number(blob))
	if len(v) > 0 && v[0] == inlineBlob {
		return t.delete(blobsBucket, number(blob))
	}
	return t.discard(DeadBlob, blob)
}

// Bytes returns where the bytes [from, to) of a blob are: in the index itself,
// or in stretches of data files.
func (t *Tx) Bytes(blob ID, from, to int64) (inline []byte, stretches []Stretch, err error) {
	v := t.get(blobsBucket, number(blob))
	switch {
	case len(v) >= 5 && v[0] == inlineBlob:
		data := v[5:]
		if crc32.Checksum(data, castagnoli) != binary.BigEndian.Uint32(v[1:]) || to > int64(len(data)) {
			return nil, nil, fmt.Errorf("blob %x: %w", blob, ErrCorrupt)
		}
		return bytes.Clone(data[from:to]), nil, nil
	case len(v) >= 1 && (v[0] == extentBlob || v[0] == saltedBlob):
		stretches, err = extents(v).stretch(from, to)
		return nil, stretches, err
	}
	return nil, nil, fmt.Errorf("blob %x is not there: %w", blob, ErrCorrupt)
}

// Extents returns all files of a blob.
func (t *Tx) Extents(blob ID) []Extent {
	v := extents(t.get(blobsBucket, number(blob)))
	if len(v) == 0 || v[0] == inlineBlob {
		return nil
	}
	list := make([]Extent, v.count())
	for i := range list {
		list[i] = v.at(i)
	}
	return list
}

// PartRange returns the bytes [from, to) of a blob that were uploaded as a
// part, and whether there is such a part.
func (t *Tx) PartRange(blob ID, part int) (from, to int64, ok bool) {
	for _, e := range t.Extents(blob) {
		if e.Part == uint32(part) {
			return from, e.End, true
		}
		from = e.End
	}
	return 0, 0, false
}

// extents is the record of a blob that is not inline.
type extents []byte

func (v extents) size() int {
	if v[0] == saltedBlob {
		return extentSize + saltSize
	}
	return extentSize
}

func (v extents) count() int { return (len(v) - 1) / v.size() }

func (v extents) raw(i int) []byte { return v[1+i*v.size():][:v.size()] }

func (v extents) end(i int) int64 { return int64(binary.BigEndian.Uint64(v.raw(i)[8:])) }

func (v extents) at(i int) Extent {
	b := v.raw(i)
	e := Extent{
		File: ID(binary.BigEndian.Uint64(b)),
		End:  v.end(i),
		Part: binary.BigEndian.Uint32(b[16:]),
	}
	if len(b) > extentSize {
		e.Salt = bytes.Clone(b[extentSize:])
	}
	return e
}

// stretch finds the files of a range by binary search.
func (v extents) stretch(from, to int64) ([]Stretch, error) {
	n := v.count()
	var out []Stretch
	for i := sort.Search(n, func(i int) bool { return v.end(i) > from }); i < n && from < to; i++ {
		start := int64(0)
		if i > 0 {
			start = v.end(i - 1)
		}
		e := v.at(i)
		if e.End == start {
			continue // an empty part
		}
		end := min(to, e.End)
		out = append(out, Stretch{File: e.File, Size: e.End - start, From: from - start, To: end - start, Salt: e.Salt})
		from = end
	}
	if from < to {
		return nil, fmt.Errorf("extents end before the object does: %w", ErrCorrupt)
	}
	return out, nil
}

// Files calls fn for every recorded data file.
func (t *Tx) Files(fn func(ID)) error {
	return t.each(filesBucket, nil, nil, func(k, _ []byte) (bool, error) {
		fn(ID(binary.BigEndian.Uint64(k)))
		return true, nil
	})
}
