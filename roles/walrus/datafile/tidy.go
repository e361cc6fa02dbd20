package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

func (d *Dir) begin(id ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writing[id] = true
}

func (d *Dir) end(id ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.writing, id)
}

// abandoned reports whether a name under tmp/ is nobody's work.
func (d *Dir) abandoned(name string) bool {
	n, err := strconv.ParseUint(name, 16, 64)
	d.mu.Lock()
	defer d.mu.Unlock()
	return err != nil || !d.writing[ID(n)]
}

// Tidy implements Files: a failed write may have left its file under tmp/, when
// the disk did not even let it be removed.
func (d *Dir) Tidy() error {
	entries, err := os.ReadDir(d.temp())
	if err != nil {
		return fmt.Errorf("list half-written files: %w", err)
	}
	for _, e := range entries {
		if !d.abandoned(e.Name()) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(d.temp(), e.Name())); err != nil {
			return fmt.Errorf("remove half-written file: %w", err)
		}
	}
	return nil
}

func (d *Dir) quarantined(id ID) string { return filepath.Join(d.quarantine(), id.String()) }

// Quarantine implements Files.
func (d *Dir) Quarantine(id ID) error {
	err := os.Rename(d.path(id), d.quarantined(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("put data file into quarantine: %w", err)
	}
	return errors.Join(syncDir(d.quarantine()), syncDir(d.shard(id)))
}
