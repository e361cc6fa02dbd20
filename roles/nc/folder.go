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
	"ecc/rpc"
)

// record is what a node keeps of an instance: <dir>/<id>/record.json.
type record struct {
	Intent  rpc.InstanceIntent `json:"intent"`
	Ran     int64              `json:"ran,omitempty"`     // newest generation that was up
	Reboots int64              `json:"reboots,omitempty"` // reboots done
	Port    bool               `json:"port,omitempty"`    // its interface is (to be) on the host
	Off     bool               `json:"off,omitempty"`     // went down by itself in generation Ran
	Reason  cloud.Reason       `json:"reason,omitzero"`   // why it went down
	Guest   bool               `json:"guest,omitempty"`   // … by the guest's own doing
}

const recordName = "record.json"

// folder is the place of one instance.
func (n *Node) folder(id cloud.InstanceID) string { return filepath.Join(n.cfg.Dir, string(id)) }

// saveRecord makes the record durable, and its folder on first use.
func (n *Node) saveRecord(r record) error {
	dir := n.folder(r.Intent.ID)
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

// loadRecords reads every instance's record. A folder without one was being
// made or removed when the node went down: it holds nothing and is removed.
func (n *Node) loadRecords() ([]record, error) {
	if err := os.MkdirAll(n.cfg.Dir, 0o711); err != nil {
		return nil, fmt.Errorf("make the folder of instances: %w", err)
	}
	entries, err := os.ReadDir(n.cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("list instances: %w", err)
	}
	var out []record
	for _, e := range entries {
		if !e.IsDir() || !cloud.ValidID(cloud.PrefixInstance, e.Name()) {
			continue
		}
		r, err := readRecord(filepath.Join(n.cfg.Dir, e.Name(), recordName))
		if errors.Is(err, fs.ErrNotExist) {
			err = os.RemoveAll(filepath.Join(n.cfg.Dir, e.Name()))
		} else if err == nil {
			out = append(out, r)
		}
		if err != nil {
			return nil, fmt.Errorf("instance %s: %w", e.Name(), err)
		}
	}
	return out, nil
}

func readRecord(path string) (record, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return record{}, err
	}
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return record{}, fmt.Errorf("read %s: %w", path, err)
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
		if e.Name() == recordName {
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
