package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"ecc/roles"
)

// TestDownRefuses: a folder that is not ecc's, and one that an ecc runs on,
// are left alone.
func TestDownRefuses(t *testing.T) {
	stranger := filepath.Join(t.TempDir(), "stranger")
	if err := os.MkdirAll(filepath.Join(stranger, "work"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := down(t.Context(), roles.Config{Data: stranger, Hypervisor: roles.HypervisorSim}, true); err == nil {
		t.Error("a stranger's folder was taken for ecc's")
	}
	if _, err := os.Stat(filepath.Join(stranger, "work")); err != nil {
		t.Error(err)
	}

	running := t.TempDir()
	if err := os.Mkdir(filepath.Join(running, "tls"), 0o700); err != nil {
		t.Fatal(err)
	}
	unlock, err := roles.Lock(running)
	if err != nil {
		t.Fatal(err)
	}
	if err := down(t.Context(), roles.Config{Data: running, Hypervisor: roles.HypervisorSim}, true); !errors.Is(err, roles.ErrRunning) {
		t.Errorf("got %v, want %v", err, roles.ErrRunning)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if err := down(t.Context(), roles.Config{Data: running, Hypervisor: roles.HypervisorSim}, true); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(running); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("purged: %v", err)
	}
}
