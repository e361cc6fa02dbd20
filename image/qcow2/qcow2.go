// Package qcow2 reads QEMU's qcow2 files, versions 2 and 3, without QEMU: the
// header for inspection, and the disk inside as an io.ReaderAt.
//
// It reads foreign bytes. Every size, count and offset is checked against the
// file and against fixed bounds before it is used, no host cluster may be
// mapped twice, and nothing outside the file is ever opened: a backing file or
// data file is reported, never followed. It does not write qcow2 files;
// image/overlay has qemu-img do that.
//
// The packages image and image/overlay use it.
package qcow2

import (
	"ecc/cloud"
)

// Magic is how a qcow2 file begins.
const Magic = "QFI\xfb"

// Bounds of what is read. A disk whose tables are larger is refused.
const (
	maxL1Bytes       = 8 << 20 // 512 TiB with 64 KiB clusters
	maxRefTableBytes = 8 << 20 // as QEMU
	maxHostClusters  = 1 << 28 // the map of used clusters stays under 32 MiB
	maxName          = 1023    // of the backing file, as QEMU
	sectorSize       = 512
)

// invalid makes the error of a file that cannot be taken, worded for the
// tenant.
func invalid(format string, args ...any) error {
	return cloud.Errorf(cloud.Invalid, cloud.ResManifest, "", "qcow2: "+format, args...)
}
