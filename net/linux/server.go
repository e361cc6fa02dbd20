package linux

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"ecc/cloud"
	"ecc/net/dhcp"
	"ecc/net/fabric"
	"ecc/net/imds"
)

// server is what one tap's guest is served by: DHCP and metadata, each by a
// socket that hears this tap only.
type server struct {
	index    int // of the tap; another device may get its name
	instance cloud.InstanceID
	hops     int
	lease    atomic.Pointer[dhcp.Lease]
	dhcp     net.PacketConn
	dhcpDone chan struct{}
	imds     *imds.Listener
}

// serve makes the servers those of the config's connected ports.
func (f *Fabric) serve(ctx context.Context, c fabric.Config) error {
	wanted := make(map[string]bool)
	var errs []error
	for _, p := range c.Ports {
		n, ok := f.vpcs[p.VPC]
		if !ok || n.ready[p.Tap] == 0 {
			continue
		}
		wanted[p.Tap] = true
		if err := f.serveTap(ctx, n, p); err != nil {
			errs = append(errs, fmt.Errorf("serve %s: %w", p.Tap, err))
		}
	}
	for tap := range f.servers {
		if !wanted[tap] {
			f.stopServing(tap)
		}
	}
	return errors.Join(errs...)
}

func (f *Fabric) serveTap(ctx context.Context, n *namespace, p fabric.Port) error {
	lease, err := f.lease(p)
	if err != nil {
		return err
	}
	s, ok := f.servers[p.Tap]
	if ok && s.index == n.ready[p.Tap] && s.instance == p.Instance && s.hops == p.HopLimit {
		s.lease.Store(&lease)
		return nil
	}
	f.stopServing(p.Tap)
	s = &server{index: n.ready[p.Tap], instance: p.Instance, hops: p.HopLimit, dhcpDone: make(chan struct{})}
	s.lease.Store(&lease)
	if err := f.start(ctx, s, n, p); err != nil {
		return err
	}
	f.servers[p.Tap] = s
	return nil
}

func (f *Fabric) start(ctx context.Context, s *server, n *namespace, p fabric.Port) error {
	var ln net.Listener
	err := n.do(func() (err error) {
		if s.dhcp, err = listenDHCP(ctx, p.Tap); err != nil {
			return err
		}
		if ln, err = listenIMDS(ctx, p.Tap); err != nil {
			return errors.Join(err, s.dhcp.Close())
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.imds = f.meta.Serve(ln, p.Instance, p.HopLimit)
	go func() {
		defer close(s.dhcpDone)
		log := f.log.With("tap", p.Tap)
		if err := dhcp.Serve(s.dhcp, func() dhcp.Lease { return *s.lease.Load() }, log); err != nil {
			log.Error("serving DHCP", "err", err)
		}
	}()
	return nil
}

func (s *server) stop() {
	_ = s.dhcp.Close()
	<-s.dhcpDone
	s.imds.Close()
}

func (f *Fabric) stopServing(tap string) {
	if s, ok := f.servers[tap]; ok {
		s.stop()
		delete(f.servers, tap)
	}
}

func (f *Fabric) lease(p fabric.Port) (dhcp.Lease, error) {
	mac, err := net.ParseMAC(p.MAC)
	l := dhcp.Lease{
		MAC: mac, IP: p.PrivateIP, Subnet: p.Subnet, Gateway: p.Gateway(), DNS: f.cfg.DNS,
		MTU: p.MTU, Hostname: p.Hostname, Domain: f.cfg.Domain,
	}
	if p.DHCP != nil {
		own := l.DNS
		if l.DNS = p.DHCP.DNS; p.DHCP.ProvidedDNS {
			l.DNS = slices.Concat(own, l.DNS)
		}
		l.Hostname, _, _ = strings.Cut(p.Hostname, ".")
		l.Domain, l.NTP, l.NetBIOS, l.NodeType = p.DHCP.Domain, p.DHCP.NTP, p.DHCP.NetBIOS, p.DHCP.NodeType
	}
	return l, err
}

// listenDHCP makes a socket that can hear and reach a client that has no
// address yet. Checksums are left out, as UDP allows: the kernel would leave
// them for a network card to fill in, and there is none before the guest's
// raw socket.
func listenDHCP(ctx context.Context, tap string) (net.PacketConn, error) {
	lc := net.ListenConfig{Control: onDevice(tap, func(fd int) error {
		return errors.Join(
			unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1),
			unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 1),
			unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_NO_CHECK, 1))
	})}
	return lc.ListenPacket(ctx, "udp4", fmt.Sprintf("0.0.0.0:%d", dhcp.ServerPort))
}

func listenIMDS(ctx context.Context, tap string) (net.Listener, error) {
	lc := net.ListenConfig{Control: onDevice(tap, func(int) error { return nil })}
	return lc.Listen(ctx, "tcp4", netip.AddrPortFrom(fabric.Metadata, 80).String())
}

// onDevice binds a socket to a device before anything else is done with it.
func onDevice(tap string, more func(fd int) error) func(string, string, syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		var err error
		control := func(fd uintptr) {
			err = errors.Join(unix.BindToDevice(int(fd), tap), more(int(fd)))
		}
		return errors.Join(c.Control(control), err)
	}
}
