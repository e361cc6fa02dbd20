package dhcp

import (
	"errors"
	"fmt"
	"log/slog"
	"net"

	"golang.org/x/net/ipv4"
)

// maxPacket is more than a client may send: the protocol's messages fit one
// Ethernet frame.
const maxPacket = 1500

// Serve answers what comes in by conn, a UDP socket on port 67 that hears one
// interface only, until conn is closed. lease is asked for every packet, so it
// may change meanwhile.
func Serve(conn net.PacketConn, lease func() Lease, logger *slog.Logger) error {
	p := ipv4.NewPacketConn(conn)
	buf := make([]byte, maxPacket)
	for {
		n, _, err := conn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("receive DHCP: %w", err)
		}
		l := lease()
		reply, ok := Answer(l, buf[:n])
		if !ok {
			continue
		}
		// The source must be the server's identifier: clients send renewals
		// there.
		from := &ipv4.ControlMessage{Src: l.Gateway.AsSlice()}
		if _, err := p.WriteTo(reply.Packet, from, net.UDPAddrFromAddrPort(reply.To)); err != nil {
			logger.Warn("sending DHCP", "to", reply.To, "err", err)
		}
	}
}
