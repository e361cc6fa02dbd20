package walrus

import (
	"net/http"
	"sync"
	"time"

	"ecc/api/s3"
)

// lively does a piece of work that may take long, and then answers with the
// document that tell makes. A client that waits for longer than the
// configuration's Patience is sent "200 OK" and from time to time white space,
// so that neither it nor anything in between gives up; how it really ended is
// told by the document, which may be that of an error. That is what S3 does for
// copies and completions.
//
// work must not touch the headers of the answer: they may be on their way.
func (w *Walrus) lively(c *call, work func() error, tell func() (any, error)) error {
	k := w.keepAlive(c.out)
	defer k.end()
	c.waits = true
	err := work()
	k.end()
	c.waits = false
	if err != nil {
		return err
	}
	doc, err := tell()
	if err != nil {
		return err
	}
	if c.out.begun {
		return s3.ContinueXML(c.out, doc)
	}
	s3.WriteXML(c.out, doc)
	return nil
}

// keeper keeps a client waiting.
type keeper struct {
	stop func()
	done sync.WaitGroup
}

func (w *Walrus) keepAlive(a *answer) *keeper {
	stop := make(chan struct{})
	k := &keeper{stop: sync.OnceFunc(func() { close(stop) })}
	k.done.Go(func() { a.beAlive(stop, w.cfg.Patience) })
	return k
}

// end ends it; after that nothing is written any more.
func (k *keeper) end() {
	k.stop()
	k.done.Wait()
}

// beAlive writes the beginning of a document, and white space behind it, until
// stop is closed.
func (a *answer) beAlive(stop <-chan struct{}, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		if !a.begun {
			a.begun = true
			a.Header().Set("Content-Type", "application/xml")
			a.WriteHeader(http.StatusOK)
			if _, err := a.Write([]byte(s3.XMLHeader)); err != nil {
				return
			}
		}
		if _, err := a.Write([]byte(" ")); err != nil {
			return
		}
		_ = a.control.Flush() // what cannot be flushed waits in a buffer
	}
}
