// Package frontdoor hardens an HTTP/1.1 server against strangers. It sits
// between a listener and net/http and does what net/http leaves open:
//
//   - A request whose bytes two parsers could read in two ways (bare line
//     feeds, folded headers, a length beside chunks, a header of routing or
//     credentials sent twice) is answered 400 and its connection closed. What
//     net/http makes of such a request would hide that from every handler.
//   - Connections that wait for a request are bounded in number: the one that
//     waited longest goes first, so that ten thousand slow clients cannot keep
//     the next one out. No address has more than half of all.
//
// It knows nothing of what is served. Whoever opens a listener for tenants may
// import it.
package frontdoor

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// Limits bound what strangers may occupy. The zero value of a field stands for
// its default.
type Limits struct {
	Connections int           // at a time; 4096
	Each        int           // of them from one address; 2048
	Fresh       int           // of them that never sent a whole request head; 1024
	HeadBytes   int           // of a request's head; 32 KiB
	IdleTime    time.Duration // between requests; 2 min
}

func (l Limits) withDefaults() Limits {
	l.Connections = orElse(l.Connections, 4096)
	l.Each = orElse(l.Each, 2048)
	l.Fresh = orElse(l.Fresh, 1024)
	l.HeadBytes = orElse(l.HeadBytes, 32<<10)
	l.IdleTime = orElse(l.IdleTime, 2*time.Minute)
	return l
}

func orElse[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

// Guard sets a server's limits and returns the listener it must serve on in
// the place of ln. The server must not be used for another listener, and must
// itself bound the time of a head (ReadHeaderTimeout).
func Guard(srv *http.Server, ln net.Listener, limits Limits) net.Listener {
	limits = limits.withDefaults()
	srv.MaxHeaderBytes, srv.IdleTimeout = limits.HeadBytes, limits.IdleTime
	crowd := newCrowd(limits)
	srv.ConnState = crowd.changed
	return &listener{Listener: ln}
}

type listener struct{ net.Listener }

// Accept returns the next connection, guarded.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, origin: origin(c.RemoteAddr())}, nil
}

// conn lets bytes through as long as they are unambiguous.
type conn struct {
	net.Conn
	scan    scanner
	refused bool
	poison  string // what the server still gets to read after that

	origin netip.Addr // the client's
	place  place      // in the crowd
}

// poison is no request line, no header and no chunk to net/http, whatever came
// before it: it answers 400 in its turn, after the answers to earlier requests,
// and closes.
const poison = "\x00\r\n\x00\r\n\r\n"

func (c *conn) Read(p []byte) (int, error) {
	if c.refused {
		return c.readPoison(p)
	}
	n, err := c.Conn.Read(p)
	good := c.scan.scan(p[:n])
	if good == n {
		return n, err
	}
	c.refused, c.poison = true, poison
	if good > 0 {
		return good, nil
	}
	return c.readPoison(p)
}

func (c *conn) readPoison(p []byte) (int, error) {
	if c.poison == "" {
		return 0, io.EOF
	}
	n := copy(p, c.poison)
	c.poison = c.poison[n:]
	return n, nil
}

// ReadFrom lets net/http hand a file to the kernel, as it does without us.
func (c *conn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(c.Conn, r) }

// CloseWrite lets a client read the answer to what was refused.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
