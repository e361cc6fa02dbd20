package libvirt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
)

// conn is one connection to libvirtd with a client object of its own: go-libvirt's
// objects race when they are connected again. It is used until it is dead and
// then thrown away.
type conn struct {
	*golibvirt.Libvirt
	wire  *wire
	calls sync.WaitGroup // calls under way
}

// dial connects and logs in, within limit and until ctx ends.
func dial(ctx context.Context, socket string, limit time.Duration) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	nc, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, err
	}
	c := &conn{wire: &wire{Conn: nc}}
	c.Libvirt = golibvirt.NewWithDialer(dialed{c.wire})
	// The log-in has no limit of its own; closing the wire ends it. (A read
	// deadline would not: the library takes it for a passing error and spins.)
	defer context.AfterFunc(ctx, c.drop)()
	if err := c.Connect(); err != nil {
		c.drop()
		return nil, errors.Join(ctx.Err(), fmt.Errorf("log in: %w", err))
	}
	return c, nil
}

// drop makes the connection dead: every call under way on it fails.
func (c *conn) drop() { _ = c.wire.Close() }

// close drops the connection and waits for the calls on it.
func (c *conn) close() {
	c.drop()
	c.calls.Wait()
}

// wire is the connection as the library reads it, guarded: the library takes
// some errors for passing and reads again for ever, and it believes any length
// that a packet begins with, down to a panic.
type wire struct {
	net.Conn
	length []byte // what of the packet's length is still to be handed on
	left   int    // bytes of the packet still to be handed on, length included
}

// Sizes of a packet, its length included: a header alone, and what libvirt
// itself never exceeds.
const (
	minPacket = 28
	maxPacket = 32 << 20
)

// Read turns every error into the end of the stream.
func (w *wire) Read(p []byte) (int, error) {
	if w.left == 0 && !w.next() {
		return 0, io.EOF
	}
	if len(w.length) > 0 {
		n := copy(p, w.length)
		w.length, w.left = w.length[n:], w.left-n
		return n, nil
	}
	n, err := w.Conn.Read(p[:min(len(p), w.left)])
	w.left -= n
	if err != nil {
		return n, io.EOF
	}
	return n, nil
}

// next begins a packet.
func (w *wire) next() bool {
	var b [4]byte
	if _, err := io.ReadFull(w.Conn, b[:]); err != nil {
		return false
	}
	n := binary.BigEndian.Uint32(b[:])
	w.length, w.left = b[:], int(n)
	return n >= minPacket && n <= maxPacket
}

// dialed gives the library a connection that exists.
type dialed struct{ *wire }

func (d dialed) Dial() (net.Conn, error) { return d.wire, nil }
