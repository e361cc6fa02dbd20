package rpc

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// drainTime is what Serve leaves to calls in progress when it stops.
const drainTime = 5 * time.Second

// Serve serves h on ln with TLS until ctx ends, then lets calls in progress
// finish for a moment; long polls end at once. It closes ln.
func Serve(ctx context.Context, ln net.Listener, conf *tls.Config, h http.Handler, logger *slog.Logger) error {
	srv := &http.Server{
		Handler:           h,
		TLSConfig:         conf,
		ReadHeaderTimeout: grace,
		IdleTimeout:       2 * time.Minute,
		WriteTimeout:      callTime + LongPoll + grace,
		MaxHeaderBytes:    16 << 10,
		// Ends with ctx, so that a long poll does not hold the stop up. Every
		// call is safe to repeat.
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    slog.NewLogLogger(logger.Handler(), slog.LevelInfo),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(tls.NewListener(ln, conf)) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve the edges on %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	err := srv.Shutdown(stop)
	if err != nil {
		err = errors.Join(err, srv.Close())
	}
	<-served //nolint:errcheck // http.ErrServerClosed
	return err
}
