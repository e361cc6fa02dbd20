package walrus

import (
	"sync"

	"ecc/roles/walrus/index"
)

// pins keeps the files of blobs that are being read from being unlinked.
//
// A reader looks a blob up and pins it under the read lock; the reclaim loop
// asks for garbage under the write lock. So either the pin is seen, or the
// reader came later and could not find the blob any more.
type pins struct {
	lookup sync.RWMutex
	freed  func() // called when a blob is free that reclaim had to leave

	mu    sync.Mutex
	count map[index.ID]int
	left  map[index.ID]bool // garbage that was held when reclaim came by
}

func newPins() *pins { return &pins{count: map[index.ID]int{}, left: map[index.ID]bool{}} }

// hold pins a blob; the caller holds lookup for reading. The result releases.
func (p *pins) hold(blob index.ID) (release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count[blob]++
	return func() { p.letGo(blob) }
}

func (p *pins) letGo(blob index.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count[blob]--; p.count[blob] > 0 {
		return
	}
	delete(p.count, blob)
	if p.left[blob] {
		delete(p.left, blob)
		p.freed()
	}
}

// held reports whether garbage is being read, and if so remembers that it
// could not go.
func (p *pins) held(blob index.ID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count[blob] == 0 {
		return false
	}
	p.left[blob] = true
	return true
}

// pending are the data files that are on disk, or on their way to it, and not
// in the index yet: the sweep for orphans must leave them alone.
type pending struct {
	mu    sync.Mutex
	files map[index.ID]bool
}

func newPending() *pending { return &pending{files: map[index.ID]bool{}} }

func (p *pending) add(id index.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[id] = true
}

func (p *pending) remove(id index.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.files, id)
}

func (p *pending) has(id index.ID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.files[id]
}
