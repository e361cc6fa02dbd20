package rpctest

import (
	"crypto/tls"
	"testing"
	"time"

	"ecc/internal/clustertls"
	"ecc/rpc"
)

// Client returns a client with a fresh certificate for the subject.
func (s *Server) Client(tb testing.TB, subject clustertls.Subject) *rpc.Client {
	tb.Helper()
	return s.Dial(tb, s.Join(tb, subject, time.Now()).ClientTLS(clustertls.RoleCLC))
}

// Pinned is the setting of a host that has no certificate yet.
func (s *Server) Pinned() *tls.Config {
	return clustertls.PinnedTLS(s.Authority.Pin(), "127.0.0.1")
}

// Dial returns a client with any TLS setting.
func (s *Server) Dial(tb testing.TB, conf *tls.Config) *rpc.Client {
	tb.Helper()
	c, err := rpc.NewClient(s.Address, conf)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	return c
}
