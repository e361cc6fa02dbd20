package rpc_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ecc/cloud"
	"ecc/internal/clustertls"
	"ecc/rpc"
	"ecc/rpc/rpctest"
)

var quiet = slog.New(slog.DiscardHandler)

// newDeadlineRecorder is a recorder that takes deadlines, as connections do.
func newDeadlineRecorder() deadlineRecorder { return deadlineRecorder{httptest.NewRecorder()} }

type deadlineRecorder struct{ *httptest.ResponseRecorder }

func (deadlineRecorder) SetReadDeadline(time.Time) error { return nil }

// keys is an Identity by functions.
type keys struct {
	key     func(ctx context.Context, id string) (cloud.Credential, error)
	account func(ctx context.Context, id string) (cloud.Account, error)
}

func (k keys) Credential(ctx context.Context, id, _ string) (cloud.Credential, error) {
	return k.key(ctx, id)
}

func (k keys) Account(ctx context.Context, id string) (cloud.Account, error) {
	return k.account(ctx, id)
}

func walrus(t *testing.T, i rpc.Identity) (rpc.Identity, *rpctest.Server) {
	t.Helper()
	srv := rpctest.Serve(t, rpc.Services{Identity: i})
	return srv.Client(t, clustertls.Subject{Node: "s3", Role: clustertls.RoleWalrus}).Identity(), srv
}

func TestPanicIsOneFailedCall(t *testing.T) {
	panics := true
	i, _ := walrus(t, keys{account: func(context.Context, string) (cloud.Account, error) {
		if panics {
			panics = false
			panic("secret /path")
		}
		return cloud.Account{Name: "ok"}, nil
	}})
	if _, err := i.Account(t.Context(), "1"); !errors.Is(err, cloud.Internal) || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v, want Internal without the panic's text", err)
	}
	if a, err := i.Account(t.Context(), "1"); err != nil || a.Name != "ok" {
		t.Errorf("the next call: %v, %v", a, err)
	}
}

func TestAnswerTooLarge(t *testing.T) {
	huge := keys{account: func(context.Context, string) (cloud.Account, error) {
		return cloud.Account{Name: strings.Repeat("x", 1<<20)}, nil
	}}
	remote, _ := walrus(t, huge)
	for name, i := range map[string]rpc.Identity{"https": remote, "loopback": rpc.LoopbackIdentity(huge)} {
		if a, err := i.Account(t.Context(), "1"); err == nil || a.Name != "" {
			t.Errorf("%s: took an answer of a MiB: %v", name, err)
		}
	}
}

func TestRequestTooLarge(t *testing.T) {
	remote, _ := walrus(t, keys{})
	for name, i := range map[string]rpc.Identity{"https": remote, "loopback": rpc.LoopbackIdentity(keys{})} {
		if _, err := i.Account(t.Context(), strings.Repeat("1", 1<<20)); !errors.Is(err, cloud.LimitExceeded) {
			t.Errorf("%s: %v, want LimitExceeded", name, err)
		}
	}
}

// TestStopEndsLongPolls: a stopping server does not wait for 30 s.
func TestStopEndsLongPolls(t *testing.T) {
	reached := make(chan struct{})
	i, srv := walrus(t, keys{account: func(ctx context.Context, _ string) (cloud.Account, error) {
		close(reached)
		<-ctx.Done()
		return cloud.Account{}, ctx.Err()
	}})
	failed := make(chan error)
	go func() {
		_, err := i.Account(t.Context(), "1")
		failed <- err
	}()
	<-reached
	srv.Stop()
	if err := <-failed; !errors.Is(err, cloud.Unavailable) {
		t.Errorf("got %v, want Unavailable: try again elsewhere or later", err)
	}
}

func TestServerAway(t *testing.T) {
	i, srv := walrus(t, keys{})
	srv.Stop()
	_, err := i.Account(t.Context(), "1")
	if !errors.Is(err, cloud.Unavailable) || rpc.Refused(err) || !strings.Contains(err.Error(), srv.Address) {
		t.Errorf("got %v, want Unavailable and the address", err)
	}
}

func TestServerCertifiedForAnotherName(t *testing.T) {
	srv := rpctest.Serve(t, rpc.Services{})
	_, port, err := net.SplitHostPort(srv.Address)
	if err != nil {
		t.Fatal(err)
	}
	id := srv.Join(t, clustertls.Subject{Node: "s3", Role: clustertls.RoleWalrus}, time.Now())
	c, err := rpc.NewClient("localhost:"+port, id.ClientTLS(clustertls.RoleCLC))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Identity().Account(t.Context(), "1"); !rpc.Refused(err) || !strings.Contains(err.Error(), "add it to edge.names") {
		t.Errorf("got %v, want to be told of edge.names", err)
	}
}

// TestOlderClientReadsNewerAnswer: heads are upgraded before nodes.
func TestOlderClientReadsNewerAnswer(t *testing.T) {
	srv := rpctest.Serve(t, rpc.Services{})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		newer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"id":"1","name":"a","invented_later":{"x":1}}`))
		})
		done <- rpc.Serve(ctx, ln, srv.Identity.ServerTLS(), newer, quiet)
	}()
	defer func() { cancel(); <-done }()
	id := srv.Join(t, clustertls.Subject{Node: "s3", Role: clustertls.RoleWalrus}, time.Now())
	c, err := rpc.NewClient(ln.Addr().String(), id.ClientTLS(clustertls.RoleCLC))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if a, err := c.Identity().Account(t.Context(), "1"); err != nil || a.Name != "a" {
		t.Errorf("got %v, %v", a, err)
	}
}

// TestCallsAreBoundedInTime runs the handler in a bubble: nothing waits
// longer than its kind of call may, whatever the object does.
func TestCallsAreBoundedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := rpc.NewHandler(rpc.Services{Node: slowNode{}}, quiet)
		for path, want := range map[string][2]time.Duration{
			"/rpc/v1/node/report": {time.Second, rpc.LongPoll + time.Second},
			"/rpc/v1/node/watch":  {rpc.LongPoll + time.Second, rpc.LongPoll + 10*time.Second},
		} {
			begin := time.Now()
			w := newDeadlineRecorder()
			h.ServeHTTP(w, asNode(t, path, `{"node":"h1"}`))
			if took := time.Since(begin); took < want[0] || took > want[1] || w.Code != http.StatusServiceUnavailable {
				t.Errorf("%s ended after %v with %d, want between %v and %v", path, took, w.Code, want[0], want[1])
			}
		}
	})
}

// asNode is a request that came by a verified connection of the node h1.
func asNode(t *testing.T, path, body string) *http.Request {
	t.Helper()
	cert := &x509.Certificate{Subject: pkix.Name{CommonName: "h1", OrganizationalUnit: []string{clustertls.RoleNC}}}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	req.TLS = &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{cert}}}
	return req
}

// slowNode never answers by itself.
type slowNode struct{ rpc.Node }

func (slowNode) Report(ctx context.Context, _ rpc.NodeReport) error { <-ctx.Done(); return ctx.Err() }

func (slowNode) Watch(ctx context.Context, _ cloud.NodeID, _ cloud.Revision) (rpc.NodeIntent, error) {
	<-ctx.Done()
	return rpc.NodeIntent{}, ctx.Err()
}

func TestParseAddress(t *testing.T) {
	for in, want := range map[string]string{
		"head": "head:8774", "head:1": "head:1", "https://head": "head:8774", "https://head:1/": "head:1",
		"10.0.0.1": "10.0.0.1:8774", "[::1]:5": "[::1]:5", "https://[::1]": "[::1]:8774",
		"": "", "http://head": "", "https://": "", "https://head/x": "", "https://u@head": "", "a b": "", "https://head?x=1": "",
	} {
		got, err := rpc.ParseAddress(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}
