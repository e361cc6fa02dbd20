package imds

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/net/ipv4"
)

func TestServeBoundsConnections(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := newRig(t)
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := r.svc.Serve(ln, one, 1)
	defer l.Close()
	// Idle connections take every place; those that are closed give it back.
	var idle []net.Conn
	for range maxConns {
		c, err := net.Dial("tcp4", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		idle = append(idle, c)
	}
	for _, c := range idle {
		c.Close()
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + ln.Addr().String() + "/latest/meta-data/instance-id")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if string(body) != string(one) || resp.Header.Get("Server") != "EC2ws" {
		t.Errorf("%q %v", body, resp.Header)
	}
	big, _ := http.NewRequest("GET", "http://"+ln.Addr().String()+"/", nil)
	big.Header.Set("X-Big", strings.Repeat("x", 64<<10))
	if resp, err := client.Do(big); err == nil {
		resp.Body.Close()
		if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("64 KiB of headers: %s", resp.Status)
		}
	}
}

func TestTokenLowersTheHopLimitForGood(t *testing.T) {
	r := newRig(t)
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	seen := &watched{Listener: ln, conns: make(chan net.Conn, 1)}
	l := r.svc.Serve(seen, one, 1)
	defer l.Close()
	dialed, err := net.Dial("tcp4", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer dialed.Close()
	accepted := <-seen.conns
	ttl := func() int {
		n, err := ipv4.NewConn(accepted).TTL()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	send := func(request string) {
		t.Helper()
		if _, err := io.WriteString(dialed, request); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 4096)
		if n, err := dialed.Read(buf); err != nil || !strings.Contains(string(buf[:n]), "200 OK") {
			t.Fatalf("%q: %q, %v", request, buf[:n], err)
		}
	}
	send("GET /latest/meta-data/instance-id HTTP/1.1\r\nHost: x\r\n\r\n")
	if ttl() == 1 {
		t.Error("an answer without a token has a hop limit")
	}
	for _, request := range []string{
		"PUT /latest/api/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" + ttlHeader + ": 60\r\n\r\n",
		"GET /latest/meta-data/instance-id HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		send(request)
		if n := ttl(); n != 1 {
			t.Errorf("IP TTL %d after %q, want 1", n, request[:3])
		}
	}
}

// watched shows the connections it accepts.
type watched struct {
	net.Listener
	conns chan net.Conn
}

func (w *watched) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	if err == nil {
		w.conns <- c
	}
	return c, err
}
