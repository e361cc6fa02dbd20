package dhcp

import (
	"log/slog"
	"net"
	"net/netip"
	"testing"

	"github.com/insomniacslk/dhcp/dhcpv4"
	"go.uber.org/goleak"
)

func TestServeEndsWithItsSocket(t *testing.T) {
	defer goleak.VerifyNone(t)
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	// A lease whose client and server are both this machine: the answer goes
	// to port 68, which nobody has here. What is tested is that garbage and
	// answers do not end the server, and that closing does.
	l := lease
	l.IP, l.Gateway = netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.1")
	done := make(chan error)
	go func() {
		done <- Serve(conn, func() Lease { return l }, slog.New(slog.DiscardHandler))
	}()
	to, err := net.Dial("udp4", conn.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	for _, packet := range [][]byte{{0}, make([]byte, 1400), request(t, dhcpv4.MessageTypeDiscover)} {
		if _, err := to.Write(packet); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("Serve = %v", err)
	}
}
