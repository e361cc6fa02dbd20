package libvirt

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The probe can succeed: under TCG the same guest answers.
func TestTheProbeGuestAnswersUnderTCG(t *testing.T) {
	needQEMU(t)
	if err := runProbe(t.Context(), DefaultQEMU, "tcg", time.Minute); err != nil {
		t.Fatal(err)
	}
}

// The probe can fail, and in bounded time.
func TestProbeFails(t *testing.T) {
	silent := script(t, "exec sleep 1000")
	for _, c := range []struct {
		name, qemu string
		want       string
	}{
		{"silent guest", silent, "did not answer within"},
		{"guest that ends", script(t, "exit 0"), "without an answer"},
		{"QEMU that refuses", script(t, "echo no such accelerator >&2; exit 1"), "no such accelerator"},
		{"no QEMU", "/does/not/exist", "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := runProbe(t.Context(), c.qemu, "kvm", 300*time.Millisecond)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestTheProbeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := runProbe(ctx, script(t, "exec sleep 1000"), "kvm", time.Hour); err == nil {
		t.Error("a probe that was called off succeeded")
	}
}

// Whatever this host has: /dev/kvm may be absent, sound, or there and useless.
func TestProbeAccelerator(t *testing.T) {
	needQEMU(t)
	accel, why := ProbeAccelerator(t.Context(), DefaultQEMU)
	t.Logf("%s: %s", accel, why)
	_, err := os.Stat("/dev/kvm")
	switch {
	case accel == "kvm" && (err != nil || !strings.Contains(why, "answered")):
		t.Errorf("KVM without an answer: %q, %v", why, err)
	case accel == "tcg" && !strings.HasPrefix(why, "KVM "):
		t.Errorf("TCG without a reason: %q", why)
	case accel != "kvm" && accel != "tcg":
		t.Errorf("accelerator %q", accel)
	}
}

func needQEMU(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(DefaultQEMU); err == nil {
		return
	}
	if testing.Short() {
		t.Skip("skipped because of -short: no " + DefaultQEMU)
	}
	t.Fatalf("no %s: install qemu-system-x86", DefaultQEMU)
}

func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "qemu")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
