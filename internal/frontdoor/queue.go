package frontdoor

// queue is a list of connections, longest waiting first. Its links are in the
// connections: a busy one joins and leaves with every request.
type queue struct {
	first, last *conn
	size        int
}

// place is where a connection stands; the crowd's lock guards it.
type place struct {
	in         *queue // nil: in none
	prev, next *conn
	out        bool // no longer counted
}

func (q *queue) join(c *conn) {
	c.place.in, c.place.prev = q, q.last
	if q.last == nil {
		q.first = c
	} else {
		q.last.place.next = c
	}
	q.last = c
	q.size++
}

// leave takes a connection out of the queue it is in, if it is in one.
func (c *conn) leave() {
	q, p := c.place.in, &c.place
	if q == nil {
		return
	}
	if p.prev == nil {
		q.first = p.next
	} else {
		p.prev.place.next = p.next
	}
	if p.next == nil {
		q.last = p.prev
	} else {
		p.next.place.prev = p.prev
	}
	p.in, p.prev, p.next = nil, nil, nil
	q.size--
}
