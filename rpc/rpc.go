// Package rpc holds the edges between roles: one file per edge with its
// interface and values, and for each an HTTP client and handler over mutual
// TLS. Lower roles dial upper ones: nc → cc → clc, walrus → clc.
//
// A call is POST /rpc/v1/<edge>/<method> with a JSON body and answer. Every
// call is bounded in size and time, and safe to repeat; clients never repeat
// one themselves. Failures cross as kind, resource, id and message; causes
// stay in the log of the side they happened on.
//
// Who calls is known from the connection's certificate alone, see Peer. Calls
// inside one process carry no peer and are trusted.
//
// roles/wire.go decides whether a role gets the peer object itself or a
// client; no role can tell. The roles serve and call these interfaces; only
// roles/wire.go makes clients and handlers. Tests use the ways of
// rpc/rpctest.
package rpc

import (
	"context"
	"time"

	"ecc/internal/clustertls"
)

// Times of a call. A server answers a Watch after LongPoll even when nothing
// changed; its caller waits a little longer for the way.
const (
	LongPoll    = 30 * time.Second
	callTime    = 30 * time.Second // any other call, on the server
	grace       = 10 * time.Second // what a client waits beyond the server's time
	prefix      = "/rpc/v1/"
	contentType = "application/json"
)

type peerKey struct{}

// Peer returns who is at the other end of the connection a call came by. It
// is false for a call inside one process, which is trusted, and for a host
// that has no certificate yet, which reaches Enroll only.
func Peer(ctx context.Context) (clustertls.Subject, bool) {
	s, ok := ctx.Value(peerKey{}).(clustertls.Subject)
	return s, ok
}

func withPeer(ctx context.Context, s clustertls.Subject) context.Context {
	return context.WithValue(ctx, peerKey{}, s)
}
