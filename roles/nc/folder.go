package nc

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ecc/cloud"
	"ecc/internal/atomicfile"
	"ecc/internal/failpoint"
	"ecc/rpc"
)

// Names in an instance's folder.
const (
	recordName    = "record.json"
	condemnedName = "erase.json"      // the record of an instance that is being erased, see condemn
	brokenName    = "record.json.bad" // a record that could not be read
)

// folder is the place of one instance.
func (n *Node) folder(id cloud.InstanceID) string { return filepath.Join(n.cfg.Dir, string(id)) }

// saveRecord makes the record durable, and its folder on first use.
func (n *Node) saveRecord(r record) error {
	dir := n.folder(r.Intent.ID)
	if err := failpoint.Hit("nc.save"); err != nil {
		return err
	}
	if err := mkdirDurable(dir); err != nil {
		return fmt.Errorf("make the folder of %s: %w", r.Intent.ID, err)
	}
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode the record of %s: %w", r.Intent.ID, err)
	}
	if err := atomicfile.Write(filepath.Join(dir, recordName), b, 0o600); err != nil {
		return fmt.Errorf("save the record of %s: %w", r.Intent.ID, err)
	}
	return nil
}

// mkdirDurable makes dir so that it is there after a crash. Its mode lets the
// emulator's user pass to the overlay.
func mkdirDurable(dir string) error {
	err := os.Mkdir(dir, 0o711)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return atomicfile.SyncDir(filepath.Dir(dir))
}

// condemn marks an instance as one to erase without writing anything.
func (n *Node) condemn(id cloud.InstanceID) error {
	dir := n.folder(id)
	err := os.Rename(filepath.Join(dir, recordName), filepath.Join(dir, condemnedName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("mark %s as one to erase: %w", id, err)
	}
	return atomicfile.SyncDir(dir)
}

// loadRecords reads every instance's record. A folder without one was being
// made or removed when the node went down: it holds nothing and is removed. A
// record that cannot be read is set aside: its instance has a record without
// intent until one comes, and whole is false.
func (n *Node) loadRecords() (recs []record, whole bool, err error) {
	if err := os.MkdirAll(n.cfg.Dir, 0o711); err != nil {
		return nil, false, fmt.Errorf("make the folder of instances: %w", err)
	}
	entries, err := os.ReadDir(n.cfg.Dir)
	if err != nil {
		return nil, false, fmt.Errorf("list instances: %w", err)
	}
	whole = true
	for _, e := range entries {
		if !e.IsDir() || !cloud.ValidID(cloud.PrefixInstance, e.Name()) {
			continue
		}
		rec, err := n.loadRecord(cloud.InstanceID(e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			err = os.RemoveAll(n.folder(cloud.InstanceID(e.Name())))
		} else {
			recs = append(recs, rec)
			whole = whole && rec.Intent.Goal != ""
		}
		if err != nil {
			return nil, false, fmt.Errorf("instance %s: %w", e.Name(), err)
		}
	}
	return recs, whole, nil
}

// loadRecord reads one instance's record, under whichever name it has.
func (n *Node) loadRecord(id cloud.InstanceID) (record, error) {
	blank := record{Intent: rpc.InstanceIntent{ID: id}}
	path := filepath.Join(n.folder(id), recordName)
	rec, err := readRecord(path, id)
	switch {
	case errors.Is(err, errBroken):
		n.log.Error("a record cannot be read: set aside until the cluster tells what the instance is", "instance", id, "err", err)
		return blank, os.Rename(path, filepath.Join(n.folder(id), brokenName))
	case !errors.Is(err, fs.ErrNotExist):
		return rec, err
	}
	rec, err = readRecord(filepath.Join(n.folder(id), condemnedName), id)
	if err == nil || errors.Is(err, errBroken) {
		rec.Intent.ID, rec.Intent.Goal = id, cloud.GoalTerminated
		return rec, nil
	}
	if _, serr := os.Lstat(filepath.Join(n.folder(id), brokenName)); serr == nil {
		return blank, nil
	}
	return record{}, err
}

// errBroken is the error of a record that is none.
var errBroken = errors.New("not a record")

func readRecord(path string, id cloud.InstanceID) (record, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return record{}, err
	}
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return record{}, fmt.Errorf("%s: %w: %w", path, errBroken, err)
	}
	if r.Intent.ID != id || r.Intent.Goal == "" {
		return record{}, fmt.Errorf("%s: %w of this instance", path, errBroken)
	}
	return r, nil
}

// removeFolder removes an instance's folder, its record last, so that a crash
// in between leaves a record to go on from.
func (n *Node) removeFolder(id cloud.InstanceID) error {
	dir := n.folder(id)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list the folder of %s: %w", id, err)
	}
	for _, e := range entries {
		if e.Name() == recordName || e.Name() == condemnedName {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("remove %s of %s: %w", e.Name(), id, err)
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove the folder of %s: %w", id, err)
	}
	return atomicfile.SyncDir(n.cfg.Dir)
}
