package libvirt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	golibvirt "github.com/digitalocean/go-libvirt"

	"ecc/cloud"
	"ecc/hypervisor/domainxml"
)

// consoleTail is how much of a console is read: what EC2 keeps.
const consoleTail = 64 << 10

// virtlogd writes the console's file and renames it to file.0, .1, … when it
// is full. It never keeps more of them than this (its own default is 3).
const consoleBackups = 10

// Console implements hypervisor.Consoler.
func (d *Driver) Console(ctx context.Context, id cloud.InstanceID) ([]byte, error) {
	dom, err := d.mustFind(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("console of %s: %w", id, err)
	}
	path, err := d.consolePath(ctx, dom)
	if err != nil {
		return nil, fmt.Errorf("console of %s: %w", id, err)
	}
	return readConsole(path)
}

func (d *Driver) consolePath(ctx context.Context, dom golibvirt.Domain) (string, error) {
	text, err := do(ctx, d, func(l *golibvirt.Libvirt) (string, error) { return l.DomainGetXMLDesc(dom, 0) })
	if err != nil {
		return "", err
	}
	return domainxml.ReadConsole(text)
}

// readConsole returns the last 64 KiB of a console across its files. A file
// that is renamed while they are read may be missed once.
func readConsole(path string) ([]byte, error) {
	var parts [][]byte // newest first
	left := int64(consoleTail)
	for _, name := range consoleFiles(path) {
		part, err := readTail(name, left)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		parts = append(parts, part)
		if left -= int64(len(part)); left <= 0 {
			break
		}
	}
	slices.Reverse(parts)
	return slices.Concat(parts...), nil
}

// consoleFiles lists the names a console may have, newest first.
func consoleFiles(path string) []string {
	names := []string{path}
	for i := range consoleBackups {
		names = append(names, fmt.Sprintf("%s.%d", path, i))
	}
	return names
}

func readTail(name string, n int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(max(0, size-n), io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(f, n))
}

func removeConsole(path string) error {
	if path == "" {
		return nil
	}
	for _, name := range consoleFiles(path) {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
