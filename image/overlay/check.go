package overlay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"ecc/cloud"
	"ecc/image/qcow2"
)

// Verify reads the header of the overlay at path and returns an error unless
// it is a qcow2 over base, named raw, and needs nothing else. It starts no
// program: it is meant to be asked before every start.
func Verify(path, base string) error {
	h, err := header(path)
	if err != nil {
		return fmt.Errorf("verify overlay %s: %w", path, err)
	}
	switch {
	case h.BackingFile != base:
		err = fmt.Errorf("its backing file is %q, not %q", h.BackingFile, base)
	case h.BackingFormat != "raw":
		err = fmt.Errorf("its backing format is %q, not raw", h.BackingFormat)
	case h.DataFile || h.Encryption != 0 || h.Snapshots != 0:
		err = errors.New("it is not a plain overlay")
	}
	if err != nil {
		return &cloud.Error{Kind: cloud.WrongState, Resource: cloud.ResInstance, Msg: "the instance's disk is not what it was made as",
			Err: fmt.Errorf("verify overlay %s: %w", path, err)}
	}
	return nil
}

// Size returns the size of the disk in the overlay.
func Size(path string) (cloud.Bytes, error) {
	h, err := header(path)
	if err != nil {
		return 0, fmt.Errorf("read overlay %s: %w", path, err)
	}
	return cloud.Bytes(h.Size), nil
}

func header(path string) (qcow2.Header, error) {
	f, err := os.Open(path)
	if err != nil {
		return qcow2.Header{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return qcow2.Header{}, err
	}
	return qcow2.ReadHeader(f, st.Size())
}

// leaked is qemu-img check's answer that only room is lost.
const leaked = 3

// Check verifies the overlay and has qemu-img look through its tables. No
// guest may be using it. Clusters that nothing refers to (a crash leaves them)
// are no error.
func Check(ctx context.Context, path, base string, o Options) error {
	if err := Verify(path, base); err != nil {
		return err
	}
	err := o.run(ctx, "check", "-q", "-f", "qcow2", path)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == leaked {
		return nil
	}
	if err != nil {
		return fmt.Errorf("check overlay %s: %w", path, err)
	}
	return nil
}
