package walrus

import (
	"errors"
	"syscall"

	"ecc/cloud"
	"ecc/roles/walrus/datafile"
)

// room refuses what would not fit. Some space is never given to uploads, so
// that deletions, which write to the index, go on working on a full disk.
func (w *Walrus) room(length int64) error {
	free, err := w.free(max(length, 0))
	if err != nil {
		return err
	}
	if w.index.Full() || free < int64(w.cfg.Reserve) {
		return cloud.Errorf(cloud.Exhausted, cloud.AnyResource, "", "There is no space left to store this.")
	}
	return nil
}

// free returns what would be left after so many bytes more, where that is less:
// at the place of the files or on the disk of the index.
func (w *Walrus) free(length int64) (int64, error) {
	free, err := w.files.Free()
	if err != nil || w.cfg.Files == nil {
		return free - length, err
	}
	here, err := datafile.DiskFree(w.cfg.Dir)
	return min(free-length, here), err
}

// noSpace gives a disk that filled up under a write its kind, and every other
// failure of the disk "try again".
func noSpace(err error) error {
	var no syscall.Errno
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &cloud.Error{Kind: cloud.Exhausted, Err: err}
	case errors.As(err, &no):
		return &cloud.Error{Kind: cloud.Unavailable, Err: err}
	}
	return err
}
