package bench

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

const (
	largeSize  = 1 << 30
	partSize   = 8 << 20
	atOnce     = 4        // parts of one object
	patternLen = 64 << 20 // a large body is this, over and over
)

// large is the body of large objects.
type large struct {
	pattern []byte
	file    string // the whole of it
	hash    string // its SHA-256
	part    string // that of a part
	etag    string // of a part
}

// newLarge makes the body, in the file that the bare server serves.
func newLarge(f *figures, dir string) large {
	l := large{pattern: make([]byte, patternLen), file: filepath.Join(dir, "large")}
	rand.NewChaCha8([32]byte{}).Read(l.pattern)
	file, err := os.Create(l.file)
	must(f, err)
	defer file.Close()
	whole := sha256.New()
	must(f, l.send(io.MultiWriter(file, whole), largeSize))
	must(f, file.Sync())
	part := sha256.Sum256(l.pattern[:partSize])
	etag := md5.Sum(l.pattern[:partSize])
	l.etag = hex.EncodeToString(etag[:])
	l.hash, l.part = hex.EncodeToString(whole.Sum(nil)), hex.EncodeToString(part[:])
	return l
}

// send writes the first size bytes of the body.
func (l large) send(to io.Writer, size int64) error {
	for at := int64(0); size > 0; {
		n := min(size, 1<<20)
		if _, err := to.Write(l.pattern[at : at+n]); err != nil {
			return err
		}
		size -= n
		at = (at + n) % patternLen
	}
	return nil
}

// measureLarge: objects of 1 GiB.
func measureLarge(f *figures) {
	p := start(f, f.node, "--roles=clc,walrus").ready()
	ecc := ours(f, p)
	floor, dir := bare(f, ecc.env)
	body := newLarge(f, dir)

	s := f.report.Section("S3: objects of 1 GiB", "for GET, http.ServeFile (sendfile) of the same file, or the same file copied through a buffer of 256 KiB, whichever is faster; for PUT, the slower of MD5 and SHA-256 one after the other on one processor, and write and fsync; for multipart, our own PUT in one stream.")
	var put, hash, write, parts samples
	InTurns(3, 40*time.Second,
		func() float64 { return hash.took(body.hashes(f)) + write.took(body.writes(f)) },
		func() float64 { return put.add(ecc.moved(func() { ecc.put(body) })) })
	least := hash
	if write.rate.Median() < hash.rate.Median() {
		least = write
	}
	s.large("PUT, one stream", put, least, "≥ 0.8×")
	s.Say("The floor of PUT: MD5 and SHA-256 %s, write and fsync %s.", spread(hash.rate, Rate.word), spread(write.rate, Rate.word))
	InTurns(3, 20*time.Second,
		func() float64 { return parts.add(ecc.moved(func() { ecc.multipart(body) })) },
		func() float64 { return put.add(ecc.moved(func() { ecc.put(body) })) })
	s.large(fmt.Sprintf("PUT of parts of %d MiB, %d at once", partSize>>20, atOnce), parts, put, "≥ 1.2×")

	var get, file, copied samples
	InTurns(5, 40*time.Second,
		func() float64 {
			file.add(floor.moved(func() { floor.get("large") }))
			return copied.add(floor.moved(func() { floor.get("copied") }))
		},
		func() float64 { return get.add(ecc.moved(func() { ecc.get("large") })) })
	fastest := file
	if copied.rate.Median() > file.rate.Median() {
		fastest = copied
	}
	s.large("GET", get, fastest, "≥ 0.9×")
	s.Say("The floor of GET: sendfile %s, copied %s.", spread(file.rate, Rate.word), spread(copied.rate, Rate.word))
	s.Say("The client sends and receives over loopback and shares the processors. CPU is the server process's for 1 GiB.")
}

// large adds the line of one way to move 1 GiB.
func (s *Section) large(what string, ours, floor samples, aim string) {
	s.Add(Figure{What: what, Unit: Rate, Ours: ours.rate, Floor: floor.rate, Aim: aim, CPU: ours.cpu, FloorCPU: floor.cpu,
		Memory: ours.rss, FloorMemory: floor.rss})
}

// moved is what it takes to move 1 GiB. Its rate is in MiB a second.
func (o objects) moved(move func()) sample {
	cpu, begin := cpuTime(o.f, o.pid), time.Now()
	move()
	took := time.Since(begin).Seconds()
	return sample{rate: largeSize / took / (1 << 20), cpu: cpuTime(o.f, o.pid) - cpu, rss: status(o.f, o.pid, "VmRSS")}
}

// took adds a run that took so many seconds and no server.
func (s *samples) took(seconds float64) float64 {
	s.rate = append(s.rate, largeSize/seconds/(1<<20))
	return seconds
}

// hashes is MD5 and SHA-256 of the body.
func (l large) hashes(f *figures) float64 {
	begin := time.Now()
	must(f, l.send(io.MultiWriter(md5.New(), sha256.New()), largeSize))
	return time.Since(begin).Seconds()
}

// writes is the body written to a file, and fsync.
func (l large) writes(f *figures) float64 {
	begin := time.Now()
	file, err := os.Create(l.file + ".written")
	must(f, err)
	defer os.Remove(file.Name())
	defer file.Close()
	must(f, l.send(file, largeSize))
	must(f, file.Sync())
	return time.Since(begin).Seconds()
}

// get reads an object.
func (o objects) get(key string) {
	w, err := dial(o.addr)
	must(o.f, err)
	defer w.close()
	must(o.f, w.do(o.request("GET", "/"+bucket+"/"+key, noBody, 0)))
}

// put writes the object "large" in one stream.
func (o objects) put(l large) {
	w, err := dial(o.addr)
	must(o.f, err)
	defer w.close()
	must(o.f, w.send(o.request("PUT", "/"+bucket+"/large", l.hash, largeSize), func() error { return l.send(w.conn, largeSize) }))
}

// send sends a request's head and its body and reads the answer to its end.
func (w *wire) send(head []byte, body func() error) error {
	if _, err := w.conn.Write(head); err != nil {
		return err
	}
	if err := body(); err != nil {
		return err
	}
	return w.answer(200)
}

var uploadID = regexp.MustCompile(`<UploadId>([^<]+)`)

// multipart writes the object "parted" in parts.
func (o objects) multipart(l large) {
	const path = "/" + bucket + "/parted"
	answer := o.ask("POST", path+"?uploads=", "")
	m := uploadID.FindStringSubmatch(answer)
	if m == nil {
		o.f.Fatalf("no upload id in %s", answer)
	}
	query := "uploadId=" + m[1]
	numbers := make(chan int)
	const parts = largeSize / partSize
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			w, err := dial(o.addr)
			if err != nil {
				o.f.Error(err)
				return
			}
			defer w.close()
			for n := range numbers {
				if err := o.sendPart(w, fmt.Sprintf("%s?partNumber=%d&%s", path, n, query), l); err != nil {
					o.f.Error(err)
				}
			}
		})
	}
	for n := range parts {
		numbers <- n + 1
	}
	close(numbers)
	all.Wait()
	o.ask("POST", path+"?"+query, completion(parts, l.etag))
}

func (o objects) sendPart(w *wire, path string, l large) error {
	return w.send(o.request("PUT", path, l.part, partSize), func() error { return l.send(w.conn, partSize) })
}

// completion is the body that completes an upload of parts that are all alike.
func completion(parts int, etag string) string {
	var b strings.Builder
	b.WriteString("<CompleteMultipartUpload>")
	for n := range parts {
		fmt.Fprintf(&b, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", n+1, etag)
	}
	return b.String() + "</CompleteMultipartUpload>"
}

// ask makes a request with a small body and returns the answer's.
func (o objects) ask(method, path, body string) string {
	sum := sha256.Sum256([]byte(body))
	w, err := dial(o.addr)
	must(o.f, err)
	defer w.close()
	head := string(o.request(method, path, hex.EncodeToString(sum[:]), int64(len(body))))
	_, err = io.WriteString(w.conn, strings.Replace(head, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)+body)
	must(o.f, err)
	answer, err := io.ReadAll(w.in)
	must(o.f, err)
	if !strings.HasPrefix(string(answer), "HTTP/1.1 200") {
		o.f.Fatalf("%s %s: %s", method, path, answer)
	}
	return string(answer)
}
