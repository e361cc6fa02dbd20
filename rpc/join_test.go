package rpc_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/internal/clustertls"
	"ecc/rpc"
	"ecc/rpc/rpctest"
)

// tokens is a store of join tokens: one lock is its transaction.
type tokens struct {
	mu   sync.Mutex
	recs map[string]cloud.JoinToken
	lose atomic.Bool // the answer to the next use
}

func (s *tokens) use(_ context.Context, id string, use func(cloud.JoinToken) (cloud.JoinToken, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec, ok := s.recs[id]
	if !ok {
		return cloud.Errorf(cloud.NotFound, cloud.ResToken, id, "")
	}
	used, err := use(rec)
	if err != nil {
		return err
	}
	s.recs[id] = used
	if s.lose.Swap(false) {
		return errors.New("the head died here")
	}
	return nil
}

// cluster is a head that hosts can join, with a clock of its own.
type cluster struct {
	*rpctest.Server
	tokens tokens
	taken  map[clustertls.Subject]bool
	ahead  atomic.Int64 // of the head's clock, ns
	log    strings.Builder
}

func (c *cluster) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func newCluster(t *testing.T) *cluster {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tls")
	ca, err := clustertls.OpenAuthority(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{tokens: tokens{recs: map[string]cloud.JoinToken{}}, taken: map[clustertls.Subject]bool{}}
	r := rpc.NewRegistrar(ca, rpc.RegistrarDeps{
		UseToken: c.tokens.use,
		Taken:    func(_ context.Context, s clustertls.Subject) (bool, error) { return c.taken[s], nil },
		Now:      c.now,
	}, slog.New(slog.NewTextHandler(&c.log, nil)))
	b := &bell{}
	c.Server = rpctest.ServeWith(t, ca, dir, rpc.Services{Enroll: r, Node: bellNode{b}})
	return c
}

func (c *cluster) mint(t *testing.T, role string, node cloud.NodeID) string {
	t.Helper()
	rec, tok, err := clustertls.Mint(role, node, time.Hour, c.now(), c.Authority.Pin(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.tokens.recs[rec.ID] = rec
	return tok.String()
}

func (c *cluster) host(t *testing.T, token string, s clustertls.Subject) rpc.JoinConfig {
	t.Helper()
	return rpc.JoinConfig{Dir: t.TempDir(), Address: c.Address, Token: token, Subject: s}
}

var h1 = clustertls.Subject{Node: "h1", Role: clustertls.RoleNC}

func join(t *testing.T, cfg rpc.JoinConfig) (*clustertls.Identity, error) {
	t.Helper()
	return rpc.Join(t.Context(), cfg, time.Now())
}

func TestJoinAndCall(t *testing.T) {
	c := newCluster(t)
	cfg := c.host(t, c.mint(t, "nc", ""), h1)
	id, err := join(t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if id.Subject() != h1 {
		t.Errorf("joined as %v", id.Subject())
	}
	if err := c.Dial(t, id.ClientTLS(clustertls.RoleCLC)).Node().Report(t.Context(), rpc.NodeReport{Node: "h1"}); err != nil {
		t.Errorf("the first call: %v", err)
	}
	if fi, err := os.Stat(filepath.Join(cfg.Dir, "nc.key")); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("key: %v %v, want mode 0600", fi, err)
	}
	// From now on neither token nor head is needed.
	cfg.Token = ""
	c.Stop()
	again, err := join(t, cfg)
	if err != nil || !again.Expires().Equal(id.Expires()) {
		t.Errorf("the next start: %v, want the same identity", err)
	}
}

func TestJoinRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, c *cluster, cfg *rpc.JoinConfig)
		want   string
	}{
		"token used by another host": {func(t *testing.T, c *cluster, cfg *rpc.JoinConfig) {
			if _, err := join(t, c.host(t, cfg.Token, clustertls.Subject{Node: "h0", Role: "nc"})); err != nil {
				t.Fatal(err)
			}
		}, "was used before"},
		"token used under the same name": {func(t *testing.T, c *cluster, cfg *rpc.JoinConfig) {
			if _, err := join(t, c.host(t, cfg.Token, h1)); err != nil {
				t.Fatal(err)
			}
		}, "was used before"},
		"token expired":  {func(_ *testing.T, c *cluster, _ *rpc.JoinConfig) { c.ahead.Store(int64(time.Hour)) }, "has expired"},
		"token unknown":  {func(_ *testing.T, c *cluster, _ *rpc.JoinConfig) { clear(c.tokens.recs) }, "is not known"},
		"secret guessed": {func(_ *testing.T, _ *cluster, cfg *rpc.JoinConfig) { cfg.Token = guess(cfg.Token) }, "is not known"},
		"token of another cluster": {func(t *testing.T, c *cluster, cfg *rpc.JoinConfig) {
			cfg.Token = newCluster(t).mint(t, "nc", "")
		}, "not of the cluster this token is for"},
		"other role":      {func(_ *testing.T, _ *cluster, cfg *rpc.JoinConfig) { cfg.Subject.Role = "walrus" }, "for the role nc, not walrus"},
		"the head's role": {func(_ *testing.T, _ *cluster, cfg *rpc.JoinConfig) { cfg.Subject.Role = "clc" }, "for the role nc, not clc"},
		"other name":      {func(t *testing.T, c *cluster, cfg *rpc.JoinConfig) { cfg.Token = c.mint(t, "nc", "h7") }, "for the node h7, not h1"},
		"impossible name": {func(_ *testing.T, _ *cluster, cfg *rpc.JoinConfig) { cfg.Subject.Node = "../h1" }, "cannot name a node"},
		"name is taken":   {func(_ *testing.T, c *cluster, _ *rpc.JoinConfig) { c.taken[h1] = true }, "ecc token create --role nc --node h1"},
		"no token":        {func(_ *testing.T, _ *cluster, cfg *rpc.JoinConfig) { cfg.Token = "" }, "has not joined as nc"},
		"half a token":    {func(_ *testing.T, _ *cluster, cfg *rpc.JoinConfig) { cfg.Token = cfg.Token[:40] }, "copy the whole line"},
		"not an address":  {func(_ *testing.T, _ *cluster, cfg *rpc.JoinConfig) { cfg.Address = "http://x" }, "not the address of an edge listener"},
		"not edge's names": {func(_ *testing.T, _ *cluster, cfg *rpc.JoinConfig) {
			cfg.Address = strings.Replace(cfg.Address, "127.0.0.1", "localhost", 1)
		}, "edge.names"},
	} {
		t.Run(name, func(t *testing.T) {
			cl := newCluster(t)
			cfg := cl.host(t, cl.mint(t, "nc", ""), h1)
			c.change(t, cl, &cfg)
			_, err := join(t, cfg)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want %q", err, c.want)
			}
			if clustertls.Known(cfg.Dir, cfg.Subject.Role) {
				t.Error("the host has an identity all the same")
			}
		})
	}
}

// guess changes a token's secret and keeps its form.
func guess(token string) string {
	parts := strings.Split(token, ".")
	parts[2] = strings.Repeat("A", len(parts[2]))
	return strings.Join(parts, ".")
}

// TestRefusalsCostNoToken: the right host can still come with it.
func TestRefusalsCostNoToken(t *testing.T) {
	c := newCluster(t)
	token := c.mint(t, "nc", "h1")
	c.taken[clustertls.Subject{Node: "h2", Role: "nc"}] = true
	for _, s := range []clustertls.Subject{{Node: "h1", Role: "walrus"}, {Node: "h2", Role: "nc"}, {Node: "h3", Role: "nc"}} {
		if _, err := join(t, c.host(t, token, s)); !rpc.Refused(err) {
			t.Errorf("%v: %v, want refused", s, err)
		}
	}
	if _, err := join(t, c.host(t, guess(token), h1)); !rpc.Refused(err) {
		t.Errorf("guessed: %v, want refused", err)
	}
	if _, err := join(t, c.host(t, token, h1)); err != nil {
		t.Errorf("the right host: %v", err)
	}
}

func TestTokenForATakenName(t *testing.T) {
	c := newCluster(t)
	c.taken[h1] = true // its disk was lost, the host comes anew
	if _, err := join(t, c.host(t, c.mint(t, "nc", "h1"), h1)); err != nil {
		t.Error(err)
	}
}

// TestJoinGoesOnAfterALostAnswer: the token is used, the host does not know.
func TestJoinGoesOnAfterALostAnswer(t *testing.T) {
	c := newCluster(t)
	cfg := c.host(t, c.mint(t, "nc", ""), h1)
	c.tokens.lose.Store(true)
	if _, err := join(t, cfg); err == nil || rpc.Refused(err) {
		t.Fatalf("got %v, want a failure that may pass", err)
	}
	c.taken[h1] = true // even when the head has it in its list by now
	if _, err := join(t, cfg); err != nil {
		t.Errorf("trying again: %v", err)
	}
}

func TestManyHostsOneToken(t *testing.T) {
	c := newCluster(t)
	token := c.mint(t, "nc", "")
	var wg sync.WaitGroup
	var joined atomic.Int64
	for _, name := range []cloud.NodeID{"a", "b", "c", "d", "e", "f"} {
		cfg := c.host(t, token, clustertls.Subject{Node: name, Role: "nc"})
		wg.Go(func() {
			if _, err := rpc.Join(t.Context(), cfg, time.Now()); err == nil {
				joined.Add(1)
			} else if !rpc.Refused(err) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if joined.Load() != 1 {
		t.Errorf("%d hosts joined with one token", joined.Load())
	}
}

func TestRefusalsAreLogged(t *testing.T) {
	c := newCluster(t)
	token := c.mint(t, "nc", "")
	if _, err := join(t, c.host(t, guess(token), h1)); err == nil {
		t.Fatal("joined")
	}
	if _, err := join(t, c.host(t, token, h1)); err != nil {
		t.Fatal(err)
	}
	c.Stop()
	log := c.log.String()
	if !strings.Contains(log, "a host was refused") || !strings.Contains(log, "a host joined") {
		t.Errorf("log:\n%s", log)
	}
	if secret := strings.Split(token, ".")[2]; strings.Contains(log, secret) {
		t.Errorf("the token's secret is in the log:\n%s", log)
	}
}

func TestIdentityOfAnotherConfiguration(t *testing.T) {
	c := newCluster(t)
	cfg := c.host(t, c.mint(t, "nc", ""), h1)
	if _, err := join(t, cfg); err != nil {
		t.Fatal(err)
	}
	renamed := cfg
	renamed.Subject.Node = "h2"
	if _, err := join(t, renamed); err == nil || !strings.Contains(err.Error(), "joined as nc h1") {
		t.Errorf("renamed: %v", err)
	}
	if _, err := rpc.Join(t.Context(), cfg, time.Now().Add(400*24*time.Hour)); err == nil || !strings.Contains(err.Error(), "join with a new token") {
		t.Errorf("expired: %v", err)
	}
}

func TestRenew(t *testing.T) {
	c := newCluster(t)
	id, err := join(t, c.host(t, c.mint(t, "nc", ""), h1))
	if err != nil {
		t.Fatal(err)
	}
	enroll := c.Dial(t, id.ClientTLS(clustertls.RoleCLC)).Enroll()
	first := id.Expires()
	if err := rpc.Renew(t.Context(), id, enroll, time.Now()); err != nil || !id.Expires().Equal(first) {
		t.Errorf("renewed a new certificate: %v", err)
	}
	soon := 300 * 24 * time.Hour
	c.ahead.Store(int64(soon))
	if err := rpc.Renew(t.Context(), id, enroll, time.Now().Add(soon)); err != nil {
		t.Fatal(err)
	}
	if got := id.Expires().Sub(first); got < soon-time.Minute {
		t.Errorf("expires %v later, want %v", got, soon)
	}
}

// TestRenewalIsForOneself: a certificate gets its holder nothing else.
func TestRenewalIsForOneself(t *testing.T) {
	c := newCluster(t)
	id, err := join(t, c.host(t, c.mint(t, "nc", ""), h1))
	if err != nil {
		t.Fatal(err)
	}
	csr, err := id.Request()
	if err != nil {
		t.Fatal(err)
	}
	holder, stranger := c.Dial(t, id.ClientTLS(clustertls.RoleCLC)).Enroll(), c.Dial(t, c.Pinned()).Enroll()
	for name, try := range map[string]struct {
		enroll     rpc.Enroll
		node, role string
	}{
		"other node":     {holder, "h2", "nc"},
		"other role":     {holder, "h1", "cc"},
		"the head":       {holder, "h1", "clc"},
		"no certificate": {stranger, "h1", "nc"},
	} {
		_, err := try.enroll.Join(t.Context(), rpc.JoinRequest{Node: try.node, Role: try.role, CSR: csr})
		if !errors.Is(err, cloud.Denied) {
			t.Errorf("%s: %v, want Denied", name, err)
		}
	}
}

// TestRequestWithoutItsKey: whoever saw a request cannot use it, and nobody
// gets a certificate for a key that he does not hold.
func TestRequestWithoutItsKey(t *testing.T) {
	c := newCluster(t)
	token := c.mint(t, "nc", "")
	csr, err := clustertls.Key(t.TempDir(), h1, nil)
	if err != nil {
		t.Fatal(err)
	}
	csr[len(csr)-1] ^= 1
	for name, der := range map[string][]byte{"bent": csr, "empty": nil, "huge": make([]byte, 16<<10)} {
		_, err := c.Dial(t, c.Pinned()).Enroll().Join(t.Context(), rpc.JoinRequest{Token: token, Node: "h1", Role: "nc", CSR: der})
		if !errors.Is(err, cloud.Invalid) {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
	if rec := c.tokens.recs[strings.Split(token, ".")[1]]; !rec.Used.IsZero() {
		t.Error("the token was used up")
	}
}
