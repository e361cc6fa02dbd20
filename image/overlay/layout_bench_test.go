package overlay_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ecc/image/overlay"
)

// The benchmarks choose DefaultLayout: writes at the block layer (qemu-img
// bench, O_DIRECT, native AIO) to an overlay, against the same writes to a raw
// sparse file in the same run. The figure to read is "x-raw": 1 is as fast as
// raw, more is faster. Run them with -benchtime=5x and TMPDIR on the disk to
// measure.

var layouts = []struct {
	name string
	o    overlay.Options
}{
	{"plain", overlay.Options{Layout: overlay.LayoutPlain, Growing: true}},
	{"lazy", overlay.Options{Layout: overlay.LayoutLazy, Growing: true}},
	{"subclusters", overlay.Options{Layout: overlay.LayoutSubclusters, Growing: true}},
	{"subclusters+lazy", overlay.Options{Layout: overlay.LayoutSubclustersLazy, Growing: true}},
	{"preallocated", overlay.Options{Layout: overlay.LayoutPreallocated, Growing: true}},
	{"lazy+sized", overlay.Options{Layout: overlay.LayoutLazy}},
	{"default", overlay.Options{}},
}

// pattern is one way to write.
type pattern struct {
	name  string
	args  []string // of qemu-img bench
	twice bool     // the second pass over the same blocks counts
}

// patterns writes mib MiB in sequence (the paper's way: 1 MiB and sync), and
// scattered small blocks, each into a cluster that was not written before.
func patterns(mib, small int) []pattern {
	seq := []string{"-s", "1M", "-S", "1M", "-d", "1", "--flush-interval=1", "-c", fmt.Sprint(mib)}
	return []pattern{
		{"seq-first", seq, false},
		{"seq-over", seq, true},
		{"4k-scattered", []string{"-s", "4k", "-S", "68k", "-d", "16", "--flush-interval=16", "-c", fmt.Sprint(small)}, false},
	}
}

func BenchmarkLayout(b *testing.B) {
	benchLayouts(b, []string{"holes", "data"}, patterns(256, 3500), nil)
}

// BenchmarkLayoutSlowDisk limits the writers to what a disk of 2011 did: 40
// MiB/s and 120 operations a second.
func BenchmarkLayoutSlowDisk(b *testing.B) {
	benchLayouts(b, []string{"holes"}, patterns(64, 600), throttle(b, 40<<20, 120))
}

// benchLayouts writes where the base has holes, or data.
func benchLayouts(b *testing.B, contents []string, ps []pattern, prefix []string) {
	dir := b.TempDir()
	base := filepath.Join(dir, "base")
	for _, content := range contents {
		writeBase(b, base, content)
		for _, p := range ps {
			for _, l := range layouts {
				b.Run(content+"/"+p.name+"/"+l.name, func(b *testing.B) {
					compare(b, filepath.Join(dir, "disk"), base, l.o, p, prefix)
				})
			}
		}
	}
}

const baseSize = 300 << 20

func writeBase(b *testing.B, path, content string) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(baseSize); err != nil {
		b.Fatal(err)
	}
	if content == "data" {
		block := []byte(strings.Repeat("some data of the image\n", 1<<16))
		for off := 0; off+len(block) < baseSize; off += len(block) {
			if _, err := f.WriteAt(block, int64(off)); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
}

// compare measures raw and overlay in turns, so that a noisy neighbour hits
// both, and reports the median of the ratios.
func compare(b *testing.B, path, base string, o overlay.Options, p pattern, prefix []string) {
	var ratios, speeds []float64
	for b.Loop() {
		copyRaw(b, base, path)
		raw := bench(b, "raw", path, p, prefix)
		os.Remove(path)
		if err := overlay.Create(b.Context(), path, base, 0, overlay.KeepOwner, o); err != nil {
			b.Fatal(err)
		}
		over := bench(b, "qcow2", path, p, prefix)
		os.Remove(path)
		ratios, speeds = append(ratios, raw/over), append(speeds, 1/over)
	}
	b.ReportMetric(median(ratios), "x-raw")
	b.ReportMetric(median(speeds), "passes/s")
	b.ReportMetric(0, "ns/op") // of both together: says nothing
}

// bench returns the seconds of one pass.
func bench(b *testing.B, format, path string, p pattern, prefix []string) float64 {
	b.Helper()
	args := append(slices.Clone(prefix), "qemu-img", "bench", "-w", "-t", "none", "-i", "native", "-f", format)
	args = append(append(args, p.args...), path)
	if p.twice {
		run(b, args)
	}
	begin := time.Now()
	out := run(b, args)
	var secs float64
	if _, err := fmt.Sscanf(out[strings.Index(out, "Run completed in "):], "Run completed in %f", &secs); err != nil {
		return time.Since(begin).Seconds()
	}
	return secs
}

func run(b *testing.B, args []string) string {
	b.Helper()
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	if err != nil {
		b.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

func copyRaw(b *testing.B, base, path string) {
	b.Helper()
	run(b, []string{"cp", "--sparse=auto", base, path})
	run(b, []string{"sync", path})
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// throttle makes a cgroup (version 1) whose processes write to the disk of the
// temporary folder no faster than that, and returns the words that start a
// program in it.
func throttle(b *testing.B, bytes, ops int) []string {
	b.Helper()
	const root = "/sys/fs/cgroup/blkio"
	var st unix.Stat_t
	if err := unix.Stat(b.TempDir(), &st); err != nil {
		b.Fatal(err)
	}
	group := filepath.Join(root, fmt.Sprintf("ecc-bench-%d", os.Getpid()))
	if err := os.Mkdir(group, 0o755); err != nil {
		b.Skipf("no cgroup v1 blkio controller to slow a disk down with: %v", err)
	}
	b.Cleanup(func() { os.Remove(group) })
	dev := fmt.Sprintf("%d:%d", unix.Major(st.Dev), unix.Minor(st.Dev))
	for file, limit := range map[string]int{"blkio.throttle.write_bps_device": bytes, "blkio.throttle.write_iops_device": ops} {
		if err := os.WriteFile(filepath.Join(group, file), fmt.Appendf(nil, "%s %d", dev, limit), 0); err != nil {
			b.Skipf("the disk of the temporary folder cannot be slowed down: %v", err)
		}
	}
	return []string{"sh", "-c", `echo $$ > "$0/cgroup.procs" && exec "$@"`, group}
}
