// Package rpctest holds the contract of the edges: the ways a call can take,
// and suites that every way must pass. Tests of roles use the ways to reach
// their objects as a role in another process would.
package rpctest

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/internal/clustertls"
	"ecc/rpc"
)

// Way is a way from a caller to an object. The functions give what a caller
// at its end holds.
type Way struct {
	Name     string
	Node     func(tb testing.TB, n rpc.Node, caller cloud.NodeID) rpc.Node
	Cluster  func(tb testing.TB, c rpc.Cluster) rpc.Cluster
	Identity func(tb testing.TB, i rpc.Identity) rpc.Identity
	Enroll   func(tb testing.TB, e rpc.Enroll) rpc.Enroll
	Operator func(tb testing.TB, o rpc.Operator) rpc.Operator // its network is a unix socket

	encodes bool // errors are rebuilt at the other end
}

// Ways lists them: the object itself, the loopback, and HTTPS with mutual TLS
// on a real socket.
func Ways() []Way { return []Way{direct(), loopback(), https()} }

func direct() Way {
	return Way{
		Name:     "direct",
		Node:     func(_ testing.TB, n rpc.Node, _ cloud.NodeID) rpc.Node { return n },
		Cluster:  func(_ testing.TB, c rpc.Cluster) rpc.Cluster { return c },
		Identity: func(_ testing.TB, i rpc.Identity) rpc.Identity { return i },
		Enroll:   func(_ testing.TB, e rpc.Enroll) rpc.Enroll { return e },
		Operator: func(_ testing.TB, o rpc.Operator) rpc.Operator { return o },
	}
}

func loopback() Way {
	return Way{
		Name:     "loopback",
		Node:     func(_ testing.TB, n rpc.Node, _ cloud.NodeID) rpc.Node { return rpc.LoopbackNode(n) },
		Cluster:  func(_ testing.TB, c rpc.Cluster) rpc.Cluster { return rpc.LoopbackCluster(c) },
		Identity: func(_ testing.TB, i rpc.Identity) rpc.Identity { return rpc.LoopbackIdentity(i) },
		Enroll:   func(_ testing.TB, e rpc.Enroll) rpc.Enroll { return rpc.LoopbackEnroll(e) },
		Operator: func(_ testing.TB, o rpc.Operator) rpc.Operator { return rpc.LoopbackOperator(o) },
		encodes:  true,
	}
}

func https() Way {
	as := func(tb testing.TB, s rpc.Services, node cloud.NodeID, role string) *rpc.Client {
		return Serve(tb, s).Client(tb, clustertls.Subject{Node: node, Role: role})
	}
	return Way{
		Name: "https",
		Node: func(tb testing.TB, n rpc.Node, caller cloud.NodeID) rpc.Node {
			return as(tb, rpc.Services{Node: n}, caller, clustertls.RoleNC).Node()
		},
		Cluster: func(tb testing.TB, c rpc.Cluster) rpc.Cluster {
			return as(tb, rpc.Services{Cluster: c}, "cc1", clustertls.RoleCC).Cluster()
		},
		Identity: func(tb testing.TB, i rpc.Identity) rpc.Identity {
			return as(tb, rpc.Services{Identity: i}, "s3", clustertls.RoleWalrus).Identity()
		},
		Enroll: func(tb testing.TB, e rpc.Enroll) rpc.Enroll {
			s := Serve(tb, rpc.Services{Enroll: e})
			return s.Dial(tb, s.Pinned()).Enroll()
		},
		Operator: func(tb testing.TB, o rpc.Operator) rpc.Operator { return rpc.NewOperatorClient(Socket(tb, o)) },
		encodes:  true,
	}
}

// Server is an edge listener of a cluster made for one test.
type Server struct {
	Authority *clustertls.Authority
	Address   string // "127.0.0.1:port"
	Identity  *clustertls.Identity
	stop      func()
}

// Serve serves s on a free port of the loopback until the test ends.
func Serve(tb testing.TB, s rpc.Services) *Server {
	tb.Helper()
	now := time.Now()
	dir := filepath.Join(tb.TempDir(), "tls")
	ca, err := clustertls.OpenAuthority(dir, now)
	if err != nil {
		tb.Fatal(err)
	}
	return ServeWith(tb, ca, dir, s)
}

// ServeWith is Serve with an authority kept in dir.
func ServeWith(tb testing.TB, ca *clustertls.Authority, dir string, s rpc.Services) *Server {
	tb.Helper()
	id, err := ca.Server(dir, clustertls.Subject{Node: "head1", Role: clustertls.RoleCLC}, []string{"127.0.0.1"}, time.Now())
	if err != nil {
		tb.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- rpc.Serve(ctx, ln, id.ServerTLS(), rpc.NewHandler(s, logger), logger) }()
	srv := &Server{Authority: ca, Address: ln.Addr().String(), Identity: id}
	stopped := false
	srv.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			tb.Errorf("edge listener: %v", err)
		}
	}
	tb.Cleanup(srv.stop)
	return srv
}

// Stop stops the server as its process would on SIGTERM.
func (s *Server) Stop() { s.stop() }

// Join signs an identity of this cluster for a subject, as it was at a time.
func (s *Server) Join(tb testing.TB, subject clustertls.Subject, now time.Time) *clustertls.Identity {
	tb.Helper()
	dir := tb.TempDir()
	csr, err := clustertls.Key(dir, subject, nil)
	if err != nil {
		tb.Fatal(err)
	}
	cert, err := s.Authority.Sign(csr, subject, now)
	if err != nil {
		tb.Fatal(err)
	}
	id, err := clustertls.Save(dir, subject, cert, s.Authority.Certificate())
	if err != nil {
		tb.Fatal(err)
	}
	return id
}
