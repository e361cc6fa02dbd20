// Package linebuffer writes the lines of a log a moment later, many in one
// call: a busy server pays for one write in place of hundreds.
//
// A process that is killed loses the lines of that moment. Who logs what must
// not be lost calls Flush behind it. Only package main imports it.
package linebuffer

import (
	"io"
	"sync"
	"time"
)

const (
	moment = 50 * time.Millisecond // a line waits at most so long
	most   = 64 << 10              // bytes that wait
)

// Writer gathers lines for another writer. Its methods are for any goroutine.
type Writer struct {
	to io.Writer

	mu      sync.Mutex
	waiting []byte
	timer   *time.Timer // runs while something waits
}

// New returns a Writer to a writer, which is used by one goroutine at a time.
func New(to io.Writer) *Writer { return &Writer{to: to, waiting: make([]byte, 0, most)} }

// Write takes a line, whole. It never fails: there is nobody to tell.
func (w *Writer) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting)+len(line) > most {
		w.flush()
	}
	if len(w.waiting) == 0 {
		w.timer = time.AfterFunc(moment, w.Flush)
	}
	w.waiting = append(w.waiting, line...)
	return len(line), nil
}

// Flush writes what waits.
func (w *Writer) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flush()
}

func (w *Writer) flush() {
	if len(w.waiting) == 0 {
		return
	}
	w.timer.Stop()
	_, _ = w.to.Write(w.waiting)
	w.waiting = w.waiting[:0]
}
