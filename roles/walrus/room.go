package walrus

import (
	"errors"
	"syscall"

	"ecc/cloud"
)

// room refuses what would not fit. Some space is never given to uploads, so
// that deletions, which write to the index, go on working on a full disk.
func (w *Walrus) room(length int64) error {
	free, err := w.files.Free()
	if err != nil {
		return err
	}
	if w.index.Full() || free-max(length, 0) < int64(w.cfg.Reserve) {
		return cloud.Errorf(cloud.Exhausted, cloud.AnyResource, "", "There is no space left to store this.")
	}
	return nil
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
