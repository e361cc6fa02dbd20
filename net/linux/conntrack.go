package linux

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	mdnetlink "github.com/mdlayher/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"ecc/cloud"
	"ecc/net/fabric"
)

// Attributes of the kernel's connection tracking (linux/netfilter/
// nfnetlink_conntrack.h) that the libraries do not name.
const (
	ctaID           = 12
	ctaProtoICMPTyp = 5
	ctaProtoICMPCod = 6
)

// tracked is one entry of the connection table.
type tracked struct {
	fabric.Connection
	orig []byte // the tuple that identifies it, as received
	id   []byte
}

// cutFlows removes what the policy would not let begin any more from the
// namespace's connection table. The next packet of such a connection is
// judged as a first one. Others go on: none of their packets is lost.
func (n *namespace) cutFlows(vpc cloud.VPCID, policy fabric.Policy) error {
	c, err := mdnetlink.Dial(unix.NETLINK_NETFILTER, &mdnetlink.Config{NetNS: n.fd()})
	if err != nil {
		return err
	}
	defer c.Close()
	entries, err := c.Execute(conntrackMessage(nl.IPCTNL_MSG_CT_GET, mdnetlink.Dump, nil))
	if err != nil {
		return fmt.Errorf("list connections of %s: %w", vpc, err)
	}
	var errs []error
	for _, m := range entries {
		t, err := parseTracked(m.Data)
		if err != nil || policy.Keeps(vpc, t.Connection) {
			errs = append(errs, err)
			continue
		}
		_, err = c.Execute(conntrackMessage(nl.IPCTNL_MSG_CT_DELETE, mdnetlink.Acknowledge, t.identity()))
		if !errors.Is(err, unix.ENOENT) {
			errs = append(errs, wrap(err, "cut connection from %v to %v", t.From, t.To))
		}
	}
	return errors.Join(errs...)
}

func conntrackMessage(kind int, flags mdnetlink.HeaderFlags, attributes []byte) mdnetlink.Message {
	return mdnetlink.Message{
		Header: mdnetlink.Header{
			Type:  mdnetlink.HeaderType(unix.NFNL_SUBSYS_CTNETLINK<<8 | kind),
			Flags: mdnetlink.Request | flags,
		},
		Data: append([]byte{unix.AF_INET, 0, 0, 0}, attributes...),
	}
}

// identity is what the kernel needs to find the entry again. With the id an
// entry that has taken its place meanwhile is left alone.
func (t tracked) identity() []byte {
	e := mdnetlink.NewAttributeEncoder()
	e.Bytes(unix.NLA_F_NESTED|nl.CTA_TUPLE_ORIG, t.orig)
	e.Bytes(ctaID, t.id)
	b, err := e.Encode()
	if err != nil {
		panic(err) // two short byte strings always fit
	}
	return b
}

func parseTracked(b []byte) (tracked, error) {
	var t tracked
	if len(b) < 4 {
		return t, errors.New("connection: short message")
	}
	d, err := mdnetlink.NewAttributeDecoder(b[4:])
	if err != nil {
		return t, err
	}
	for d.Next() {
		switch d.Type() {
		case nl.CTA_TUPLE_ORIG:
			t.orig = d.Bytes()
			d.Nested(t.tuple(&t.From, &t.To, true))
		case nl.CTA_TUPLE_REPLY:
			d.Nested(t.tuple(&t.AnswerFrom, &t.AnswerTo, false))
		case ctaID:
			t.id = d.Bytes()
		}
	}
	return t, d.Err()
}

// tuple reads one direction. Ports and ICMP types are those of the first
// packet.
func (t *tracked) tuple(src, dst *netip.Addr, first bool) func(*mdnetlink.AttributeDecoder) error {
	addresses := func(d *mdnetlink.AttributeDecoder) error {
		for d.Next() {
			switch d.Type() {
			case nl.CTA_IP_V4_SRC:
				*src, _ = netip.AddrFromSlice(d.Bytes())
			case nl.CTA_IP_V4_DST:
				*dst, _ = netip.AddrFromSlice(d.Bytes())
			}
		}
		return nil
	}
	transport := func(d *mdnetlink.AttributeDecoder) error {
		for d.Next() {
			switch b := d.Bytes(); {
			case d.Type() == nl.CTA_PROTO_NUM && len(b) == 1:
				t.Protocol = b[0]
			case d.Type() == nl.CTA_PROTO_DST_PORT && len(b) == 2:
				t.Port = binary.BigEndian.Uint16(b)
			case d.Type() == ctaProtoICMPTyp && len(b) == 1:
				t.ICMPType = b[0]
			case d.Type() == ctaProtoICMPCod && len(b) == 1:
				t.ICMPCode = b[0]
			}
		}
		return nil
	}
	return func(d *mdnetlink.AttributeDecoder) error {
		for d.Next() {
			switch {
			case d.Type() == nl.CTA_TUPLE_IP:
				d.Nested(addresses)
			case d.Type() == nl.CTA_TUPLE_PROTO && first:
				d.Nested(transport)
			}
		}
		return nil
	}
}
