package image

import (
	"math/bits"
	"strings"

	"ecc/cloud"
)

// Limits bound what ParseIndex takes.
type Limits struct {
	MaxSize    cloud.Bytes // of the disk
	MaxObjects int
	Prefix     string // where the index was found; "" if not known
}

// DefaultLimits are those of the largest image Ingest makes.
func DefaultLimits() Limits {
	return Limits{MaxSize: MaxSize, MaxObjects: 1 << 17}
}

const (
	maxPrefix     = 512
	maxName       = 255
	maxObjectSize = 1 << 30
	minBlockSize  = 4 << 10
	maxBlockSize  = 8 << 20
)

// MaxIndexSize bounds the wire form of the index of a disk of that size.
func MaxIndexSize(disk cloud.Bytes) int64 {
	blocks := (int64(disk)-1)/BlockSize + 1
	objects := blocks*BlockSize/packSize + 2
	return 1024 + objects*64 + blocks*entrySize
}

// check holds what must be true of every index, read or about to be written.
func (x *Index) check(l Limits) error {
	if x.BlockSize < minBlockSize || x.BlockSize > maxBlockSize || bits.OnesCount(uint(x.BlockSize)) != 1 {
		return damaged("its block size is out of bounds")
	}
	if x.Size <= 0 || x.Size > l.MaxSize || x.Size%sectorSize != 0 {
		return damaged("the disk's size is out of bounds")
	}
	if l.Prefix != "" && x.Prefix != l.Prefix {
		return damaged("it speaks of objects that are not its own")
	}
	if err := checkPrefix(x.Prefix); err != nil {
		return err
	}
	if len(x.Objects) > l.MaxObjects {
		return damaged("it has too many objects")
	}
	for _, o := range x.Objects {
		if err := o.check(); err != nil {
			return err
		}
	}
	return x.checkBlocks()
}

// checkPrefix admits plain keys only: no empty, "." or ".." parts.
func checkPrefix(p string) error {
	if len(p) > maxPrefix || !strings.HasSuffix(p, "/") {
		return damaged("its prefix is malformed")
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(p, "/"), "/") {
		if !validName(part) {
			return damaged("its prefix is malformed")
		}
	}
	return nil
}

// check admits names without a slash, so that no index can speak of another
// one's objects.
func (o Object) check() error {
	if !validName(o.Name) {
		return damaged("it speaks of objects that are not its own")
	}
	if o.Size <= 0 || o.Size > maxObjectSize {
		return damaged("an object's size is out of bounds")
	}
	return nil
}

func validName(s string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
	return s != "" && len(s) <= maxName && strings.Trim(s, ".") != "" && strings.Trim(s, letters) == ""
}

func (x *Index) checkBlocks() error {
	last := int64(-1)
	for _, e := range x.Blocks {
		off, n := x.At(e)
		switch {
		case int64(e.Number) <= last || off >= int64(x.Size):
			return damaged("its blocks are out of order")
		case int(e.Object) >= len(x.Objects):
			return damaged("a block is in no object")
		case e.Length == 0 || int64(e.Offset)+int64(e.Length) > x.Objects[e.Object].Size:
			return damaged("a block is not inside its object")
		case e.Encoding == EncodingRaw && int64(e.Length) != n, e.Encoding == EncodingZstd && int64(e.Length) >= n:
			return damaged("a block's length is out of bounds")
		case e.Encoding > EncodingZstd:
			return damaged("a block's encoding is not known")
		}
		last = int64(e.Number)
	}
	return nil
}
