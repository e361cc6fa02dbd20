package libvirt

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"ecc/cloud"
)

// owner has the connection: it makes it, hears events on it and replaces it
// when it is dead.
type owner struct {
	cfg     Config
	hint    func(cloud.InstanceID)
	log     *slog.Logger
	current atomic.Pointer[conn] // nil while there is none
	lastErr string               // of connecting; said once, not at every attempt
}

func newOwner(cfg Config, hint func(cloud.InstanceID), logger *slog.Logger) *owner {
	return &owner{cfg: cfg, hint: hint, log: logger.With("socket", cfg.Socket)}
}

// run keeps a connection until ctx ends.
func (o *owner) run(ctx context.Context) {
	const first = 20 * time.Millisecond
	pause := first
	for ctx.Err() == nil {
		if c := o.current.Load(); c != nil {
			o.serve(ctx, c)
			o.current.Store(nil)
			c.close()
			pause = first
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
			pause = min(2*pause, o.cfg.RetryAtMost)
			o.connect(ctx)
		}
	}
	if c := o.current.Swap(nil); c != nil {
		c.close()
	}
}

// connect makes one attempt.
func (o *owner) connect(ctx context.Context) {
	c, err := dial(ctx, o.cfg.Socket, o.cfg.ConnectLimit)
	switch {
	case err == nil:
		o.lastErr = ""
		o.log.InfoContext(ctx, "connected to libvirt")
		o.current.Store(c)
	case ctx.Err() == nil && err.Error() != o.lastErr:
		o.lastErr = err.Error()
		o.log.WarnContext(ctx, "no connection to libvirt, will try again", "err", err)
	}
}

// serve turns events into hints until the connection is dead or ctx ends.
func (o *owner) serve(ctx context.Context, c *conn) {
	defer context.AfterFunc(ctx, c.drop)()
	events, err := o.subscribe(ctx, c)
	if err != nil {
		o.log.WarnContext(ctx, "no events from libvirt", "err", err)
		c.drop()
		return
	}
	// What happened before the subscription is anyone's guess.
	o.hint("")
	// The library's goroutine ends only when its channel has been drained; it
	// is closed when the connection is dead.
	for e := range events {
		if id := cloud.InstanceID(e.Dom.Name); cloud.ValidID(cloud.PrefixInstance, e.Dom.Name) {
			o.hint(id)
		}
	}
	if ctx.Err() == nil {
		o.log.WarnContext(ctx, "lost the connection to libvirt")
	}
}

func (o *owner) subscribe(ctx context.Context, c *conn) (<-chan golibvirt.DomainEventLifecycleMsg, error) {
	// The subscription ends with the connection, not with ctx: after ctx the
	// library would still call libvirtd to unsubscribe.
	return call(ctx, c, o.cfg.CallLimit, func(l *golibvirt.Libvirt) (<-chan golibvirt.DomainEventLifecycleMsg, error) {
		return l.LifecycleEvents(context.WithoutCancel(ctx))
	})
}
