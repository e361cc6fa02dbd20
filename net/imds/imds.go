// Package imds is the instance metadata service: what a guest reads at
// http://169.254.169.254, versions 1 and 2, as EC2 serves it.
//
// Who asks is known from the listener the connection came in by, one per
// guest interface, never from an address. The package does not make
// listeners and knows nothing of taps: net/linux gives it one per tap.
package imds

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/ipv4"

	"ecc/cloud"
)

// Source knows the metadata of the instances of this host. It is called for
// every request, from many goroutines.
type Source interface {
	Metadata(id cloud.InstanceID) (cloud.Metadata, bool)
}

// RoleKeys is a Source that also has the credentials of the roles of instances.
// It may wait some seconds for them; without any, or without being a RoleKeys,
// an instance has none.
type RoleKeys interface {
	RoleKey(ctx context.Context, id cloud.InstanceID) (cloud.RoleKey, bool)
}

// Config configures the service.
type Config struct {
	Secret []byte // key of tokens
	Now    func() time.Time
}

// Service serves metadata.
type Service struct {
	tokens tokens
	source Source
	log    *slog.Logger
}

// New makes a service.
func New(cfg Config, source Source, logger *slog.Logger) *Service {
	return &Service{tokens: tokens{key: cfg.Secret, now: cfg.Now}, source: source, log: logger}
}

// Bounds of one interface's connections. A guest that wants more only makes
// itself wait.
const (
	maxConns      = 32
	maxHeader     = 8 << 10
	headerTimeout = 5 * time.Second
	totalTimeout  = 10 * time.Second
	idleTimeout   = 30 * time.Second
)

// Listener is one interface's server.
type Listener struct {
	http  *http.Server
	done  chan struct{}
	conns sync.WaitGroup
}

// Serve answers connections of ln as the instance's own until Close. hops is
// the hop limit of tokens when the instance's options say none.
func (s *Service) Serve(ln net.Listener, id cloud.InstanceID, hops int) *Listener {
	l := &Listener{done: make(chan struct{})}
	l.http = &http.Server{
		Handler:           s.Handler(id, hops),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: totalTimeout, WriteTimeout: totalTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
		ConnState: l.count,
		ErrorLog:  slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	go func() {
		defer close(l.done)
		if err := l.http.Serve(limit(ln, maxConns)); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("serving metadata", "instance", id, "err", err)
		}
	}()
	return l
}

// count follows the connections, each of which has a goroutine.
func (l *Listener) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		l.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		l.conns.Done()
	case http.StateActive, http.StateIdle:
	}
}

// Close ends the server and its connections and waits for them.
func (l *Listener) Close() {
	_ = l.http.Close()
	<-l.done
	l.conns.Wait()
}

type connKey struct{}

// limitHops sets the IP TTL of everything the connection will still send, so
// that a token dies at the first router: it cannot leave the guest through a
// careless proxy. It is never raised again on the same connection, or a
// retransmission could get through.
func limitHops(r *http.Request, hops int) error {
	c, ok := r.Context().Value(connKey{}).(net.Conn)
	if !ok {
		return nil // no socket: a test's recorder
	}
	if l, ok := c.(*limitedConn); ok {
		c = l.Conn
	}
	return ipv4.NewConn(c).SetTTL(hops)
}
