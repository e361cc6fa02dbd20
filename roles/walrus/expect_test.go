package walrus_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"ecc/roles/walrus"
)

// head writes the head of a request by hand.
func head(r *http.Request, length int, more string) string {
	var fields strings.Builder
	_ = r.Header.Write(&fields)
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n%s%s\r\n", r.Method, r.URL.RequestURI(), r.Host, length, more, fields.String())
}

// converse sends a head, and the body only if it is asked for. It returns the
// final status, whether the body was asked for and whether the connection can
// be used again.
func converse(t *testing.T, c net.Conn, wire string, body []byte) (status int, asked, kept bool) {
	t.Helper()
	if _, err := io.WriteString(c, wire); err != nil {
		t.Fatal(err)
	}
	br := bufio.NewReader(c)
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	if asked = resp.StatusCode == http.StatusContinue; asked {
		if _, err := c.Write(body); err != nil {
			t.Fatal(err)
		}
		if resp, err = http.ReadResponse(br, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, asked, !resp.Close
}

// TestExpect: who waits to be asked for a body is asked only if it will be
// taken.
func TestExpect(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "bucket")
	s.mustBucket(t, green, "greens")
	body := random(1, 1<<20)
	for name, tc := range map[string]struct {
		q      request
		status int
		asked  bool
	}{
		"good":         {request{path: "/bucket/k"}, 200, true},
		"wrong secret": {request{path: "/bucket/k", secret: "wrong"}, 403, false},
		"anonymous":    {request{path: "/bucket/k", unsigned: true}, 403, false},
		"not allowed":  {request{path: "/greens/k"}, 403, false},
		"no bucket":    {request{path: "/nobucket/k"}, 404, false},
		"long key":     {request{path: "/bucket/" + strings.Repeat("k", 1025)}, 400, false},
		"condition":    {request{path: "/bucket/k", header: map[string]string{"If-Match": `"other"`}}, 412, false},
		"digest":       {request{path: "/bucket/k", header: map[string]string{"Content-Md5": "x"}}, 400, false},
		"unknown":      {request{path: "/bucket/k?frobnicate"}, 501, false},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "condition" {
				s.mustPut(t, "bucket", "k", nil)
			}
			tc.q.method, tc.q.body = "PUT", body
			c := s.dial(t)
			defer c.Close()
			status, asked, kept := converse(t, c, head(s.build(t, tc.q), len(body), "Expect: 100-continue\r\n"), body)
			if status != tc.status || asked != tc.asked || kept != tc.asked {
				t.Errorf("%d, asked %v, kept %v; want %d, %v", status, asked, kept, tc.status, tc.asked)
			}
		})
	}
}

// TestKeepAlive: after a refused body a connection goes on only if the body was
// small enough to be read to its end.
func TestKeepAlive(t *testing.T) {
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Stall = time.Second })
	s.mustBucket(t, blue, "bucket")
	for name, tc := range map[string]struct {
		size, sent int
		kept       bool
	}{
		"small":           {10 << 10, 10 << 10, true},
		"large":           {2 << 20, 64 << 10, false},
		"small, not sent": {10 << 10, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			body := make([]byte, tc.size)
			c := s.dial(t)
			defer c.Close()
			wire := head(s.build(t, request{method: "PUT", path: "/bucket/k", body: body, secret: "wrong"}), tc.size, "") + string(body[:tc.sent])
			status, _, kept := converse(t, c, wire, nil)
			if status != 403 || (kept != tc.kept && name != "small, not sent") {
				t.Errorf("%d, kept %v", status, kept)
			}
			next := head(s.build(t, request{method: "GET", path: "/bucket"}), 0, "")
			_, _ = io.WriteString(c, next)
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if (err == nil) != tc.kept {
				t.Errorf("the next request: %v", err)
			}
			if err == nil && resp.StatusCode != 200 {
				t.Errorf("the next request: %d", resp.StatusCode)
			}
		})
	}
}

// TestAnswerBeforeClosing: a client that asked for the connection to be closed
// gets to send its body and to read why it was refused.
func TestAnswerBeforeClosing(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "bucket")
	for range 20 {
		body := make([]byte, 200<<10)
		c := s.dial(t)
		wire := head(s.build(t, request{method: "PUT", path: "/bucket/k", body: body, secret: "wrong"}), len(body), "")
		wire = strings.Replace(wire, "\r\n", "\r\nConnection: close\r\n", 1)
		if _, err := io.WriteString(c, wire); err != nil {
			t.Fatal(err)
		}
		for sent := 0; sent < len(body); sent += 20 << 10 {
			if _, err := c.Write(body[sent : sent+20<<10]); err != nil {
				t.Fatalf("behind %d bytes of the body: %v", sent, err)
			}
		}
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || resp.StatusCode != 403 {
			t.Fatalf("%v, %v", resp, err)
		}
		if b, err := io.ReadAll(resp.Body); err != nil || !bytes.Contains(b, []byte("SignatureDoesNotMatch")) {
			t.Fatalf("%q, %v", b, err)
		}
		_ = c.Close()
	}
}

// TestSmuggled: a body that looks like a request, and was refused, is not taken
// for one.
func TestSmuggled(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "bucket")
	s.mustPut(t, "bucket", "k", []byte("x"))
	inner := head(s.build(t, request{method: "DELETE", path: "/bucket/k"}), 0, "")
	for _, pad := range []int{0, 1 << 20} {
		body := append([]byte(inner), bytes.Repeat([]byte(inner), pad/len(inner))...)
		outer := head(s.build(t, request{method: "PUT", path: "/bucket/other", body: body, secret: "wrong"}), len(body), "")
		if got := s.statuses(t, outer+string(body)); len(got) > 1 || (len(got) == 1 && got[0] != 403) {
			t.Errorf("%d bytes: answered %v", len(body), got)
		}
	}
	s.wantObject(t, "bucket", "k", []byte("x"))
}
