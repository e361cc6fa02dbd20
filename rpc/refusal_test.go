package rpc_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/internal/clustertls"
	"ecc/rpc"
	"ecc/rpc/rpctest"
)

// bell is every edge at once: it counts what gets through.
type bell struct {
	rung atomic.Int64
	peer atomic.Pointer[clustertls.Subject]
}

func (b *bell) ring(ctx context.Context) {
	b.rung.Add(1)
	if p, ok := rpc.Peer(ctx); ok {
		b.peer.Store(&p)
	}
}

type (
	bellNode    struct{ *bell }
	bellCluster struct{ *bell }
	bellKeys    struct{ *bell }
)

func (b bellNode) Hello(ctx context.Context, _ rpc.NodeHello) (rpc.NodeWelcome, error) {
	b.ring(ctx)
	return rpc.NodeWelcome{}, nil
}

func (b bellNode) Watch(ctx context.Context, _ cloud.NodeID, _ cloud.Revision) (rpc.NodeIntent, error) {
	b.ring(ctx)
	return rpc.NodeIntent{}, nil
}

func (b bellNode) Report(ctx context.Context, _ rpc.NodeReport) error { b.ring(ctx); return nil }

func (b bellNode) GrantImage(ctx context.Context, _ cloud.NodeID, _ cloud.ImageID) (rpc.ImageGrant, error) {
	b.ring(ctx)
	return rpc.ImageGrant{}, nil
}

func (b bellNode) Credentials(ctx context.Context, _ cloud.NodeID, _ cloud.InstanceID) (cloud.RoleKey, error) {
	b.ring(ctx)
	return cloud.RoleKey{}, nil
}

func (b bellNode) Answer(ctx context.Context, _ cloud.NodeID, _ rpc.Answer) error {
	b.ring(ctx)
	return nil
}

func (b bellCluster) Welcome(ctx context.Context, _ string) (rpc.NodeWelcome, error) {
	b.ring(ctx)
	return rpc.NodeWelcome{}, nil
}

func (b bellCluster) WatchZone(ctx context.Context, _ string, _ cloud.Revision) (rpc.ZoneIntent, error) {
	b.ring(ctx)
	return rpc.ZoneIntent{}, nil
}

func (b bellCluster) ReportZone(ctx context.Context, _ rpc.ZoneReport) error { b.ring(ctx); return nil }

func (b bellCluster) GrantImage(ctx context.Context, _ cloud.NodeID, _ cloud.ImageID) (rpc.ImageGrant, error) {
	b.ring(ctx)
	return rpc.ImageGrant{}, nil
}

func (b bellCluster) Credentials(ctx context.Context, _ cloud.NodeID, _ cloud.InstanceID) (cloud.RoleKey, error) {
	b.ring(ctx)
	return cloud.RoleKey{}, nil
}

func (b bellCluster) Answer(ctx context.Context, _ cloud.NodeID, _ rpc.Answer) error {
	b.ring(ctx)
	return nil
}

func (b bellKeys) Credential(ctx context.Context, _, _ string) (cloud.Credential, error) {
	b.ring(ctx)
	return cloud.Credential{}, nil
}

func (b bellKeys) Account(ctx context.Context, _ string) (cloud.Account, error) {
	b.ring(ctx)
	return cloud.Account{}, nil
}

func serveBell(t *testing.T) (*bell, *rpctest.Server) {
	t.Helper()
	b := &bell{}
	return b, rpctest.Serve(t, rpc.Services{Node: bellNode{b}, Cluster: bellCluster{b}, Identity: bellKeys{b}})
}

// calls are all methods of the three edges, as the node h1 would call them.
func calls(node cloud.NodeID) map[string]func(context.Context, *rpc.Client) error {
	return map[string]func(context.Context, *rpc.Client) error{
		"node hello": func(ctx context.Context, c *rpc.Client) error {
			_, err := c.Node().Hello(ctx, rpc.NodeHello{Node: node})
			return err
		},
		"node watch": func(ctx context.Context, c *rpc.Client) error { _, err := c.Node().Watch(ctx, node, 0); return err },
		"node report": func(ctx context.Context, c *rpc.Client) error {
			return c.Node().Report(ctx, rpc.NodeReport{Node: node})
		},
		"node grant-image": func(ctx context.Context, c *rpc.Client) error {
			_, err := c.Node().GrantImage(ctx, node, "ami-1")
			return err
		},
		"node credentials": func(ctx context.Context, c *rpc.Client) error {
			_, err := c.Node().Credentials(ctx, node, "i-1")
			return err
		},
		"node answer":     func(ctx context.Context, c *rpc.Client) error { return c.Node().Answer(ctx, node, rpc.Answer{}) },
		"cluster welcome": func(ctx context.Context, c *rpc.Client) error { _, err := c.Cluster().Welcome(ctx, "z"); return err },
		"cluster watch-zone": func(ctx context.Context, c *rpc.Client) error {
			_, err := c.Cluster().WatchZone(ctx, "z", 0)
			return err
		},
		"cluster report-zone": func(ctx context.Context, c *rpc.Client) error { return c.Cluster().ReportZone(ctx, rpc.ZoneReport{}) },
		"cluster grant-image": func(ctx context.Context, c *rpc.Client) error {
			_, err := c.Cluster().GrantImage(ctx, node, "ami-1")
			return err
		},
		"cluster credentials": func(ctx context.Context, c *rpc.Client) error {
			_, err := c.Cluster().Credentials(ctx, node, "i-1")
			return err
		},
		"cluster answer": func(ctx context.Context, c *rpc.Client) error { return c.Cluster().Answer(ctx, node, rpc.Answer{}) },
		"identity key": func(ctx context.Context, c *rpc.Client) error {
			_, err := c.Identity().Credential(ctx, "AKIA", "")
			return err
		},
		"identity account": func(ctx context.Context, c *rpc.Client) error { _, err := c.Identity().Account(ctx, "1"); return err },
	}
}

// TestEachRoleReachesItsEdgeOnly is the whole matrix of roles and methods.
func TestEachRoleReachesItsEdgeOnly(t *testing.T) {
	b, srv := serveBell(t)
	edgeOf := map[string]string{clustertls.RoleNC: "node", clustertls.RoleCC: "cluster", clustertls.RoleWalrus: "identity"}
	for role, edge := range edgeOf {
		client := srv.Client(t, clustertls.Subject{Node: "h1", Role: role})
		for name, call := range calls("h1") {
			b.rung.Store(0)
			err := call(t.Context(), client)
			if strings.HasPrefix(name, edge+" ") {
				if err != nil || b.rung.Load() != 1 {
					t.Errorf("%s calls %s: %v", role, name, err)
				} else if p := b.peer.Load(); *p != (clustertls.Subject{Node: "h1", Role: role}) {
					t.Errorf("%s calls %s as %v", role, name, p)
				}
			} else if !errors.Is(err, cloud.Denied) || b.rung.Load() != 0 {
				t.Errorf("%s calls %s: %v and reached it %d times, want Denied", role, name, err, b.rung.Load())
			}
		}
	}
}

func TestNodeSpeaksForItselfOnly(t *testing.T) {
	b, srv := serveBell(t)
	client := srv.Client(t, clustertls.Subject{Node: "h1", Role: clustertls.RoleNC})
	for _, name := range []cloud.NodeID{"h2", "", "H1", "h1 "} {
		for method, call := range calls(name) {
			if strings.HasPrefix(method, "node ") {
				if err := call(t.Context(), client); !errors.Is(err, cloud.Denied) {
					t.Errorf("h1 calls %s as %q: %v, want Denied", method, name, err)
				}
			}
		}
	}
	if n := b.rung.Load(); n != 0 {
		t.Errorf("%d calls got through", n)
	}
}

// TestCertificatesThatDoNotCount: none, expired, not yet valid, of another
// cluster, and the server's own.
func TestCertificatesThatDoNotCount(t *testing.T) {
	b, srv := serveBell(t)
	_, other := serveBell(t)
	h1 := clustertls.Subject{Node: "h1", Role: clustertls.RoleNC}
	year := 366 * 24 * time.Hour
	show := func(id *clustertls.Identity) *tls.Config {
		conf := srv.Pinned()
		conf.GetClientCertificate = id.ClientTLS().GetClientCertificate
		return conf
	}
	for name, conf := range map[string]*tls.Config{
		"none":               srv.Pinned(),
		"expired":            show(srv.Join(t, h1, time.Now().Add(-year))),
		"not yet valid":      show(srv.Join(t, h1, time.Now().Add(year))),
		"of another cluster": show(other.Join(t, h1, time.Now())),
		"the server's":       show(srv.Identity),
	} {
		client := srv.Dial(t, conf)
		for method, call := range calls("h1") {
			err := call(t.Context(), client)
			// Refused in the handshake, the connection may break before the
			// alert is read: then it looks like a server that is away.
			if !errors.Is(err, cloud.Denied) && !errors.Is(err, cloud.Unavailable) || name == "none" && !errors.Is(err, cloud.Denied) {
				t.Errorf("%s: %s: %v, want a refusal", name, method, err)
			}
		}
	}
	if n := b.rung.Load(); n != 0 {
		t.Errorf("%d calls got through", n)
	}
}

// post sends raw bytes as the node h1.
func post(t *testing.T, srv *rpctest.Server, method, path, body string) (int, string) {
	t.Helper()
	conf := srv.Join(t, clustertls.Subject{Node: "h1", Role: clustertls.RoleNC}, time.Now()).ClientTLS(clustertls.RoleCLC)
	tr := &http.Transport{TLSClientConfig: conf}
	defer tr.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), method, "https://"+srv.Address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: tr}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestRequestsThatAreNone(t *testing.T) {
	b, srv := serveBell(t)
	const report = "/rpc/v1/node/report"
	for name, c := range map[string]struct{ method, path, body, want string }{
		"another method":       {"GET", report, "", "unsupported"},
		"unknown method":       {"POST", "/rpc/v1/node/format", "{}", "unsupported"},
		"unknown edge":         {"POST", "/rpc/v1/nodes/report", "{}", "unavailable"},
		"no edge":              {"POST", "/", "{}", "unavailable"},
		"old version":          {"POST", "/rpc/v0/node/report", "{}", "unavailable"},
		"an EC2 action":        {"POST", "/?Action=RunInstances", "Action=RunInstances", "unavailable"},
		"edge not served here": {"POST", "/rpc/v1/enroll/join", "{}", "unavailable"},
		"empty":                {"POST", report, "", "malformed"},
		"not JSON":             {"POST", report, "node=h1", "malformed"},
		"unknown field":        {"POST", report, `{"node":"h1","admin":true}`, "malformed"},
		"two values":           {"POST", report, `{"node":"h1"}{"node":"h2"}`, "malformed"},
		"wrong type":           {"POST", report, `{"node":7}`, "malformed"},
		"deeply nested":        {"POST", report, `{"instances":` + strings.Repeat("[", 1<<20), "malformed"},
		"too large":            {"POST", report, `{"node":"` + strings.Repeat("x", 5<<20) + `"}`, "limit exceeded"},
		"name given twice":     {"POST", report, `{"node":"h1","node":"h2"}`, "denied"},
	} {
		t.Run(name, func(t *testing.T) {
			status, text := post(t, srv, c.method, c.path, c.body)
			if status == http.StatusOK || !strings.Contains(text, `"kind":"`+c.want+`"`) {
				t.Errorf("%d %s, want the kind %q", status, text, c.want)
			}
		})
	}
	if n := b.rung.Load(); n != 0 {
		t.Errorf("%d calls got through", n)
	}
}

// TestHeadersGiveNoIdentity: only the connection does.
func TestHeadersGiveNoIdentity(t *testing.T) {
	h := rpc.NewHandler(rpc.Services{Node: bellNode{&bell{}}}, quiet)
	rec := newDeadlineRecorder()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/rpc/v1/node/report", bytes.NewReader([]byte(`{"node":"h1"}`)))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"X-Forwarded-Client-Cert", "X-SSL-Client-S-DN", "X-Peer", "Authorization"} {
		req.Header.Set(name, "CN=h1,OU=nc")
	}
	req.TLS = &tls.ConnectionState{PeerCertificates: nil}
	h.ServeHTTP(rec, req)
	if rec.Code != http.StatusForbidden {
		t.Errorf("answered %d %s, want refused", rec.Code, rec.Body)
	}
}
