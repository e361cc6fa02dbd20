package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/internal/atomicfile"
)

// domain is the file of one domain.
type domain struct {
	Spec    hypervisor.Spec     `json:"spec"`
	Power   hypervisor.Power    `json:"power"`
	Cause   hypervisor.OffCause `json:"cause"`
	Since   time.Time           `json:"since,omitzero"`
	OffAt   time.Time           `json:"off_at,omitzero"` // when the guest, asked to, will have switched itself off
	Boots   int                 `json:"boots"`
	Console string              `json:"console"` // the last 64 KiB
}

const consoleTail = 64 << 10

func (d *domain) set(p hypervisor.Power, c hypervisor.OffCause) {
	d.Power, d.Cause, d.Since, d.OffAt = p, c, time.Now(), time.Time{}
}

// say adds a line to the console.
func (d *domain) say(format string, args ...any) {
	d.Console += fmt.Sprintf("[simulated] "+format+"\r\n", args...)
	d.Console = d.Console[max(0, len(d.Console)-consoleTail):]
}

func (d *domain) boot() {
	d.Boots++
	d.say("ecc: instance %s, boot %d. This host simulates its guests: nothing runs here.", d.Spec.ID, d.Boots)
	d.say("ecc: %d vCPU, %d MiB memory", d.Spec.VCPU, d.Spec.Memory/cloud.MiB)
}

func file(dir string, id cloud.InstanceID) string {
	return filepath.Join(dir, string(id)+".json")
}

// save replaces the domain's file, so that a new process finds it whole. Nothing
// is synced: a host that loses power has lost its guests, here as anywhere.
func (d *domain) save(dir string) error {
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	path := file(dir, d.Spec.ID)
	if err := os.WriteFile(path+".new", b, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func load(dir string) (map[cloud.InstanceID]*domain, error) {
	if err := atomicfile.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	domains := map[cloud.InstanceID]*domain{}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || !cloud.ValidID(cloud.PrefixInstance, name) {
			continue // what a crash left of an unfinished write
		}
		d, err := loadOne(file(dir, cloud.InstanceID(name)))
		if err != nil {
			return nil, err
		}
		if d != nil {
			domains[cloud.InstanceID(name)] = d
		}
	}
	return domains, nil
}

// loadOne reads a domain's file: nil if it is empty: power was lost before it
// was written.
func loadOne(path string) (*domain, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(b) == 0 {
		return nil, os.Remove(path)
	}
	d := new(domain)
	if err := json.Unmarshal(b, d); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return d, nil
}

func remove(dir string, id cloud.InstanceID) error {
	if err := os.Remove(file(dir, id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
