package walrus_test

import (
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"time"
)

// TestNegative18SlowClients opens ten thousand connections that never get to
// the end of a request's head. What they occupy is bounded, and the others are
// served meanwhile, on new connections as well as on old ones.
func TestNegative18SlowClients(t *testing.T) {
	many := 10_000
	if testing.Short() {
		many = 2_000
	}
	s := negative(t)
	before, alone := runtime.NumGoroutine(), s.quantile(t, 200)
	var slow []net.Conn
	defer func() {
		for _, c := range slow {
			_ = c.Close()
		}
	}()
	for range many {
		c := s.dial(t)
		_, _ = io.WriteString(c, "PUT /bucket/k HTTP/1.1\r\nHost: h\r\nX-Amz-Meta-A: aaaa")
		slow = append(slow, c)
	}
	among := s.quantile(t, 200)
	t.Logf("p99 alone %v, among %d slow clients %v", alone, many, among) // told, not judged: the machine is shared
	if n := runtime.NumGoroutine() - before; n > 1300 {
		t.Errorf("%d goroutines more", n)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapInuse+m.StackInuse > 200<<20 {
		t.Errorf("%d MiB in use", (m.HeapInuse+m.StackInuse)>>20)
	}
}

// quantile gets an object n times, on a connection each and on one that is
// kept, and returns how long all but one of a hundred took at most.
func (s *server) quantile(t *testing.T, n int) time.Duration {
	t.Helper()
	var took []time.Duration
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for i := range n {
		client := http.DefaultClient
		if i%2 == 0 {
			client = fresh
		}
		r := s.build(t, request{method: "GET", path: "/bucket/k"})
		begin := time.Now()
		resp, err := client.Do(r)
		if err != nil {
			t.Fatalf("client %d: %v", i, err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(body) != "old" || err != nil {
			t.Fatalf("client %d: %d %q, %v", i, resp.StatusCode, body, err)
		}
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	return took[n*99/100]
}
