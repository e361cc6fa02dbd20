package frontdoor

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// crowd knows the connections of one listener and which of them only wait.
type crowd struct {
	limits Limits

	mu    sync.Mutex
	all   int
	fresh list.List // no request yet, longest waiting first
	idle  list.List // between requests, longest waiting first
}

// place is where a connection stands in the crowd; the crowd's lock guards it.
type place struct {
	queue *list.List // nil: at work
	at    *list.Element
	out   bool // no longer counted
}

func newCrowd(limits Limits) *crowd { return &crowd{limits: limits} }

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
	w.leave(c)
	if c.place.out {
		return nil // told to go already
	}
	switch state {
	case http.StateNew:
		w.all++
		w.wait(c, &w.fresh)
	case http.StateIdle:
		w.wait(c, &w.idle)
	case http.StateClosed, http.StateHijacked:
		w.remove(c)
	case http.StateActive:
	}
	return w.surplus()
}

func (w *crowd) wait(c *conn, queue *list.List) {
	c.place = place{queue: queue, at: queue.PushBack(c)}
}

func (w *crowd) leave(c *conn) {
	if c.place.queue != nil {
		c.place.queue.Remove(c.place.at)
		c.place = place{}
	}
}

// remove ends the counting of a connection. One that was told to go is not
// waited for: its goroutine may be slow to notice.
func (w *crowd) remove(c *conn) {
	c.place.out = true
	w.all--
}

// surplus takes out the connection that waited longest, if there are too many.
func (w *crowd) surplus() *conn {
	switch {
	case w.fresh.Len() > w.limits.Fresh:
		return w.first(&w.fresh)
	case w.all > w.limits.Connections && w.idle.Len() > 0:
		return w.first(&w.idle)
	case w.all > w.limits.Connections && w.fresh.Len() > 0:
		return w.first(&w.fresh)
	}
	return nil
}

func (w *crowd) first(queue *list.List) *conn {
	c := queue.Front().Value.(*conn)
	w.leave(c)
	w.remove(c)
	return c
}
