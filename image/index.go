package image

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"ecc/cloud"
)

// Index says which blocks of a disk there are and where they are kept. Blocks
// that are not in it are zeros.
type Index struct {
	Size      cloud.Bytes       // of the disk
	BlockSize int               // in bytes of the disk
	Content   [sha256.Size]byte // of the disk, whatever way it is packed: see contentDigest
	Prefix    string            // of the keys of all objects, ends in "/"
	Objects   []Object
	Blocks    []Block // by rising number
}

// Object is a data object. Its key is the index's prefix and its name.
type Object struct {
	Name string
	Size int64
}

// Block is where one block's bytes are.
type Block struct {
	Number   uint32 // its offset on the disk in block sizes
	Object   uint32 // index into Objects
	Offset   uint32 // in the object
	Length   uint32 // stored bytes
	Encoding Encoding
	Digest   [sha256.Size]byte // SHA-256 of the raw bytes
}

// Encoding is how a block's bytes are stored.
type Encoding uint8

// The encodings.
const (
	EncodingRaw  Encoding = 0
	EncodingZstd Encoding = 1
)

// The wire form, all numbers big-endian:
//
//	"eccindex"  version u16  reserved u16 = 0  block size u32  size u64  content 32
//	prefix: length u16, bytes
//	objects u32, each: name length u16, name, size u64
//	blocks u32, each: number u32, object u32, offset u32, length u32, encoding u8, digest 32
const (
	indexMagic   = "eccindex"
	indexVersion = 1
	entrySize    = 4*4 + 1 + sha256.Size
)

// Key is the key of data object i.
func (x *Index) Key(i uint32) string { return x.Prefix + x.Objects[i].Name }

// Keys are the keys of all data objects.
func (x *Index) Keys() []string {
	keys := make([]string, len(x.Objects))
	for i := range keys {
		keys[i] = x.Key(uint32(i))
	}
	return keys
}

// At is the offset of a block on the disk and its length there.
func (x *Index) At(b Block) (off, n int64) {
	off = int64(b.Number) * int64(x.BlockSize)
	return off, min(int64(x.BlockSize), int64(x.Size)-off)
}

// Data is the number of bytes of the disk that blocks cover.
func (x *Index) Data() int64 {
	total := int64(0)
	for _, b := range x.Blocks {
		_, n := x.At(b)
		total += n
	}
	return total
}

// contentDigest is SHA-256 over size, block size, and number and digest of
// every block. Two disks with the same bytes have the same, and no zeros need
// to be hashed for it.
func (x *Index) contentDigest() [sha256.Size]byte {
	h := sha256.New()
	b := binary.BigEndian.AppendUint64(nil, uint64(x.Size))
	h.Write(binary.BigEndian.AppendUint32(b, uint32(x.BlockSize)))
	for _, e := range x.Blocks {
		h.Write(binary.BigEndian.AppendUint32(b[:0], e.Number))
		h.Write(e.Digest[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// MarshalBinary writes the index in its wire form, with the content digest
// computed anew.
func (x *Index) MarshalBinary() ([]byte, error) {
	x.Content = x.contentDigest()
	if err := x.check(DefaultLimits()); err != nil {
		return nil, fmt.Errorf("write image index: %w", err)
	}
	be := binary.BigEndian
	b := make([]byte, 0, 128+len(x.Objects)*32+len(x.Blocks)*entrySize)
	b = append(b, indexMagic...)
	b = be.AppendUint32(b, indexVersion<<16)
	b = be.AppendUint32(b, uint32(x.BlockSize))
	b = be.AppendUint64(b, uint64(x.Size))
	b = append(b, x.Content[:]...)
	b = appendString(b, x.Prefix)
	b = be.AppendUint32(b, uint32(len(x.Objects)))
	for _, o := range x.Objects {
		b = be.AppendUint64(appendString(b, o.Name), uint64(o.Size))
	}
	b = be.AppendUint32(b, uint32(len(x.Blocks)))
	for _, e := range x.Blocks {
		b = e.append(b)
	}
	return b, nil
}

func (e Block) append(b []byte) []byte {
	for _, v := range [...]uint32{e.Number, e.Object, e.Offset, e.Length} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return append(append(b, byte(e.Encoding)), e.Digest[:]...)
}

func appendString(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}
