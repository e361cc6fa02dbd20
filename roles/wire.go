package roles

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"ecc/cloud"
	"ecc/internal/atomicfile"
	"ecc/internal/clustertls"
	"ecc/internal/loop"
	"ecc/roles/cc"
	"ecc/rpc"
)

// Process is everything of one ecc process, put together. It is the only
// place that knows whether a role's neighbour is in the same process.
type Process struct {
	ctx     context.Context // of New: joining a cluster may wait
	cfg     Config
	log     *slog.Logger
	Health  *Health
	roles   []Role
	closers []func() error

	tenants net.Listener // the tenants' endpoint; nil without clc and walrus
	head    *head        // nil without a clc
	zones   *cc.Zones    // nil without a cc
	cluster string       // id, known with a cc
	mux     *front
	metrics []func(io.Writer) error // of the roles that count
}

// New puts a process together from its configuration: folders, listeners,
// stores and roles. A host that joins waits here for its head. Nothing runs
// before Run. Close what it opened with Close.
func New(ctx context.Context, cfg Config, log *slog.Logger) (*Process, error) {
	p := &Process{ctx: ctx, cfg: cfg, log: log, Health: NewHealth(), mux: newFront(cfg.Region, log)}
	p.mux.health, p.mux.domain = p.Health.Handler(), cfg.Walrus.Domain
	for _, build := range []func() error{p.makeFolders, p.lock, p.listen, p.buildHead, p.buildClusters, p.buildWalrus, p.buildNodes, p.buildListeners} {
		if err := build(); err != nil {
			return nil, errors.Join(err, p.Close())
		}
	}
	return p, nil
}

// Run runs the process until ctx ends.
func (p *Process) Run(ctx context.Context) error {
	return Run(ctx, time.Duration(p.cfg.Drain), p.Health, p.log, p.roles...)
}

// Close closes stores and listeners, last opened first.
func (p *Process) Close() error {
	var errs []error
	for k := len(p.closers) - 1; k >= 0; k-- {
		errs = append(errs, p.closers[k]())
	}
	p.closers = nil
	return errors.Join(errs...)
}

func (p *Process) atClose(f func() error) { p.closers = append(p.closers, f) }

// addLoop adds a role that does a round now and then.
func (p *Process) addLoop(name string, every time.Duration, round func(context.Context) error) {
	l := loop.New(name, every, round, p.log)
	p.roles = append(p.roles, Func(name, func(ctx context.Context, ready func()) error {
		ready()
		return l.Run(ctx)
	}))
}

// Endpoint is the URL of the tenants' endpoint, "" when the process has none.
func (p *Process) Endpoint() string {
	if p.tenants == nil {
		return ""
	}
	return "http://" + reachable(p.tenants.Addr().String(), p.log)
}

// makeFolders makes the data folder. The emulator's user passes through it to
// the disks; every file with a secret has a mode of its own.
func (p *Process) makeFolders() error {
	if err := atomicfile.MkdirAll(p.cfg.Data, 0o711); err != nil {
		return fmt.Errorf("make the data folder: %w; choose another with --data", err)
	}
	if err := atomicfile.MkdirAll(p.tlsDir(), 0o700); err != nil {
		return fmt.Errorf("make the folder of keys: %w", err)
	}
	return nil
}

// LockName is the file in the data folder that a running process holds.
const LockName = "ecc.lock"

// ErrRunning says that an ecc runs on a data folder already.
var ErrRunning = errors.New("another ecc runs on this data folder")

// lock keeps a second ecc off the data folder: two would race over its guests.
func (p *Process) lock() error {
	unlock, err := Lock(p.cfg.Data)
	if err != nil {
		return fmt.Errorf("%w: stop it, or choose another with --data", err)
	}
	p.atClose(unlock)
	return nil
}

// Lock takes the lock of a data folder, ErrRunning if a process holds it. The
// lock goes with its process, however that ends.
func Lock(data string) (unlock func() error, err error) {
	f, err := os.OpenFile(filepath.Join(data, LockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the data folder's lock: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", data, ErrRunning), f.Close())
	}
	return f.Close, nil
}

func (p *Process) tlsDir() string { return filepath.Join(p.cfg.Data, "tls") }

// listen opens the tenants' endpoint first: a port that is taken is the
// commonest mistake.
func (p *Process) listen() error {
	if !p.cfg.Has(RoleCLC) && !p.cfg.Has(RoleWalrus) {
		return nil
	}
	ln, err := net.Listen("tcp", p.cfg.Listen)
	if err != nil {
		return fmt.Errorf("open the tenants' endpoint: %w; choose another with --listen", err)
	}
	p.tenants = ln
	p.atClose(func() error { return ignoreClosed(ln.Close()) })
	return nil
}

// buildClusters makes the cluster controllers this process carries.
func (p *Process) buildClusters() error {
	if !p.cfg.Has(RoleCC) {
		return nil
	}
	var up rpc.Cluster
	if p.head != nil {
		up, p.cluster = p.head.service, p.head.authority.Pin().Cluster()
	} else {
		client, id, err := p.join(RoleCC)
		if err != nil {
			return err
		}
		up, p.cluster = client.Cluster(), id.Cluster()
	}
	var all []*cc.Cluster
	for _, z := range p.cfg.CC.Zones {
		c := cc.New(cc.Config{Zone: z, DownAfter: time.Duration(p.cfg.CC.DownAfter)}, up, time.Now, p.log)
		all = append(all, c)
		p.roles = append(p.roles, Func(name(RoleCC, z, len(p.cfg.CC.Zones)), c.Run))
	}
	p.zones = cc.NewZones(all...)
	return nil
}

// name is a role's name, with what tells it apart when there are several.
func name(role, which string, of int) string {
	if of < 2 {
		return role
	}
	return role + " " + which
}

// subject is whom this host's certificates are for.
func (p *Process) subject(role string) clustertls.Subject {
	return clustertls.Subject{Node: cloud.NodeID(p.cfg.NC.Name), Role: role}
}

// reachable turns a listener's address into one that can be dialled: a
// listener on all addresses is reached by the host's first one.
func reachable(addr string, log *slog.Logger) string {
	a, err := netip.ParseAddrPort(addr)
	if err != nil || !a.Addr().IsUnspecified() {
		return addr
	}
	for _, h := range hostAddrs(log) {
		if h.Is4() && !h.IsLoopback() {
			return netip.AddrPortFrom(h, a.Port()).String()
		}
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), a.Port()).String()
}

// hostAddrs lists the host's addresses.
func hostAddrs(log *slog.Logger) []netip.Addr {
	list, err := net.InterfaceAddrs()
	if err != nil {
		log.Warn("cannot list the host's addresses", "err", err)
	}
	var out []netip.Addr
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil && !p.Addr().IsLinkLocalUnicast() {
			out = append(out, p.Addr())
		}
	}
	return out
}

// ignoreClosed forgives closing a listener that its server closed.
func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
