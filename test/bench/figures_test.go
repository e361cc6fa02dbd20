package bench

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"ecc/test/lab"
)

func TestMain(m *testing.M) {
	if addr := os.Getenv(floorEnv); addr != "" {
		os.Exit(serveFloor(addr))
	}
	lab.Main(m)
}

// BenchmarkFigures makes the report: each part a section, in this order. Go's
// own figures (ns/op) are of a part as a whole and say nothing.
func BenchmarkFigures(b *testing.B) {
	lab.Require(b)
	r := &Report{Machine: Describe(time.Now())}
	run := &figures{B: b, report: r, node: lab.Single(b), dir: b.TempDir()}
	for _, part := range []struct {
		name    string
		measure func(*figures)
	}{
		{"idle", measureIdle},
		{"start", measureStarts},
		{"size", measureSizes},
		{"paper", measurePaper},
		{"store", measureStore},
		{"told", measureTold},
		{"api", measureAPI},
		{"scale", measureScale},
		{"s3-small", measureSmall},
		{"s3-large", measureLarge},
		{"s3-list", measureLists},
		{"s3-memory", measureMemory},
	} {
		b.Run(part.name, func(b *testing.B) {
			must(b, r.Machine.Noise(run.dir))
			part.measure(&figures{B: b, report: r, node: run.node, dir: b.TempDir()})
			must(b, r.Machine.Noise(run.dir))
			b.ReportMetric(0, "ns/op")
		})
	}
	write(b, r)
}

// figures is what a part works with.
type figures struct {
	*testing.B
	report *Report
	node   *lab.Node // with a libvirtd
	dir    string    // on the disk that is measured
}

// write puts the report where people look: the terminal and build/bench.md.
func write(b *testing.B, r *Report) {
	if len(r.Sections) == 0 {
		return
	}
	must(b, os.MkdirAll("../../build", 0o755))
	path, err := filepath.Abs("../../build/bench.md")
	must(b, err)
	f, err := os.Create(path)
	must(b, err)
	defer f.Close()
	must(b, r.Write(f))
	os.Stdout.WriteString("\n")
	must(b, r.Write(os.Stdout))
	os.Stdout.WriteString("\nwritten to " + path + "\n")
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// await waits for a level, with a bound.
func await(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Fatalf("waited two minutes for %s", what)
		}
	}
}
