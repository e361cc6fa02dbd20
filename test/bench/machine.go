package bench

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Machine is what a run was made on, and how busy that was.
type Machine struct {
	Date     time.Time
	Commit   string
	Versions []string // of kernel, QEMU, libvirt, Go
	CPUs     int
	Memory   int64  // bytes
	Guests   string // what runs guests: "kvm" or "tcg", as ecc found it
	Loads    []string
	Hash     Series // seconds for SHA-256 of 64 MiB, now and then: should be all the same
	Sync     Series // seconds for a write of 4 KiB and fsync, in the folder that is measured
}

// Describe asks the machine what it is.
func Describe(now time.Time) Machine {
	var info unix.Sysinfo_t
	_ = unix.Sysinfo(&info) // 0 then
	return Machine{
		Date: now, CPUs: runtime.NumCPU(), Memory: int64(info.Totalram) * int64(info.Unit),
		Commit: firstLine("git", "describe", "--always", "--dirty"),
		Versions: []string{"Linux " + firstLine("uname", "-r"), osName(),
			strings.TrimPrefix(firstLine("qemu-img", "--version"), "qemu-img version "),
			firstLine("libvirtd", "--version"), runtime.Version()},
	}
}

func firstLine(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return "no " + name
	}
	line, _, _ := strings.Cut(string(out), "\n")
	if name == "qemu-img" {
		line = "QEMU " + strings.TrimPrefix(line, "qemu-img version ")
	}
	return line
}

func osName() string {
	text, _ := os.ReadFile("/etc/os-release")
	for line := range strings.SplitSeq(string(text), "\n") {
		if name, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
			return strings.Trim(name, `"`)
		}
	}
	return "unknown system"
}

// Noise notes the load, and how long the same work takes now: what else runs
// on the machine shows in it. dir is on the disk to measure.
func (m *Machine) Noise(dir string) error {
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return err
	}
	m.Loads = append(m.Loads, strings.Join(strings.Fields(string(load))[:2], "/"))
	data := make([]byte, 64<<20)
	for range 5 {
		begin := time.Now()
		sha256.Sum256(data)
		m.Hash = append(m.Hash, time.Since(begin).Seconds())
	}
	f, err := os.Create(filepath.Join(dir, "noise"))
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	for range 50 {
		begin := time.Now()
		if _, err := f.Write(data[:4096]); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
		m.Sync = append(m.Sync, time.Since(begin).Seconds())
	}
	return nil
}

// String is the head of a report.
func (m Machine) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, commit %s\n\n", m.Date.UTC().Format("2006-01-02 15:04 MST"), m.Commit)
	fmt.Fprintf(&b, "- %d CPUs, %.0f GiB of memory; guests by %s; %s\n", m.CPUs, float64(m.Memory)/(1<<30), m.Guests, strings.Join(m.Versions, "; "))
	fmt.Fprintf(&b, "- load (1 min/5 min) as the run went on: %s\n", strings.Join(m.Loads, ", "))
	fmt.Fprintf(&b, "- noise: SHA-256 of 64 MiB took %s; a 4 KiB write and fsync %s, p99 %s\n",
		spread(m.Hash, Seconds.word), spread(m.Sync, Seconds.word), Seconds.word(m.Sync.Quantile(0.99)))
	return b.String()
}
