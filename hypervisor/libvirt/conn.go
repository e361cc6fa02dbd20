package libvirt

import (
	"context"
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
	c := &conn{wire: &wire{Conn: nc, dead: make(chan struct{})}}
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
func (c *conn) drop() { c.wire.kill() }

// dead is closed when the connection is no longer of use.
func (c *conn) dead() <-chan struct{} { return c.wire.dead }

// close drops the connection and waits for the calls on it.
func (c *conn) close() {
	c.drop()
	c.calls.Wait()
}

// wire is a net.Conn that knows when it is dead, which the library tells only
// by a channel that it replaces without a lock.
type wire struct {
	net.Conn
	dead chan struct{}
	once sync.Once
}

func (w *wire) kill() {
	w.once.Do(func() {
		close(w.dead)
		_ = w.Conn.Close()
	})
}

// Read turns every error into the end of the stream: none is passing.
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if err != nil {
		w.kill()
		return n, io.EOF
	}
	return n, nil
}

func (w *wire) Close() error {
	w.kill()
	return nil
}

// dialed gives the library a connection that exists.
type dialed struct{ net.Conn }

func (d dialed) Dial() (net.Conn, error) { return d.Conn, nil }
