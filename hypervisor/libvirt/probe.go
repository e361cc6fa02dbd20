package libvirt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// DefaultQEMU is the emulator unless another is configured.
const DefaultQEMU = "/usr/bin/qemu-system-x86_64"

// probeLimit bounds one run of the probe guest, which needs 0.2 s under TCG on
// a busy machine.
const probeLimit = 3 * time.Second

// ProbeAccelerator finds out what really runs guests on this host: "kvm" only
// if a small guest gets into long mode with it and answers in time, else
// "tcg", which is some ten to fifty times slower. That /dev/kvm exists proves
// nothing: nested and half-broken ones do, too. Why says what was found, for
// people. It takes at most probeLimit and starts only a QEMU of its own.
func ProbeAccelerator(ctx context.Context, qemu string) (accelerator, why string) {
	if _, err := os.Stat("/dev/kvm"); err != nil {
		return "tcg", "KVM is not there: " + err.Error()
	}
	start := time.Now()
	if err := runProbe(ctx, qemu, "kvm", probeLimit); err != nil {
		return "tcg", "KVM does not work: " + err.Error()
	}
	return "kvm", fmt.Sprintf("a guest in long mode answered in %v", time.Since(start).Round(time.Millisecond))
}

// runProbe runs the probe guest and returns nil if it gave its answer.
func runProbe(ctx context.Context, qemu, accelerator string, limit time.Duration) error {
	rom, err := writeROM()
	if err != nil {
		return fmt.Errorf("write the probe guest: %w", err)
	}
	defer os.Remove(rom)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, qemu, "-accel", accelerator, "-cpu", "max", "-nodefaults", "-no-user-config",
		"-display", "none", "-no-reboot", "-m", "16", "-bios", rom,
		"-device", fmt.Sprintf("isa-debug-exit,iobase=%#x,iosize=1", probePort))
	cmd.WaitDelay = time.Second // of a grandchild that holds the pipe
	var said bytes.Buffer
	cmd.Stderr = &said
	err = cmd.Run()
	switch {
	case cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == probeExit:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("its guest did not answer within %v%s", limit, quote(said.String()))
	case err == nil:
		return errors.New("its guest ended without an answer" + quote(said.String()))
	}
	return fmt.Errorf("%w%s", err, quote(said.String()))
}

// quote returns the first line of what QEMU said, cut to a length for logs.
func quote(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	if line == "" {
		return ""
	}
	return fmt.Sprintf(" (QEMU: %.200s)", line)
}

func writeROM() (string, error) {
	f, err := os.CreateTemp("", "ecc-probe-*.rom")
	if err != nil {
		return "", err
	}
	_, err = f.Write(probeROM())
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}
