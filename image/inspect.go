package image

import (
	"io"

	"ecc/cloud"
	"ecc/image/qcow2"
)

// Inspect tells what a file of size bytes is. It takes a raw whole disk and a
// plain qcow2 whose disk is one; everything else, known or not, is refused
// with an error of kind Invalid about the manifest that says what it is and
// what to do. It reads a few sectors only: damage further inside is found when
// the file is read.
func Inspect(r io.ReaderAt, size int64) (Info, error) {
	d, err := inspect(r, size)
	if err != nil {
		return Info{}, err
	}
	return d.info, d.closeDisk()
}

// inspect is Inspect; it returns the disk inside, ready to be read.
func inspect(r io.ReaderAt, size int64) (*disk, error) {
	head, tail, err := edges(r, size)
	if err != nil {
		return nil, err
	}
	if string(head[:min(4, len(head))]) == qcow2.Magic {
		return inspectQCOW2(r, size)
	}
	if name := recognize(head, tail); name != "" {
		return nil, refuse("format %s is not supported yet; convert it with qemu-img convert -O raw", name)
	}
	return inspectRaw(r, size)
}

func inspectQCOW2(r io.ReaderAt, size int64) (*disk, error) {
	q, err := qcow2.Open(r, size)
	if err != nil {
		return nil, err
	}
	d, err := newDisk(FormatQCOW2, q, q.Size())
	if err != nil {
		q.Close()
		return nil, err
	}
	d.nextData, d.closeDisk = q.NextData, q.Close
	return d, nil
}

func inspectRaw(r io.ReaderAt, size int64) (*disk, error) {
	if size%sectorSize != 0 {
		return nil, refuse("the size is not a multiple of 512 bytes: not a disk, or truncated")
	}
	return newDisk(FormatRaw, r, size)
}

// newDisk checks the content of a disk, whatever format it came in.
func newDisk(f Format, r io.ReaderAt, size int64) (*disk, error) {
	if size > int64(MaxSize) {
		return nil, refuse("the disk is larger than the largest image, %d GiB", MaxSize/cloud.GiB)
	}
	table, err := partitionTable(r, size)
	if err != nil {
		return nil, err
	}
	return &disk{
		info:      Info{Format: f, VirtualSize: cloud.Bytes(size), Table: table},
		r:         r,
		nextData:  func(off int64) (int64, error) { return off, nil },
		closeDisk: func() error { return nil },
	}, nil
}
