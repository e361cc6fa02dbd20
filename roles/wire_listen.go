package roles

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"ecc/internal/clustertls"
	"ecc/internal/frontdoor"
	"ecc/rpc"
)

// SocketName is the operator's socket in the data folder.
const SocketName = "ecc.sock"

// buildListeners adds what serves the roles. They come last: what they serve
// exists by then.
func (p *Process) buildListeners() error {
	if p.tenants != nil {
		if err := p.mux.fillAbsent(); err != nil {
			return fmt.Errorf("make the tenants' endpoint: %w", err)
		}
		p.roles = append(p.roles, serveHTTP("endpoint", p.tenants, p.mux.router(), p.log))
	}
	for _, build := range []func() error{p.buildEdge, p.buildSocket, p.buildAdmin} {
		if err := build(); err != nil {
			return err
		}
	}
	return nil
}

// serveHTTP makes a role of a listener for people's and programs' requests.
// Uploads may take hours: they are bounded by progress, in the handlers.
func serveHTTP(name string, ln net.Listener, h http.Handler, log *slog.Logger) Role {
	return Func(name, func(ctx context.Context, ready func()) error {
		srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
		guarded := frontdoor.Guard(srv, ln, frontdoor.Limits{})
		served := make(chan error, 1)
		go func() { served <- srv.Serve(guarded) }()
		ready()
		select {
		case err := <-served:
			return fmt.Errorf("serve %s: %w", ln.Addr(), err)
		case <-ctx.Done():
		}
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := srv.Shutdown(stop); err != nil {
			log.Warn("requests were cut off", "listener", name, "err", srv.Close())
		}
		<-served //nolint:errcheck // http.ErrServerClosed
		return nil
	})
}

// buildEdge opens the listener for other hosts' roles.
func (p *Process) buildEdge() error {
	if p.cfg.Edge.Listen == Off || (p.head == nil && p.zones == nil) {
		return nil
	}
	s := rpc.Services{}
	if p.zones != nil {
		s.Node = p.zones
	}
	var conf *tls.Config
	hostname, _ := os.Hostname() // one name less when it has none
	names := clustertls.Names(p.cfg.Edge.Listen, hostname, hostAddrs(p.log), p.cfg.Edge.Names)
	if p.head != nil {
		id, err := p.head.authority.Server(p.tlsDir(), p.subject(RoleCLC), names, time.Now())
		if err != nil {
			return fmt.Errorf("make the edge's certificate: %w", err)
		}
		conf = id.ServerTLS()
		p.renewal(RoleCLC, func(context.Context) error { return p.head.authority.Refresh(id, time.Now()) })
		s.Cluster, s.Identity, s.Enroll = p.head.service, p.head.service, p.head.registrar
	} else {
		id, err := clustertls.Load(p.tlsDir(), RoleCC)
		if err != nil {
			return fmt.Errorf("read the edge's certificate: %w", err)
		}
		conf = id.ServerTLS()
	}
	ln, err := net.Listen("tcp", p.cfg.Edge.Listen)
	if err != nil {
		return fmt.Errorf("open the edge listener: %w; set edge.listen", err)
	}
	p.atClose(func() error { return ignoreClosed(ln.Close()) })
	p.roles = append(p.roles, Func("edge", func(ctx context.Context, ready func()) error {
		ready()
		return rpc.Serve(ctx, ln, conf, rpc.NewHandler(s, p.log), p.log)
	}))
	return nil
}

// buildSocket opens the operator's socket. A socket nobody answers is left
// from a process that was killed.
func (p *Process) buildSocket() error {
	if p.head == nil {
		return nil
	}
	path := filepath.Join(p.cfg.Data, SocketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the old socket: %w", err)
	}
	old := unix.Umask(0o177) // its owner's from the first moment on
	ln, err := net.Listen("unix", path)
	unix.Umask(old)
	if err != nil {
		return fmt.Errorf("open the operator's socket: %w", err)
	}
	p.atClose(func() error { return ignoreClosed(ln.Close()) })
	p.roles = append(p.roles, serveHTTP("socket", ln, rpc.NewOperatorHandler(p.head.operator, p.log), p.log))
	return nil
}

// buildAdmin opens the listener for metrics, profiles and health.
func (p *Process) buildAdmin() error {
	if p.cfg.Admin.Listen == Off {
		return nil
	}
	ln, err := net.Listen("tcp", p.cfg.Admin.Listen)
	if err != nil {
		return fmt.Errorf("open the admin listener: %w; set admin.listen", err)
	}
	p.atClose(func() error { return ignoreClosed(ln.Close()) })
	mux := http.NewServeMux()
	mux.Handle("/_/health", p.Health.Handler())
	mux.HandleFunc("/metrics", p.tellMetrics)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	p.roles = append(p.roles, serveHTTP("admin", ln, mux, p.log))
	return nil
}
