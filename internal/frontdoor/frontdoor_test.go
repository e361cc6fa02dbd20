package frontdoor

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a guarded server that answers with what it understood.
func serve(t *testing.T, limits Limits) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusTeapot)
		}
		fmt.Fprintf(w, "%s %s %q;", r.Method, r.URL.Path, b)
	}))
	s.Listener = Guard(s.Config, s.Listener, limits)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func dial(t *testing.T, s *httptest.Server) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	return c
}

// talk sends bytes, in pieces of n, and returns the statuses and bodies of all
// answers until the server closes.
func talk(t *testing.T, s *httptest.Server, wire string, n int) string {
	t.Helper()
	c := dial(t, s)
	go func() {
		for len(wire) > 0 {
			k := min(n, len(wire))
			if _, err := io.WriteString(c, wire[:k]); err != nil {
				return // refused halfway
			}
			wire = wire[k:]
		}
	}()
	var got strings.Builder
	br := bufio.NewReader(c)
	for {
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			return got.String()
		}
		b, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusOK {
			b = nil
		}
		fmt.Fprintf(&got, "%d %s", resp.StatusCode, b)
		if resp.Close {
			return got.String()
		}
	}
}

const (
	first = "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
	last  = "GET /z HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
	bad   = "400 "
)

// TestHeads: what has one reading passes, what has two is refused in its turn
// and ends the connection.
func TestHeads(t *testing.T) {
	s := serve(t, Limits{})
	const a, z = `200 PUT /a "abc";`, `200 GET /z "";`
	for name, tc := range map[string]struct{ wire, want string }{
		"two requests":             {first + last, a + z},
		"empty body":               {"PUT /e HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n" + last, `200 PUT /e "";` + z},
		"chunks":                   {"PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nTrail: er\r\n\r\n" + last, `200 PUT /c "abcd";` + z},
		"chunks in capitals":       {"PUT /c HTTP/1.1\r\nhost: h\r\ntransfer-encoding: CHUNKED\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n" + last, `200 PUT /c "0123456789";` + z},
		"line feed in a body":      {"PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n\n\n\r\n" + last, `200 PUT /a "\n\n\r\n";` + z},
		"two hosts":                {first + "GET /b HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n" + last, a + bad},
		"two authorizations":       {first + "GET /b HTTP/1.1\r\nHost: h\r\nAuthorization: a\r\nauthorization: b\r\n\r\n" + last, a + bad},
		"two lengths":              {first + "PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc" + last, a + bad},
		"length and chunks":        {first + "PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + last, a + bad},
		"chunks and length":        {first + "PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + last, a + bad},
		"chunks in HTTP/1.0":       {first + "PUT /b HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + last, a + bad},
		"another encoding":         {first + "PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + last, a + bad},
		"length with a sign":       {first + "PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc" + last, a + bad},
		"length listed":            {first + "PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\nabc" + last, a + bad},
		"length with space before": {first + "PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length : 3\r\n\r\nabc" + last, a + bad},
		"folded header":            {first + "GET /b HTTP/1.1\r\nHost: h\r\nX-Amz-Meta-A: b\r\n c\r\n\r\n" + last, a + bad},
		"folded by a tab":          {first + "GET /b HTTP/1.1\r\nHost: h\r\nX-Amz-Meta-A: b\r\n\tc\r\n\r\n" + last, a + bad},
		"line feed, request":       {first + "GET /b HTTP/1.1\nHost: h\r\n\r\n" + last, a + bad},
		"line feed, header":        {first + "GET /b HTTP/1.1\r\nHost: h\nX: y\r\n\r\n" + last, a + bad},
		"line feed, end":           {first + "GET /b HTTP/1.1\r\nHost: h\r\n\n" + last, a + bad},
		"carriage return":          {first + "GET /b HTTP/1.1\r\nHost: h\r\nX: y\rZ: a\r\n\r\n" + last, a + bad},
		"zero byte":                {first + "GET /b HTTP/1.1\r\nHost: h\r\nX: y\x00\r\n\r\n" + last, a + bad},
		"line feed, chunk":         {first + "PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n" + last, a + "418 "},
		"line feed, trailer":       {first + "PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\r\n" + last, a + "418 "},
		"chunk longer than said":   {first + "PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n" + last, a + "418 "},
	} {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{1 << 20, 1} {
				if got := talk(t, s, tc.wire, n); got != tc.want {
					t.Errorf("in pieces of %d: %q, want %q", n, got, tc.want)
				}
			}
		})
	}
}

// TestCrowd: connections that only wait give way to the next, the one that
// waited longest first, and those at work stay.
func TestCrowd(t *testing.T) {
	const most, fresh = 8, 3
	s := serve(t, Limits{Connections: most, Fresh: fresh})
	working := dial(t, s)
	head, body, _ := strings.Cut(first, "\r\n\r\n")
	if _, err := io.WriteString(working, head+"\r\nExpect: 100-continue\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(working)
	if resp, err := http.ReadResponse(answers, nil); err != nil || resp.StatusCode != http.StatusContinue {
		t.Fatalf("the one at work: %v, want to be asked for the body", err)
	}
	for range 40 {
		slow := dial(t, s)
		if _, err := io.WriteString(slow, "GET / HTTP/1.1\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 {
		c := dial(t, s)
		if _, err := io.WriteString(c, "GET /y HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil {
			t.Errorf("client %d behind the slow ones: %v", i, err)
		}
	}
	if _, err := io.WriteString(working, body); err != nil {
		t.Fatal(err)
	}
	if resp, err := http.ReadResponse(answers, nil); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("the one at work: %v", err)
	}
}

// TestCount: what the crowd counts is what there is.
func TestCount(t *testing.T) {
	w := newCrowd(Limits{Connections: 2, Each: 2, Fresh: 1})
	pipe := func() *conn {
		a, b := net.Pipe()
		t.Cleanup(func() { _, _ = a.Close(), b.Close() })
		return &conn{Conn: a}
	}
	one, two, three, four, five := pipe(), pipe(), pipe(), pipe(), pipe()
	for i, step := range []struct {
		c          *conn
		state      http.ConnState
		out        *conn
		all, fresh int
	}{
		{one, http.StateNew, nil, 1, 1},
		{one, http.StateActive, nil, 1, 0},
		{one, http.StateIdle, nil, 1, 0},
		{two, http.StateNew, nil, 2, 1},
		{three, http.StateNew, two, 2, 1},
		{two, http.StateClosed, nil, 2, 1},
		{four, http.StateNew, three, 2, 1},
		{four, http.StateActive, nil, 2, 0},
		{five, http.StateNew, one, 2, 1},
		{three, http.StateClosed, nil, 2, 1},
		{five, http.StateClosed, nil, 1, 0},
		{four, http.StateHijacked, nil, 0, 0},
	} {
		if out := w.move(step.c, step.state); out != step.out || w.all != step.all || w.fresh.size != step.fresh {
			t.Errorf("step %d: %d connections, %d fresh, out %v", i, w.all, w.fresh.size, out != nil)
		}
	}
}

// TestEach: one address has its share and no more; others are not touched.
func TestEach(t *testing.T) {
	w := newCrowd(Limits{Connections: 9, Each: 2, Fresh: 9})
	from := func(address string) *conn {
		a, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		return &conn{origin: origin(a)}
	}
	one, two, three, other := from("192.0.2.1:1"), from("192.0.2.1:2"), from("[::ffff:192.0.2.1]:3"), from("192.0.2.2:1")
	for i, step := range []struct {
		c     *conn
		state http.ConnState
		out   *conn
		all   int
	}{
		{one, http.StateNew, nil, 1}, {two, http.StateNew, nil, 2}, {three, http.StateNew, three, 2}, {other, http.StateNew, nil, 3},
		{three, http.StateClosed, nil, 3}, {one, http.StateActive, nil, 3}, {one, http.StateClosed, nil, 2}, {from("192.0.2.1:4"), http.StateNew, nil, 3},
		{from("[2001:db8::1]:1"), http.StateNew, nil, 4}, {from("[2001:db8::2]:1"), http.StateNew, nil, 5}, {from("[2001:db8:0:1::]:1"), http.StateNew, nil, 6},
		{two, http.StateClosed, nil, 5}, {other, http.StateClosed, nil, 4},
	} {
		if out := w.move(step.c, step.state); out != step.out || w.all != step.all {
			t.Errorf("step %d: %d connections, out %v", i, w.all, out != nil)
		}
	}
	if third := from("[2001:db8::3]:1"); w.move(third, http.StateNew) != third {
		t.Error("a third of one network stays")
	}
	if len(w.from) != 3 || origin(&net.UnixAddr{}).IsValid() {
		t.Errorf("origins: %v", w.from)
	}
}

// FuzzScanner: on whatever the scanner lets through it agrees with net/http on
// where each request ends.
func FuzzScanner(f *testing.F) {
	f.Add([]byte(first + last))
	f.Add([]byte("PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n" + last))
	f.Add([]byte("GET / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx" + last))
	f.Fuzz(func(t *testing.T, wire []byte) {
		var s scanner
		ends := map[int]bool{}
		good := 0
		for ; good < len(wire) && s.scan(wire[good:good+1]) == 1; good++ {
			if s.state == start && len(s.line) == 0 {
				ends[good+1] = true
			}
		}
		src := bytes.NewReader(wire[:good])
		br := bufio.NewReader(src)
		for {
			r, err := http.ReadRequest(br)
			if err != nil {
				return // net/http refuses more, and then closes
			}
			_, err = io.Copy(io.Discard, r.Body)
			if err != nil {
				return
			}
			if at := good - src.Len() - br.Buffered(); !ends[at] {
				t.Fatalf("net/http ends a request at %d, the scanner at %v", at, ends)
			}
		}
	})
}

// BenchmarkScan follows the head and the body of an upload of 4 KiB.
func BenchmarkScan(b *testing.B) {
	wire := []byte("PUT /bucket/key HTTP/1.1\r\nHost: 127.0.0.1:8773\r\nUser-Agent: " + strings.Repeat("a", 60) + "\r\nContent-Length: 4096\r\nAuthorization: " +
		strings.Repeat("a", 300) + "\r\nX-Amz-Content-Sha256: " + strings.Repeat("0", 64) + "\r\nX-Amz-Date: 20260102T030405Z\r\nAccept-Encoding: gzip\r\n\r\n" + strings.Repeat("x", 4096))
	var s scanner
	b.SetBytes(int64(len(wire)))
	for b.Loop() {
		if s.scan(wire) != len(wire) || s.state != start {
			b.Fatal("refused")
		}
	}
}
