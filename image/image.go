// Package image is the way of a machine image from a foreign file to its
// bytes at rest: inspection (Inspect), one streaming pass (Ingest) from a file
// or an S3 object to a block index and data objects, and the reading of such
// an index (ParseIndex, DecodeBlock).
//
// At rest an image is one index object and some data objects beside it:
//
//	<prefix>index        which blocks there are, where, with what digest
//	<prefix>data-00000   blocks one after the other, each compressed on its own
//	<prefix>data-00001   …
//
// Blocks of zeros are nowhere. docs/disk-format.md has the format.
//
// It does not keep records of images (store does), does not decide who may read
// one, and starts no programs. Roles that take images in and the package
// imagecache use it.
package image

import (
	"ecc/cloud"
)

// BlockSize is the unit of images at rest, in bytes of the disk. The last
// block of a disk may be shorter.
const BlockSize = 512 << 10

// MaxSize is the size of the largest disk that is taken in. It bounds the
// index, and what a small file can claim.
const MaxSize = 2048 * cloud.GiB

const sectorSize = 512

// Format is how a disk is stored in a file.
type Format string

// The formats that are taken.
const (
	FormatRaw   Format = "raw"
	FormatQCOW2 Format = "qcow2"
)

// Info is what Inspect found.
type Info struct {
	Format      Format
	VirtualSize cloud.Bytes // of the disk, a multiple of 512
	Table       string      // "mbr" or "gpt"
}

// refuse makes the error of bytes that cannot become an image, worded for the
// tenant.
func refuse(format string, args ...any) error {
	return cloud.Errorf(cloud.Invalid, cloud.ResManifest, "", format, args...)
}
