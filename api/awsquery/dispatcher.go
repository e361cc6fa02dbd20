package awsquery

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"ecc/cloud"
)

// Verified is what authentication lets through of a request. The dispatcher
// uses this and never the request's own query or body.
type Verified struct {
	Caller cloud.Caller
	Query  url.Values // of the URL, decoded as it was signed
	Body   io.Reader  // ends with io.EOF only if it is what was signed; nil for none
}

// Authenticate proves who makes a request. The request's body is bounded
// already; nothing but Authenticate reads it. A refusal, also one by
// Verified.Body, is a *cloud.Error of kind BadCredentials whose ID is the AWS
// code ("SignatureDoesNotMatch", "InvalidClientTokenId", "RequestExpired", …)
// and whose Msg is the message; of Verified it tells at most the access key the
// request names, in Caller.AccessKey, for those who look into refusals.
type Authenticate func(r *http.Request) (Verified, error)

// Authorize decides whether the caller has the permission for a request, which
// is a pointer to the action's request shape, decoded and checked. A refusal is a
// *cloud.Error of kind Denied.
type Authorize func(ctx context.Context, c *Call, p Permission, in any) error

// Config is what a dispatcher needs to know. Zero values of the last three
// mean 30 s, time.Now and crypto/rand.
type Config struct {
	Service      Service
	Authenticate Authenticate
	Authorize    Authorize     // nil allows everything
	Throttle     *Throttle     // nil lets everything through
	Observe      func(Outcome) // after each response; nil is fine; must not block
	Timeout      time.Duration // of one action
	Now          func() time.Time
	Entropy      io.Reader // of request ids
}

// Dispatcher serves one Query API over HTTP.
type Dispatcher struct {
	cfg     Config
	actions map[string]*bound
	log     *slog.Logger
}

var _ http.Handler = (*Dispatcher)(nil)

// New makes the dispatcher of a service from its table of actions. A table
// with an action twice, without permission or with a shape that has no form
// on the wire is refused.
func New[S any](cfg Config, service S, table []Action[S], logger *slog.Logger) (*Dispatcher, error) {
	if err := cfg.Service.check(); err != nil {
		return nil, fmt.Errorf("describe %s: %w", cfg.Service.Name, err)
	}
	if cfg.Authenticate == nil {
		return nil, fmt.Errorf("serve %s: nothing authenticates its callers", cfg.Service.Name)
	}
	d := &Dispatcher{cfg: cfg.withDefaults(), actions: map[string]*bound{}, log: logger.With("service", cfg.Service.Name)}
	shapes := newCompiler(cfg.Service.Enums)
	for _, a := range table {
		if d.actions[a.Name] != nil {
			return nil, fmt.Errorf("action %s is in the table twice", a.Name)
		}
		b, err := a.bind(service, shapes)
		if err != nil {
			return nil, fmt.Errorf("action %q: %w", a.Name, err)
		}
		d.actions[a.Name] = b
	}
	return d, nil
}

func (c Config) withDefaults() Config {
	if c.Authorize == nil {
		c.Authorize = func(context.Context, *Call, Permission, any) error { return nil }
	}
	if c.Observe == nil {
		c.Observe = func(Outcome) {}
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Entropy == nil {
		c.Entropy = rand.Reader
	}
	return c
}

// Actions returns the names of the actions it serves, in order.
func (d *Dispatcher) Actions() []string { return sortedNames(d.actions) }

// ServeHTTP answers one request.
func (d *Dispatcher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x, err := d.begin(w, r)
	if err != nil { // no randomness: nothing on this host can be trusted to work
		d.log.Error("begin a request", "err", err)
		http.Error(w, "no entropy", http.StatusInternalServerError)
		return
	}
	body, err := x.answer(r)
	x.finish(r.Context(), w, body, err)
}

// asFault finds the wire form of what went wrong.
func (d *Dispatcher) asFault(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	if isTooLarge(err) {
		return &faultLarge
	}
	var c *constraint
	if d.cfg.Service.Protocol == Query && errors.As(err, &c) {
		return c.fault()
	}
	e := cloud.AsError(err)
	if e.Kind == cloud.Internal && errors.Is(err, context.DeadlineExceeded) {
		e = &cloud.Error{Kind: cloud.Unavailable, Err: err}
	}
	fault := d.cfg.Service.Errors.Fault(e)
	return &fault
}
