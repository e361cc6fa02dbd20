package frontdoor

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
)

// crowd knows the connections of one listener and which of them only wait.
type crowd struct {
	limits Limits

	mu    sync.Mutex
	all   int
	from  map[netip.Addr]int // of all, by where they come from
	fresh queue              // no request yet
	idle  queue              // between requests
}

func newCrowd(limits Limits) *crowd { return &crowd{limits: limits, from: map[netip.Addr]int{}} }

// origin is what connections are counted by: an address, or a network of the
// size one customer gets in IPv6. It is invalid for sockets of this machine.
func origin(a net.Addr) netip.Addr {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	if p, err := ip.Prefix(64); err == nil && ip.Is6() {
		return p.Addr()
	}
	return ip
}

// changed is an http.Server's ConnState. The server says "active" only once a
// request's head has arrived whole.
func (w *crowd) changed(nc net.Conn, state http.ConnState) {
	c, ok := nc.(*conn)
	if !ok {
		return
	}
	if out := w.move(c, state); out != nil {
		_ = out.Close() // its own goroutine sees it and says so
	}
}

// move records a state and returns a connection that has to go for it.
func (w *crowd) move(c *conn, state http.ConnState) *conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	c.leave()
	if c.place.out {
		return nil // told to go already
	}
	switch state {
	case http.StateNew:
		w.all++
		w.from[c.origin]++
		if c.origin.IsValid() && w.from[c.origin] > w.limits.Each {
			w.remove(c)
			return c
		}
		w.fresh.join(c)
	case http.StateIdle:
		w.idle.join(c)
	case http.StateClosed, http.StateHijacked:
		w.remove(c)
	case http.StateActive:
	}
	return w.surplus()
}

// remove ends the counting of a connection. One that was told to go is not
// waited for: its goroutine may be slow to notice.
func (w *crowd) remove(c *conn) {
	c.place.out = true
	w.all--
	if w.from[c.origin]--; w.from[c.origin] == 0 {
		delete(w.from, c.origin)
	}
}

// surplus takes out the connection that waited longest, if there are too many.
func (w *crowd) surplus() *conn {
	var c *conn
	switch {
	case w.fresh.size > w.limits.Fresh:
		c = w.fresh.first
	case w.all <= w.limits.Connections:
		return nil
	case w.idle.size > 0:
		c = w.idle.first
	case w.fresh.size > 0:
		c = w.fresh.first
	default:
		return nil // all are at work
	}
	c.leave()
	w.remove(c)
	return c
}
