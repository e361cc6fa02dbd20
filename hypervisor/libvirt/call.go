package libvirt

import (
	"context"
	"errors"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"ecc/cloud"
)

// call runs one call of the library. It returns when ctx ends, leaving the
// call to the connection, which waits for it before it goes; a call that takes
// longer than limit takes the connection with it.
func call[T any](ctx context.Context, c *conn, limit time.Duration, fn func(*golibvirt.Libvirt) (T, error)) (T, error) {
	type result struct {
		v   T
		err error
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	results := make(chan result, 1)
	watchdog := time.AfterFunc(limit, c.drop)
	c.calls.Go(func() {
		defer watchdog.Stop()
		v, err := fn(c.Libvirt)
		results <- result{v, err}
	})
	select {
	case r := <-results:
		return r.v, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// do runs fn on the current connection, within the limit of quick calls.
func do[T any](ctx context.Context, d *Driver, fn func(*golibvirt.Libvirt) (T, error)) (T, error) {
	return doWithin(ctx, d, d.cfg.CallLimit, fn)
}

func doWithin[T any](ctx context.Context, d *Driver, limit time.Duration, fn func(*golibvirt.Libvirt) (T, error)) (T, error) {
	c := d.owner.current.Load()
	if c == nil {
		var none T
		return none, down(errors.New("not connected"))
	}
	v, err := call(ctx, c, limit, fn)
	if err == nil || isRefusal(err) || ctx.Err() != nil {
		return v, err
	}
	// Interrupted, cut off, garbled: whatever it was, it was not an answer.
	c.drop()
	return v, down(err)
}

// isRefusal reports whether err is libvirt's own answer.
func isRefusal(err error) bool {
	var e golibvirt.Error
	return errors.As(err, &e) || errors.Is(err, golibvirt.ErrUnsupported)
}

// down is the error of every call while libvirtd does not answer.
func down(cause error) error {
	return &cloud.Error{Kind: cloud.Unavailable, Msg: "The host's libvirt does not answer.", Err: cause}
}

// isCode reports whether libvirt refused with one of the codes.
func isCode(err error, codes ...golibvirt.ErrorNumber) bool {
	var e golibvirt.Error
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if e.Code == uint32(c) {
			return true
		}
	}
	return false
}

// runWithin is doWithin for calls that return nothing but an error.
func runWithin(ctx context.Context, d *Driver, limit time.Duration, fn func(*golibvirt.Libvirt) error) error {
	_, err := doWithin(ctx, d, limit, func(l *golibvirt.Libvirt) (struct{}, error) {
		return struct{}{}, fn(l)
	})
	return err
}

// run is do for calls that return nothing but an error.
func run(ctx context.Context, d *Driver, fn func(*golibvirt.Libvirt) error) error {
	return runWithin(ctx, d, d.cfg.CallLimit, fn)
}
