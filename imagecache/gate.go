package imagecache

import (
	"context"
	"sync"

	"ecc/cloud"
)

// gates let one goroutine of this process at a time work on an image. The
// lock on disk would do, but who waits for that has to look again and again.
type gates struct {
	mu sync.Mutex
	m  map[cloud.ImageID]*gate
}

type gate struct {
	turn chan struct{} // holds one value while somebody is inside
	n    int           // inside or waiting
}

// enter waits for its turn and returns the function that ends it.
func (g *gates) enter(ctx context.Context, id cloud.ImageID) (func(), error) {
	e := g.join(id)
	select {
	case e.turn <- struct{}{}:
		return func() { <-e.turn; g.leave(id, e) }, nil
	case <-ctx.Done():
		g.leave(id, e)
		return nil, context.Cause(ctx)
	}
}

func (g *gates) join(id cloud.ImageID) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.m == nil {
		g.m = map[cloud.ImageID]*gate{}
	}
	e := g.m[id]
	if e == nil {
		e = &gate{turn: make(chan struct{}, 1)}
		g.m[id] = e
	}
	e.n++
	return e
}

func (g *gates) leave(id cloud.ImageID, e *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e.n--; e.n == 0 {
		delete(g.m, id)
	}
}
