package rpctest

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ecc/rpc"
)

// Socket serves o on a unix socket until the test ends and returns its path.
func Socket(tb testing.TB, o rpc.Operator) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "ecc") // a short path: sockets have no room for more
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(dir, "s")
	ln, err := net.Listen("unix", path)
	if err != nil {
		tb.Fatal(err)
	}
	srv := &http.Server{Handler: rpc.NewOperatorHandler(o, slog.New(slog.DiscardHandler)), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	tb.Cleanup(func() {
		if err := errors.Join(srv.Close(), os.RemoveAll(dir)); err != nil {
			tb.Errorf("operator's socket: %v", err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			tb.Errorf("operator's socket: %v", err)
		}
	})
	return path
}
