package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/hypervisor/hypervisortest"
)

// The paper's image is a root file system of 4 GB that compresses to 741 MB,
// and took 5 to 7 minutes to start from. Ours: half of the disk is used, and
// what is used compresses to the same.
const (
	paperSize       = 4 << 30
	paperUsed       = paperSize / 2
	paperCompressed = 741_000_000
	paperExtent     = 64 << 20 // of data, then as much of nothing
	paperAim        = "paper: 300–420 s"
)

// paperDisk writes the image and returns its path. The same seed, the same bytes.
func paperDisk(tb testing.TB, dir string) string {
	tb.Helper()
	path := filepath.Join(dir, "paper.raw")
	f, err := os.Create(path)
	must(tb, err)
	defer f.Close()
	must(tb, f.Truncate(paperSize))
	random := rand.NewChaCha8([32]byte{'e', 'c', 'c'})
	extent := make([]byte, paperExtent)
	for off := int64(0); off < paperSize; off += 2 * paperExtent {
		fillPages(extent, random)
		_, err := f.WriteAt(extent, off)
		must(tb, err)
	}
	_, err = f.WriteAt(hypervisortest.GuestDisk(hypervisortest.Deaf)[:512], 0)
	must(tb, err)
	must(tb, f.Sync())
	return path
}

// fillPages fills every page with as many random bytes as make the whole
// compress like the paper's image, and words of a few for the rest.
func fillPages(b []byte, random *rand.ChaCha8) {
	const page, share = 4096, float64(paperCompressed) / paperUsed
	words := []string{"static ", "library ", "version ", "return ", "install ", "/usr/share/doc/ ", "0123456789 "}
	r := rand.New(random)
	// Words take room, too: about 13 % of theirs, with zstd.
	noise := int(math.Round(page * (share - 0.13) / (1 - 0.13)))
	for ; len(b) >= page; b = b[page:] {
		random.Read(b[:noise])
		for n := noise; n < page; {
			n += copy(b[n:page], words[r.IntN(len(words))])
		}
	}
}

// measurePaper: the paper's image taken in, started cold, started warm; what
// was written to the disk for it.
func measurePaper(f *figures) {
	p := start(f, f.node, "--roles=all").ready()
	t, w := p.tenant(), newWitness(f, f.node)
	disk, copied := paperDisk(f, f.dir), filepath.Join(f.dir, "copy.raw")
	var images []string
	var in ingests
	copies, imports := InTurns(3, 90*time.Second,
		func() float64 { return copyByHand(f, disk, copied) },
		func() float64 {
			images = append(images, in.measure(p, fmt.Sprintf("paper-%d", len(images)), disk))
			return in.took[len(in.took)-1]
		})

	hand := handOf(f, p, t)
	var cold, warm launch
	var written, cached, started, fetched Series
	for _, image := range images {
		before, was := trafficOf(f, p.pid()), room(f, p.cache())
		cold.measure(t, w, image, 1)
		written = append(written, trafficOf(f, p.pid()).minus(before).disk)
		cached = append(cached, room(f, p.cache())-was)
		began := hand.start(1, 1)
		started = append(started, began)
		fetched = append(fetched, copyByHand(f, disk, copied)+began)
		warm.measure(t, w, image, 1)
	}
	s := f.report.Section("The paper's case: an image of 4 GB, 741 MB compressed",
		"the file copied by hand (`cp --sparse=always`, `sync`); started by hand as above; for the cold start both.")
	s.Add(Figure{What: "ecc image import", Unit: Seconds, Ours: imports, Floor: copies})
	s.Add(Figure{What: "cold: accepted → running, nothing in the cache", Unit: Seconds, Ours: cold.told, Floor: fetched, Aim: "paper: 300–420 s"})
	s.Add(Figure{What: "warm: accepted → running", Unit: Seconds, Ours: warm.told, Floor: started, Aim: "paper: a few seconds"})
	s.Say("The paper's 5–7 minutes are %.0f to %.0f times the cold start here.", 300/cold.told.Median(), 420/cold.told.Median())
	reportBytes(f, in, written, cached)
}

func (p *process) cache() string { return filepath.Join(p.data, "cache") }

// handOf is an operator's hand, shown by an instance of a small image.
func handOf(f *figures, p *process, t tenant) *byHand {
	image := p.importDisk("model", bootSector(f, f.dir, 1<<20))
	ids, _ := t.accepted(image, 1)
	t.reach(types.InstanceStateNameRunning, ids)
	return likeInstance(f, f.node, f.dir, ids[0])
}

// copyByHand copies a disk, holes and all, to the disk, and removes the copy.
func copyByHand(tb testing.TB, from, to string) float64 {
	tb.Helper()
	begin := time.Now()
	shell(tb, "cp", "--sparse=always", from, to)
	shell(tb, "sync", to)
	took := time.Since(begin).Seconds()
	must(tb, os.Remove(to))
	return took
}

// ingests is what imports cost: seconds, and bytes.
type ingests struct {
	took, read, disk, room Series
}

// measure imports a disk and returns the image's id.
func (in *ingests) measure(p *process, name, path string) string {
	p.tb.Helper()
	before, was := trafficOf(p.tb, p.pid()), room(p.tb, p.data)
	begin := time.Now()
	id, client := p.operateCounted("image", "import", "--quiet", "--name", name, path)
	in.took = append(in.took, time.Since(begin).Seconds())
	in.read = append(in.read, client.read)
	in.disk = append(in.disk, client.disk+trafficOf(p.tb, p.pid()).minus(before).disk)
	in.room = append(in.room, room(p.tb, p.data)-was)
	return id
}

func reportBytes(f *figures, in ingests, written, cached Series) {
	image := Series{paperSize}
	s := f.report.Section("Bytes for that image",
		"its size: 4 GiB, of which 2 GiB are data and the rest holes. Counted by the kernel for the processes (/proc/PID/io) and on the disk (du).")
	s.Add(Figure{What: "read at import", Unit: Bytes, Ours: in.read, Floor: image, Aim: "≤ 1.02×", Note: "by calls"})
	s.Add(Figure{What: "written to the disk at import", Unit: Bytes, Ours: in.disk, Floor: image, Aim: "≤ 1.02×"})
	s.Add(Figure{What: "data folder grew by", Unit: Bytes, Ours: in.room, Floor: image, Note: "du"})
	s.Add(Figure{What: "written to the disk at the first start", Unit: Bytes, Ours: written, Floor: image})
	s.Add(Figure{What: "cache grew by", Unit: Bytes, Ours: cached, Floor: image, Note: "du"})
}
