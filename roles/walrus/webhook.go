package walrus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"ecc/internal/loop"
	"ecc/roles/walrus/index"
)

const (
	webhookPeriod = time.Minute      // between looks at a queue nobody woke
	webhookTime   = 10 * time.Second // for one message
	webhookBatch  = 16               // messages on their way at a time
	webhookAnswer = 64 << 10         // bytes read of an answer, to keep the connection
	notifyStays   = 24 * time.Hour   // a message is worth delivering
)

// webhook delivers events to one address of the operator's configuration. Its
// queue is in the index.
type webhook struct {
	name   string
	url    string
	walrus *Walrus
	client *http.Client
	loop   *loop.Loop
	lost   atomic.Int64 // events there was no room for, since the last round
	logger *slog.Logger
}

func newWebhooks(w *Walrus, urls map[string]string, logger *slog.Logger) map[string]*webhook {
	hooks := map[string]*webhook{}
	for name, url := range urls {
		h := &webhook{name: name, url: url, walrus: w, logger: logger.With("webhook", name), client: &http.Client{
			Timeout: webhookTime, Transport: &http.Transport{MaxIdleConnsPerHost: webhookBatch, IdleConnTimeout: time.Minute},
			// The address is the operator's; where its answer points is not.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}}
		h.loop = loop.New("walrus-webhook-"+name, webhookPeriod, h.round, logger)
		hooks[name] = h
	}
	return hooks
}

// run delivers until ctx ends.
func (h *webhook) run(ctx context.Context) {
	_ = h.loop.Run(ctx)
	h.client.CloseIdleConnections()
}

// round delivers all that waits. A message may come twice: after a crash, or if
// its answer got lost.
func (h *webhook) round(ctx context.Context) error {
	if n := h.lost.Swap(0); n > 0 {
		h.logger.Warn("events are lost: too many wait", "lost", n)
	}
	for ctx.Err() == nil {
		batch, err := h.batch()
		if err != nil || len(batch) == 0 {
			return err
		}
		failed, err := h.deliver(ctx, batch)
		if e := h.settle(ctx, batch, failed); e != nil {
			return e
		}
		if len(failed) == len(batch) {
			return err
		}
	}
	return ctx.Err()
}

func (h *webhook) batch() (batch []index.Message, err error) {
	err = h.walrus.index.View(func(tx *index.Tx) error {
		batch, err = tx.Queue(h.name, webhookBatch)
		return err
	})
	return batch, err
}

// deliver sends a batch at once. It returns the messages that were not taken,
// and why one of them was not.
func (h *webhook) deliver(ctx context.Context, batch []index.Message) ([]index.Message, error) {
	errs := make([]error, len(batch))
	var wg sync.WaitGroup
	for i, m := range batch {
		wg.Go(func() { errs[i] = h.send(ctx, m) })
	}
	wg.Wait()
	var failed []index.Message
	var why error
	for i, err := range errs {
		if err != nil {
			failed, why = append(failed, batch[i]), err
		}
	}
	return failed, why
}

func (h *webhook) send(ctx context.Context, m index.Message) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(m.Body))
	if err != nil {
		return fmt.Errorf("make a request to the webhook: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "ecc")
	answer, err := h.client.Do(req)
	if err != nil {
		return errors.New("the webhook does not answer") // err has the address, which may have a secret in it
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, webhookAnswer)
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("the webhook answers %d", answer.StatusCode)
	}
	return nil
}

// settle takes what was delivered from the queue, and what is too old. If the
// webhook took some messages, those it did not take go behind all others: it
// is they that are wrong.
func (h *webhook) settle(ctx context.Context, batch, failed []index.Message) error {
	before := h.walrus.cfg.Now().Add(-notifyStays)
	again := map[index.ID]bool{}
	for _, m := range failed {
		if m.At.After(before) {
			again[m.ID] = true
		} else {
			h.logger.Warn("an event is lost: it could not be delivered in time")
		}
	}
	down := len(failed) == len(batch)
	if down && len(again) == len(batch) {
		return nil
	}
	return h.walrus.index.Update(context.WithoutCancel(ctx), func(tx *index.Tx) error {
		for _, m := range batch {
			if again[m.ID] && down {
				continue
			}
			if err := tx.Dequeue(h.name, m.ID); err != nil {
				return err
			}
			if again[m.ID] {
				if _, err := tx.Enqueue(h.name, maxQueue, m.At, m.Body); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// forgetWebhooks drops what waits for webhooks that are not configured any
// more.
func (w *Walrus) forgetWebhooks(ctx context.Context) error {
	var targets []string
	err := w.index.View(func(tx *index.Tx) (err error) {
		targets, err = tx.QueuedTargets()
		return err
	})
	for _, name := range targets {
		if err != nil || w.webhooks[name] != nil {
			continue
		}
		w.logger.Warn("events are lost: their webhook is not configured any more", "webhook", name)
		err = w.emptyQueue(ctx, name)
	}
	return err
}

func (w *Walrus) emptyQueue(ctx context.Context, name string) error {
	for more := true; more; {
		err := w.index.Update(ctx, func(tx *index.Tx) error {
			batch, err := tx.Queue(name, forgetBatch)
			more = len(batch) == forgetBatch
			for _, m := range batch {
				if err == nil {
					err = tx.Dequeue(name, m.ID)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
