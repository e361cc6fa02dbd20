package fabric

import "net/netip"

// Table is one nftables table as a plain value. Its String is the text nft
// would load; net/linux turns the same value into netlink messages.
type Table struct {
	Family Family
	Name   string
	Sets   []Set   // sorted by name
	Chains []Chain // a chain comes after those it jumps to
}

// Family is an nftables address family.
type Family string

// The families in use.
const (
	Inet Family = "inet"
	ARP  Family = "arp"
)

// Type is the type of a set's key field or of a map's data.
type Type string

// The types in use.
const (
	TypeName    Type = "ifname"
	TypeEther   Type = "ether_addr"
	TypeIPv4    Type = "ipv4_addr"
	TypeVerdict Type = "verdict" // data only; the value is the chain to jump to
)

// Set is a named set, or a map when Data is not "".
type Set struct {
	Name     string
	Key      []Type
	Data     Type
	Elements []Element // sorted by key
}

// Element is one member of a set. Key holds one value per field of the set's
// key, joined by " . "; Value is a map's data.
type Element struct {
	Key   string
	Value string
}

// Chain is a list of rules, tried in order. With a Hook it is a base chain.
type Chain struct {
	Name  string
	Hook  Hook
	Rules []Rule
}

// Hook says where in the kernel a base chain is called. The zero Hook makes a
// chain that is only jumped to.
type Hook struct {
	Type     string // "filter" or "nat"
	At       string // "prerouting", "input", "forward", "output" or "postrouting"
	Priority int
	Drop     bool // policy; accept otherwise
}

// Rule does something with packets that match every Match.
type Rule struct {
	If    []Match
	Count bool // count what matched
	Do    Verdict
}

// Field is what a match looks at.
type Field int

// The fields.
const (
	InName Field = iota // name of the interface the packet came in by
	OutName
	EtherSource
	NetProto // AF of the packet: 2 or 10
	Source   // IPv4
	Dest     // IPv4
	Protocol // of the transport layer
	SourcePort
	DestPort
	ICMPType
	ICMPCode
	State // of the connection
	ARPSenderEther
	ARPSenderIP
)

// Match is one condition: a lookup of the Keys in a set when Set is not "",
// else a comparison of the only key with Name, Prefix, the range From…To or
// the bits of From, whichever the field has.
type Match struct {
	Keys     []Field
	Not      bool
	Set      string
	Name     string
	Prefix   netip.Prefix
	From, To uint16
}

// Bits of a connection's state.
const (
	StateInvalid     uint16 = 1
	StateEstablished uint16 = 2
	StateRelated     uint16 = 4
	StateNew         uint16 = 8
)

// Verdict is what a rule does.
type Verdict struct {
	Kind  VerdictKind
	Chain string // Jump
	Key   Field  // Choose, ToDest, ToSource: looked up in Set
	Set   string
}

// VerdictKind is a kind of Verdict.
type VerdictKind int

// The kinds.
const (
	Accept     VerdictKind = iota
	Drop                   // and forget the packet
	Jump                   // to Chain, and come back
	Choose                 // jump to the chain that map Set has for Key; go on when it has none
	ToDest                 // translate the destination by map Set; go on when it has none
	ToSource               // translate the source by map Set; go on when it has none
	Masquerade             // translate the source to the address of the outgoing interface
)

func name(f Field, n string) Match       { return Match{Keys: []Field{f}, Name: n} }
func in(set string, keys ...Field) Match { return Match{Keys: keys, Set: set} }
func notIn(set string, keys ...Field) Match {
	return Match{Keys: keys, Set: set, Not: true}
}
func prefix(f Field, p netip.Prefix) Match { return Match{Keys: []Field{f}, Prefix: p} }
func span(f Field, from, to uint16) Match  { return Match{Keys: []Field{f}, From: from, To: to} }
func number(f Field, n uint16) Match       { return span(f, n, n) }
func state(bits uint16) Match              { return Match{Keys: []Field{State}, From: bits} }

func accept(m ...Match) Rule { return Rule{If: m, Do: Verdict{Kind: Accept}} }
func drop(m ...Match) Rule   { return Rule{If: m, Count: true, Do: Verdict{Kind: Drop}} }
func jump(chain string, m ...Match) Rule {
	return Rule{If: m, Do: Verdict{Kind: Jump, Chain: chain}}
}
func choose(set string, key Field) Rule {
	return Rule{Do: Verdict{Kind: Choose, Key: key, Set: set}}
}
