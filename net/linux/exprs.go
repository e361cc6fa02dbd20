package linux

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"ecc/net/fabric"
)

// This file says in the kernel's words what fabric's rules say in values.

// register returns the number of the n-th 32-bit register.
func register(n uint32) uint32 { return unix.NFT_REG32_00 + n }

// words is how many 32-bit registers a field takes.
func words(f fabric.Field) uint32 {
	switch f {
	case fabric.InName, fabric.OutName:
		return unix.IFNAMSIZ / 4
	case fabric.EtherSource, fabric.ARPSenderEther:
		return 2
	}
	return 1
}

// load puts a field into a register.
func load(f fabric.Field, reg uint32) expr.Any {
	payload := func(base expr.PayloadBase, offset, n uint32) expr.Any {
		return &expr.Payload{DestRegister: reg, Base: base, Offset: offset, Len: n}
	}
	const (
		link      = expr.PayloadBaseLLHeader
		network   = expr.PayloadBaseNetworkHeader
		transport = expr.PayloadBaseTransportHeader
	)
	switch f {
	case fabric.InName:
		return &expr.Meta{Key: expr.MetaKeyIIFNAME, Register: reg}
	case fabric.OutName:
		return &expr.Meta{Key: expr.MetaKeyOIFNAME, Register: reg}
	case fabric.NetProto:
		return &expr.Meta{Key: expr.MetaKeyNFPROTO, Register: reg}
	case fabric.Protocol:
		return &expr.Meta{Key: expr.MetaKeyL4PROTO, Register: reg}
	case fabric.State:
		return &expr.Ct{Key: expr.CtKeySTATE, Register: reg}
	case fabric.EtherSource:
		return payload(link, 6, 6)
	case fabric.Source:
		return payload(network, 12, 4)
	case fabric.Dest:
		return payload(network, 16, 4)
	case fabric.ARPSenderEther:
		return payload(network, 8, 6)
	case fabric.ARPSenderIP:
		return payload(network, 14, 4)
	case fabric.SourcePort:
		return payload(transport, 0, 2)
	case fabric.DestPort:
		return payload(transport, 2, 2)
	case fabric.ICMPType:
		return payload(transport, 0, 1)
	case fabric.ICMPCode:
		return payload(transport, 1, 1)
	}
	panic(fmt.Sprintf("no field %d", f)) // fabric's fields are a closed set
}

// exprs translates one rule of a table of the family.
func exprs(family fabric.Family, r fabric.Rule) []expr.Any {
	var out []expr.Any
	fields := []fabric.Field{}
	for _, m := range r.If {
		fields = append(fields, m.Keys...)
	}
	switch r.Do.Kind {
	case fabric.Choose, fabric.ToDest, fabric.ToSource:
		fields = append(fields, r.Do.Key)
	}
	if family == fabric.Inet && needsIPv4(fields) {
		out = append(out, load(fabric.NetProto, register(0)),
			&expr.Cmp{Op: expr.CmpOpEq, Register: register(0), Data: []byte{unix.NFPROTO_IPV4}})
	}
	if slices.Contains(fields, fabric.EtherSource) {
		out = append(out, &expr.Meta{Key: expr.MetaKeyIIFTYPE, Register: register(0)},
			&expr.Cmp{Op: expr.CmpOpEq, Register: register(0), Data: binaryutil.NativeEndian.PutUint16(unix.ARPHRD_ETHER)})
	}
	for _, m := range r.If {
		out = append(out, match(m)...)
	}
	if r.Count {
		out = append(out, &expr.Counter{})
	}
	return append(out, verdict(r.Do)...)
}

func needsIPv4(fields []fabric.Field) bool {
	for _, f := range fields {
		switch f {
		case fabric.Source, fabric.Dest, fabric.ICMPType, fabric.ICMPCode:
			return true
		}
	}
	return false
}

func match(m fabric.Match) []expr.Any {
	if m.Set != "" {
		var out []expr.Any
		at := uint32(0)
		for _, k := range m.Keys {
			out = append(out, load(k, register(at)))
			at += words(k)
		}
		return append(out, &expr.Lookup{SourceRegister: register(0), SetName: m.Set, Invert: m.Not})
	}
	key, op := m.Keys[0], expr.CmpOpEq
	if m.Not {
		op = expr.CmpOpNeq
	}
	field := load(key, register(0))
	switch {
	case m.Name != "":
		return []expr.Any{field, &expr.Cmp{Op: op, Register: register(0), Data: ifname(m.Name)}}
	case m.Prefix.IsValid():
		return append([]expr.Any{field}, matchPrefix(op, m.Prefix)...)
	case key == fabric.State:
		return []expr.Any{field,
			&expr.Bitwise{SourceRegister: register(0), DestRegister: register(0), Len: 4,
				Mask: binaryutil.NativeEndian.PutUint32(uint32(m.From)), Xor: make([]byte, 4)},
			&expr.Cmp{Op: expr.CmpOpNeq, Register: register(0), Data: make([]byte, 4)}}
	case m.From != m.To:
		return []expr.Any{field, &expr.Range{Op: op, Register: register(0), FromData: number(key, m.From), ToData: number(key, m.To)}}
	default:
		return []expr.Any{field, &expr.Cmp{Op: op, Register: register(0), Data: number(key, m.From)}}
	}
}

func matchPrefix(op expr.CmpOp, p netip.Prefix) []expr.Any {
	compare := &expr.Cmp{Op: op, Register: register(0), Data: p.Addr().AsSlice()}
	if p.IsSingleIP() {
		return []expr.Any{compare}
	}
	return []expr.Any{&expr.Bitwise{SourceRegister: register(0), DestRegister: register(0), Len: 4,
		Mask: net.CIDRMask(p.Bits(), 32), Xor: make([]byte, 4)}, compare}
}

// number encodes n as the field has it in the packet.
func number(f fabric.Field, n uint16) []byte {
	switch f {
	case fabric.SourcePort, fabric.DestPort:
		return binaryutil.BigEndian.PutUint16(n)
	}
	return []byte{byte(n)}
}

func ifname(s string) []byte {
	b := make([]byte, unix.IFNAMSIZ)
	copy(b, s)
	return b
}

func verdict(v fabric.Verdict) []expr.Any {
	lookup := func(lookup expr.Lookup) []expr.Any {
		lookup.SourceRegister, lookup.SetName, lookup.IsDestRegSet = register(0), v.Set, true
		return []expr.Any{load(v.Key, register(0)), &lookup}
	}
	nat := func(t expr.NATType) []expr.Any {
		return append(lookup(expr.Lookup{DestRegister: register(0)}),
			&expr.NAT{Type: t, Family: unix.NFPROTO_IPV4, RegAddrMin: register(0)})
	}
	switch v.Kind {
	case fabric.Accept:
		return []expr.Any{&expr.Verdict{Kind: expr.VerdictAccept}}
	case fabric.Drop:
		return []expr.Any{&expr.Verdict{Kind: expr.VerdictDrop}}
	case fabric.Jump:
		return []expr.Any{&expr.Verdict{Kind: expr.VerdictJump, Chain: v.Chain}}
	case fabric.Choose:
		return lookup(expr.Lookup{DestRegister: unix.NFT_REG_VERDICT})
	case fabric.ToDest:
		return nat(expr.NATTypeDestNAT)
	case fabric.ToSource:
		return nat(expr.NATTypeSourceNAT)
	case fabric.Masquerade:
		return []expr.Any{&expr.Masq{}}
	}
	panic(fmt.Sprintf("no verdict %d", v.Kind)) // fabric's verdicts are a closed set
}

// datatype returns what a set's key or data is made of.
func datatype(types ...fabric.Type) (nftables.SetDatatype, error) {
	known := map[fabric.Type]nftables.SetDatatype{
		fabric.TypeName: nftables.TypeIFName, fabric.TypeEther: nftables.TypeEtherAddr,
		fabric.TypeIPv4: nftables.TypeIPAddr, fabric.TypeVerdict: nftables.TypeVerdict,
	}
	parts := make([]nftables.SetDatatype, len(types))
	for i, t := range types {
		parts[i] = known[t]
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return nftables.ConcatSetType(parts...)
}

// elements encodes the members of a set.
func elements(s fabric.Set) ([]nftables.SetElement, error) {
	out := make([]nftables.SetElement, len(s.Elements))
	for i, e := range s.Elements {
		key, err := encode(s.Key, e.Key)
		if err != nil {
			return nil, fmt.Errorf("set %s: %w", s.Name, err)
		}
		out[i].Key = key
		switch s.Data {
		case "":
		case fabric.TypeVerdict:
			out[i].VerdictData = &expr.Verdict{Kind: expr.VerdictJump, Chain: e.Value}
		default:
			if out[i].Val, err = encode([]fabric.Type{s.Data}, e.Value); err != nil {
				return nil, fmt.Errorf("map %s: %w", s.Name, err)
			}
		}
	}
	return out, nil
}

// encode turns a value's text into the bytes of registers: each field is
// filled up to four bytes.
func encode(types []fabric.Type, text string) ([]byte, error) {
	fields := strings.Split(text, " . ")
	if len(fields) != len(types) {
		return nil, fmt.Errorf("%q has %d fields, want %d", text, len(fields), len(types))
	}
	var out []byte
	for i, t := range types {
		switch t {
		case fabric.TypeName:
			out = append(out, ifname(fields[i])...)
		case fabric.TypeEther:
			mac, err := net.ParseMAC(fields[i])
			if err != nil {
				return nil, err
			}
			out = append(out, mac...)
			out = append(out, 0, 0)
		case fabric.TypeIPv4:
			a, err := netip.ParseAddr(fields[i])
			if err != nil {
				return nil, err
			}
			out = append(out, a.AsSlice()...)
		}
	}
	return out, nil
}
