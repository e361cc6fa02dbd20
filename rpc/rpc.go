// Package rpc holds the edges between roles: one file per edge with its
// interface and values, and for each an HTTP client and handler over mutual
// TLS. Lower roles dial upper ones: nc → cc → clc, walrus → clc.
//
// roles/wire.go decides whether a role gets the peer object itself or a
// client; no role can tell. The roles serve and call these interfaces; only
// roles/wire.go makes clients and handlers.
package rpc
