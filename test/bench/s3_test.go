package bench

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	bucket     = "bench"
	smallSize  = 4 << 10
	smallKeys  = 1000 // that are read
	objectTime = time.Second
)

// objects is a bucket on a server, ours or the bare one.
type objects struct {
	f     *figures
	env   map[string]string
	addr  string
	admin string // "" for the bare one
	pid   int
}

// ours is the bucket on ecc, made.
func ours(f *figures, p *process) objects {
	o := objects{f, p.env(), p.listen, p.admin, p.pid()}
	_, err := o.client().CreateBucket(f.Context(), &s3.CreateBucketInput{Bucket: aws.String(bucket)})
	must(f, err)
	return o
}

// client is the SDK, for what is not measured.
func (o objects) client() *s3.Client {
	return s3.New(s3.Options{Region: o.env["AWS_REGION"], BaseEndpoint: aws.String("http://" + o.addr), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(o.env["AWS_ACCESS_KEY_ID"], o.env["AWS_SECRET_ACCESS_KEY"], "")})
}

// bare is the bucket on the bare server, and the folder that serves from.
func bare(f *figures, env map[string]string) (objects, string) {
	floor := startFloor(f, env)
	return objects{f: f, env: env, addr: floor.addr, pid: floor.pid}, floor.dir
}

// measureSmall: objects of 4 KiB.
func measureSmall(f *figures) {
	p := start(f, f.node, "--roles=clc,walrus").ready()
	ecc := ours(f, p)
	floor, _ := bare(f, ecc.env)
	body := make([]byte, smallSize)
	rand.NewChaCha8([32]byte{}).Read(body)
	ecc.run(8, ecc.puts(body, smallKeys, readKey), time.Minute)

	s := f.report.Section("S3: objects of 4 KiB", "a bare net/http server that checks the signature and the body's SHA-256 (ecc's own code) and keeps nothing.")
	for _, clients := range []int{1, 16, 64} {
		var get, put [2]samples
		gets := [2][][]byte{floor.gets(), ecc.gets()}
		InTurns(5, 15*time.Second,
			func() float64 { return get[0].add(floor.run(clients, gets[0], objectTime)) },
			func() float64 { return get[1].add(ecc.run(clients, gets[1], objectTime)) })
		s.small("GET, "+counted(clients), get, "≥ 0.6×", "")
		turn := 0
		puts := func(o objects) sample {
			turn++
			key := func(n int) string { return fmt.Sprintf("put-%d-%d-%d", clients, turn, n) }
			return o.run(clients, o.puts(body, 3000+200*clients, key), objectTime)
		}
		InTurns(5, 15*time.Second,
			func() float64 { return put[0].add(puts(floor)) },
			func() float64 { return put[1].add(puts(ecc)) })
		aim, late := "", ""
		if clients == 64 {
			aim, late = "≥ 0.3×", "≤ 25 ms"
		}
		s.small("durable PUT of new keys, "+counted(clients), put, aim, late)
	}
	s.Say("A PUT is on the disk before it is answered; the bare server's is not. Client and server share the processors. " +
		"Each request is of another object and was signed beforehand, in its headers, with the body's SHA-256. " +
		"CPU is the server process's, user and system, per request; memory is what was resident at the end.")
}

func counted(clients int) string {
	if clients == 1 {
		return "1 client"
	}
	return fmt.Sprintf("%d clients", clients)
}

func readKey(n int) string { return fmt.Sprintf("small-%d", n) }

// gets are reads of all small objects, in any order.
func (o objects) gets() [][]byte {
	requests := make([][]byte, smallKeys)
	for i, n := range rand.Perm(smallKeys) {
		requests[i] = o.request("GET", "/"+bucket+"/"+readKey(n), noBody, 0)
	}
	return requests
}

// puts are n writes of the same bytes.
func (o objects) puts(body []byte, n int, key func(int) string) [][]byte {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	requests := make([][]byte, n)
	for i := range requests {
		requests[i] = append(o.request("PUT", "/"+bucket+"/"+key(i), hash, int64(len(body))), body...)
	}
	return requests
}

// sample is what one run showed.
type sample struct {
	rate     float64 // requests a second
	p50, p99 float64 // seconds
	cpu      float64 // seconds of the server per request
	rss      float64 // bytes of the server
}

// run makes requests by some clients at once, each with a connection and a
// share of the requests: reads over and over, writes once.
func (o objects) run(clients int, requests [][]byte, within time.Duration) sample {
	wires := make([]*wire, clients)
	for i := range wires {
		w, err := dial(o.addr)
		must(o.f, err)
		wires[i] = w
		defer w.close()
	}
	again := strings.HasPrefix(string(requests[0]), "GET ")
	took := make([]Series, clients)
	var all sync.WaitGroup
	profiled := o.profile(fmt.Sprintf("%.3s-%d", requests[0], clients))
	cpu, begin := cpuTime(o.f, o.pid), time.Now()
	for c, w := range wires {
		all.Go(func() {
			for n := c; (again || n < len(requests)) && time.Since(begin) < within; n += clients {
				sent := time.Now()
				if err := w.do(requests[n%len(requests)]); err != nil {
					o.f.Errorf("%s: %v", o.addr, err)
					return
				}
				took[c] = append(took[c], time.Since(sent).Seconds())
			}
		})
	}
	all.Wait()
	elapsed := time.Since(begin).Seconds()
	cpu = cpuTime(o.f, o.pid) - cpu
	profiled()
	each := slices.Concat(took...)
	n := float64(len(each))
	return sample{n / elapsed, each.Median(), each.Quantile(0.99), cpu / n, status(o.f, o.pid, "VmRSS")}
}

// samples are runs.
type samples struct{ rate, p50, p99, cpu, rss Series }

func (s *samples) add(one sample) float64 {
	s.rate, s.p50, s.p99 = append(s.rate, one.rate), append(s.p50, one.p50), append(s.p99, one.p99)
	s.cpu, s.rss = append(s.cpu, one.cpu), append(s.rss, one.rss)
	return one.rate
}

// small adds the lines of one kind of request; of is the floor's runs and ours.
func (s *Section) small(what string, of [2]samples, aim, late string) {
	s.Add(Figure{What: what, Unit: PerSecond, Ours: of[1].rate, Floor: of[0].rate, Aim: aim, CPU: of[1].cpu, FloorCPU: of[0].cpu,
		Memory: of[1].rss, FloorMemory: of[0].rss})
	s.Add(Figure{What: "– p50", Unit: Seconds, Ours: of[1].p50, Floor: of[0].p50})
	s.Add(Figure{What: "– p99", Unit: Seconds, Ours: of[1].p99, Floor: of[0].p99, Aim: late})
}

// profile keeps a CPU profile of ecc while something is measured, if
// $ECC_BENCH_PROFILE names a folder for it.
func (o objects) profile(what string) (wait func()) {
	dir := os.Getenv("ECC_BENCH_PROFILE")
	if dir == "" || o.admin == "" {
		return func() {}
	}
	var work sync.WaitGroup
	work.Go(func() {
		resp, err := http.Get("http://" + o.admin + "/debug/pprof/profile?seconds=1")
		if err != nil {
			o.f.Error(err)
			return
		}
		defer resp.Body.Close()
		file, err := os.CreateTemp(dir, what+"-*.pb.gz")
		if err == nil {
			_, err = file.ReadFrom(resp.Body)
			err = errors.Join(err, file.Close())
		}
		if err != nil {
			o.f.Error(err)
		}
	})
	return work.Wait
}
