// Package libvirt runs domains with QEMU through libvirt: the hypervisor of
// real clouds. It speaks libvirt's RPC protocol over the local socket.
//
// One goroutine owns the connection. A lost one is replaced by a new client
// object with back-off; until then every call fails at once with
// cloud.Unavailable. Every call is bounded, by its context and by a limit
// after which the connection counts as dead, because the library's calls
// never give up by themselves. Events are only hints: List is the truth.
//
// It is the only package that imports go-libvirt. roles/wire.go makes the
// Driver; nothing else imports this package.
package libvirt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/hypervisor/domainxml"
)

// Config is what a Driver needs. The zero value of an optional field means
// its default.
type Config struct {
	Socket      string // libvirt's socket, "/run/libvirt/libvirt-sock"
	Cluster     string // mark of this cluster's domains
	Accelerator string // "kvm" or "tcg": what ProbeAccelerator found
	Why         string // what it found, for people
	QEMU        string // optional: the emulator, default DefaultQEMU
	QEMUUser    string // optional: user QEMU runs as, who gets to own the disks; "" leaves their owner

	CallLimit    time.Duration // optional: of quick calls, default 20 s
	StartLimit   time.Duration // optional: of define, start and destroy, default 2 min
	RetryAtMost  time.Duration // optional: longest pause between connection attempts, default 2 s
	ConnectLimit time.Duration // optional: of one attempt, default 10 s
}

// Driver is a hypervisor.Hypervisor. It is also a hypervisor.Consoler.
type Driver struct {
	cfg   Config
	owner *owner
	log   *slog.Logger
	hints chan cloud.InstanceID

	stop context.CancelFunc // ends the owner
	done chan struct{}      // closed when the owner has ended
	once sync.Once
}

var (
	_ hypervisor.Hypervisor = (*Driver)(nil)
	_ hypervisor.Consoler   = (*Driver)(nil)
)

// New connects to libvirt. An error means that cfg is wrong: an absent or
// silent libvirtd only delays work. Close ends what New began.
func New(cfg Config, logger *slog.Logger) (*Driver, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("libvirt driver: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background()) //nolint:forbidigo // the owner lives until Close, not as long as a caller's context
	d := &Driver{
		cfg: cfg, log: logger, stop: stop,
		hints: make(chan cloud.InstanceID, 256),
		done:  make(chan struct{}),
	}
	d.owner = newOwner(cfg, d.hint, logger)
	d.owner.connect(ctx) // so that a caller need not wait for the first connection
	go func() {
		defer close(d.done)
		d.owner.run(ctx)
	}()
	return d, nil
}

func (c *Config) complete() error {
	if c.QEMU == "" {
		c.QEMU = DefaultQEMU
	}
	for _, l := range []struct {
		d    *time.Duration
		dflt time.Duration
	}{
		{&c.CallLimit, 20 * time.Second},
		{&c.StartLimit, 2 * time.Minute},
		{&c.RetryAtMost, 2 * time.Second},
		{&c.ConnectLimit, 10 * time.Second},
	} {
		if *l.d == 0 {
			*l.d = l.dflt
		}
	}
	switch {
	case !filepath.IsAbs(c.Socket):
		return fmt.Errorf("socket %q is not an absolute path", c.Socket)
	case c.Cluster == "":
		return errors.New("no cluster")
	case c.Accelerator != "kvm" && c.Accelerator != "tcg":
		return fmt.Errorf("accelerator %q is neither kvm nor tcg", c.Accelerator)
	}
	return nil
}

// Hints implements hypervisor.Hypervisor.
func (d *Driver) Hints() <-chan cloud.InstanceID { return d.hints }

// hint never blocks: a reader that is behind will list anyway.
func (d *Driver) hint(id cloud.InstanceID) {
	select {
	case d.hints <- id:
	default:
	}
}

// Close lets go of libvirt and returns when every goroutine of the driver has
// ended. Calls under way fail. Guests go on running.
func (d *Driver) Close() error {
	d.once.Do(func() {
		d.stop()
		<-d.done
		close(d.hints)
	})
	return nil
}

func (d *Driver) host() domainxml.Host {
	return domainxml.Host{Accelerator: d.cfg.Accelerator, Emulator: d.cfg.QEMU}
}
