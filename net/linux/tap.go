package linux

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	mdnetlink "github.com/mdlayher/netlink"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"ecc/net/fabric"
)

// pendingFor is how long a tap that EnsureTap made is kept without being in a
// config and without anybody having it open.
const pendingFor = 5 * time.Minute

// gatewayMAC is the address of the host's end of every tap: a guest that is
// restarted or moved finds its gateway under the address it remembers.
var gatewayMAC = net.HardwareAddr{0x02, 0xec, 0xc0, 0x00, 0x00, 0x01}

// EnsureTap makes the port's tap exist in the host's namespace, down, for a
// domain to be started on. A tap that a running domain has open is left where
// it is.
func (f *Fabric) EnsureTap(ctx context.Context, p fabric.Port) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.usable(ctx); err != nil {
		return err
	}
	if p.Tap == "" || len(p.Tap) >= unix.IFNAMSIZ {
		return fmt.Errorf("%q is no device name", p.Tap)
	}
	f.pending[p.Tap] = f.cfg.Now()
	for _, n := range f.vpcs {
		used, err := n.freeTap(p.Tap)
		if used || err != nil {
			return wrap(err, "find tap %s", p.Tap)
		}
	}
	if err := f.host.createTap(p.Tap, f.tapAlias(), p.MTU); err != nil {
		return fmt.Errorf("create tap %s: %w", p.Tap, err)
	}
	return nil
}

// freeTap removes a tap that nobody has open from the namespace and reports
// whether one is there that somebody has.
func (n *namespace) freeTap(name string) (used bool, err error) {
	l, err := n.route.LinkByName(name)
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if used, err = n.open(l); used || err != nil {
		return used, err
	}
	return false, absent(n.route.LinkDel(l))
}

func (n *namespace) createTap(name, alias string, mtu int) error {
	l, err := n.route.LinkByName(name)
	if err == nil {
		if !isTap(l) || l.Attrs().Alias != alias && l.Attrs().Alias != "" {
			return errors.New("the device exists and is not ours")
		}
	} else if err := n.do(func() error { return makeTap(name) }); err != nil {
		return err
	}
	if l, err = n.route.LinkByName(name); err != nil {
		return err
	}
	if mtu == 0 {
		mtu = 1500
	}
	return errors.Join(n.route.LinkSetAlias(l, alias), n.route.LinkSetMTU(l, mtu))
}

// makeTap makes a tap device that stays when it is closed.
func makeTap(name string) error {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: "/dev/net/tun", Err: err}
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	req.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI | unix.IFF_VNET_HDR)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, req); err != nil {
		return os.NewSyscallError("TUNSETIFF", err)
	}
	if err := unix.IoctlSetInt(fd, unix.TUNSETOWNER, 0); err != nil {
		return os.NewSyscallError("TUNSETOWNER", err)
	}
	return os.NewSyscallError("TUNSETPERSIST", unix.IoctlSetInt(fd, unix.TUNSETPERSIST, 1))
}

// open reports whether somebody has the tap open: it has a carrier then.
func (n *namespace) open(l netlink.Link) (bool, error) {
	c, err := mdnetlink.Dial(unix.NETLINK_ROUTE, &mdnetlink.Config{NetNS: n.fd()})
	if err != nil {
		return false, err
	}
	defer c.Close()
	req := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(req[4:], uint32(l.Attrs().Index))
	answer, err := c.Execute(mdnetlink.Message{
		Header: mdnetlink.Header{Type: unix.RTM_GETLINK, Flags: mdnetlink.Request}, Data: req,
	})
	if err != nil || len(answer) == 0 || len(answer[0].Data) < unix.SizeofIfInfomsg {
		return false, fmt.Errorf("read carrier of %s: %w", l.Attrs().Name, err)
	}
	d, err := mdnetlink.NewAttributeDecoder(answer[0].Data[unix.SizeofIfInfomsg:])
	if err != nil {
		return false, err
	}
	for d.Next() {
		if d.Type() == unix.IFLA_CARRIER {
			return d.Uint8() == 1, nil
		}
	}
	return false, d.Err()
}

// connect moves the port's tap out of the host's namespace when a domain has
// opened it, makes its settings and sets it up. The rules are in place
// already.
func (f *Fabric) connect(n *namespace, s *seen, t fabric.Tap) error {
	l, here := s.links[t.Name]
	if !here {
		moved, err := f.move(n, t.Name)
		if !moved || err != nil {
			return err
		}
		if l, err = n.route.LinkByName(t.Name); err != nil {
			return err
		}
	}
	if s.up(t.Name) && n.ready[t.Name] == l.Attrs().Index && l.Attrs().MTU == t.MTU {
		return nil
	}
	if err := n.write(tapSettings(t.Name)); err != nil {
		return err
	}
	err := n.route.LinkSetMTU(l, t.MTU)
	if err == nil && !bytes.Equal(l.Attrs().HardwareAddr, gatewayMAC) {
		// Not said again to one that has it: the kernel would forget the
		// neighbours.
		err = n.route.LinkSetHardwareAddr(l, gatewayMAC)
	}
	if err == nil {
		err = n.route.LinkSetUp(l)
	}
	if err == nil {
		n.ready[t.Name] = l.Attrs().Index
		s.links[t.Name], err = n.route.LinkByName(t.Name)
	}
	return err
}

func (f *Fabric) move(n *namespace, tap string) (bool, error) {
	l, err := f.host.route.LinkByName(tap)
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if l.Attrs().Alias != f.tapAlias() {
		return false, errors.New("the device is not ours")
	}
	if used, err := f.host.open(l); !used || err != nil {
		return false, err
	}
	return true, f.host.route.LinkSetNsFd(l, n.fd())
}

func (f *Fabric) tapAlias() string { return fabric.HostTable(f.cfg.Name) + " tap" }

func isTap(l netlink.Link) bool {
	_, ok := l.(*netlink.Tuntap)
	return ok
}
