// Package keylock serialises work per key: one mutex for every key in use,
// none for the others. Waiting ends with the context.
//
// It is for work on one resource inside one process. Every package may import
// it.
package keylock

import (
	"context"
	"sync"
)

// Locks is a set of mutexes, one per key. The zero value is ready.
type Locks[K comparable] struct {
	mu   sync.Mutex
	held map[K]*lock
}

// lock is the mutex of one key: a slot of one, and how many hold or want it.
type lock struct {
	slot chan struct{}
	uses int
}

// Lock waits until key is free and takes it. The caller must call unlock,
// once. An error is the context's, and then nothing is held.
func (l *Locks[K]) Lock(ctx context.Context, key K) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k := l.use(key)
	select {
	case k.slot <- struct{}{}:
		return sync.OnceFunc(func() { <-k.slot; l.drop(key, k) }), nil
	case <-ctx.Done():
		l.drop(key, k)
		return nil, ctx.Err()
	}
}

func (l *Locks[K]) use(key K) *lock {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = make(map[K]*lock)
	}
	k := l.held[key]
	if k == nil {
		k = &lock{slot: make(chan struct{}, 1)}
		l.held[key] = k
	}
	k.uses++
	return k
}

// drop forgets the key when nobody holds or wants it, so that the set does
// not grow with every resource there ever was.
func (l *Locks[K]) drop(key K, k *lock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k.uses--; k.uses == 0 {
		delete(l.held, key)
	}
}
