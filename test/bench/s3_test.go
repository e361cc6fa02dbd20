package bench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	largeSize  = 256 << 20
	smallSize  = 4 << 10
	s3Clients  = 16
	objectTime = time.Second
)

// objects is a bucket reached by presigned URLs: the client's work is the same
// for the floor, and nothing is hashed by the client.
type objects struct {
	f    *figures
	s3   *s3.Client
	sign *s3.PresignClient
	http *http.Client
}

const bucket = "bench"

func newObjects(f *figures, env map[string]string, url string) objects {
	c := s3.New(s3.Options{Region: env["AWS_REGION"], BaseEndpoint: aws.String(url), UsePathStyle: true,
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		Credentials:                credentials.NewStaticCredentialsProvider(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], "")})
	return objects{f, c, s3.NewPresignClient(c), &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: s3Clients}}}
}

func (o objects) getURL(key string) string {
	r, err := o.sign.PresignGetObject(context.Background(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: &key})
	return o.url(r, err)
}

func (o objects) putURL(key string) string {
	r, err := o.sign.PresignPutObject(context.Background(), &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key})
	return o.url(r, err)
}

func (o objects) url(r *v4.PresignedHTTPRequest, err error) string {
	must(o.f, err)
	return r.URL
}

// do makes a request and reads the answer to its end.
func (o objects) do(method, url string, body []byte) error {
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := o.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s %s: %s: %s", method, url, resp.Status, text)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// timed is the seconds of one request.
func (o objects) timed(method, url string, body []byte) float64 {
	begin := time.Now()
	must(o.f, o.do(method, url, body))
	return time.Since(begin).Seconds()
}

// rate is requests a second, by all clients, each with keys of its own.
func (o objects) rate(method string, url func(client int) string, body []byte) float64 {
	var all sync.WaitGroup
	var n atomic.Int64
	begin := time.Now()
	for c := range s3Clients {
		all.Go(func() {
			for u := url(c); time.Since(begin) < objectTime; n.Add(1) {
				if err := o.do(method, u, body); err != nil {
					o.f.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(n.Load()) / time.Since(begin).Seconds()
}

// measureS3: large and small objects.
func measureS3(f *figures) {
	p := start(f, f.node, "--roles=all", "--hypervisor=sim").ready()
	env := p.env()
	url, dir := startFloor(f, env)
	o, bare := newObjects(f, env, "http://"+p.listen), newObjects(f, env, url)
	_, err := o.s3.CreateBucket(f.Context(), &s3.CreateBucketInput{Bucket: aws.String(bucket)})
	must(f, err)
	large, small := make([]byte, largeSize), make([]byte, smallSize)
	rand.NewChaCha8([32]byte{}).Read(large)
	file := filepath.Join(dir, "large")
	must(f, os.WriteFile(file, large, 0o644))

	s := f.report.Section("S3", "for a large PUT, a file read, SHA-256 computed, written and fsynced; for a large GET, http.ServeFile of a file; for small objects a bare net/http server that checks the signature (ecc's own code) and keeps nothing.")
	putFloor, put := InTurns(5, 20*time.Second, func() float64 { return hashedCopy(f, file) },
		func() float64 { return o.timed("PUT", o.putURL("large"), large) })
	s.Add(Figure{What: "PUT of 256 MiB", Unit: Seconds, Ours: put, Floor: putFloor, Aim: "≤ 1.25×"})
	getFloor, get := InTurns(5, 20*time.Second, func() float64 { return bare.timed("GET", bare.getURL("large"), nil) },
		func() float64 { return o.timed("GET", o.getURL("large"), nil) })
	s.Add(Figure{What: "GET of 256 MiB", Unit: Seconds, Ours: get, Floor: getFloor, Aim: "≤ 1.1×"})

	key := func(c int) string { return fmt.Sprintf("small-%d", c) }
	for _, c := range []struct {
		method, aim string
		url         func(o objects, key string) string
		body        []byte
	}{
		{"PUT", "≥ 0.3×", objects.putURL, small},
		{"GET", "≥ 0.6×", objects.getURL, nil},
	} {
		rate := func(o objects) func() float64 {
			return func() float64 {
				return o.rate(c.method, func(client int) string { return c.url(o, key(client)) }, c.body)
			}
		}
		floor, ours := InTurns(5, 20*time.Second, rate(bare), rate(o))
		s.Add(Figure{What: fmt.Sprintf("%s of 4 KiB, %d clients", c.method, s3Clients), Unit: PerSecond, Ours: ours, Floor: floor, Aim: c.aim})
	}
	s.Say("A PUT is on the disk before it is answered; the bare server's is not. Client and server share the processors.")
}

// hashedCopy is what storing a file takes at least.
func hashedCopy(f *figures, path string) float64 {
	begin := time.Now()
	from, err := os.Open(path)
	must(f, err)
	defer from.Close()
	to, err := os.Create(path + ".copy")
	must(f, err)
	defer os.Remove(to.Name())
	defer to.Close()
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(to, sum), from)
	must(f, err)
	must(f, to.Sync())
	return time.Since(begin).Seconds()
}
