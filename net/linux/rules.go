package linux

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	mdnetlink "github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"ecc/net/fabric"
)

// rules remembers what this process has put into a namespace's tables. The
// generation tells whether anybody has changed any table of the namespace
// since: then all of ours are written anew.
type rules struct {
	known      bool
	generation uint32
	tables     []fabric.Table
}

const (
	batchBuffer  = 32 << 20         // the biggest batch: 200 guests × 50 rules is about 4 MiB
	batchTimeout = 20 * time.Second // the kernel answers at once or not at all
	chunk        = 256              // elements in one message, whose size has 16 bits
)

// apply makes the tables of the namespace what want says, all in one
// transaction: packets see the old rules or the new ones. It reports whether
// anything was changed.
func (n *namespace) apply(want []fabric.Table) (changed bool, err error) {
	intact := n.intact()
	if intact && tablesEqual(n.rules.tables, want) {
		return false, nil
	}
	if intact && n.commit(n.rules.tables, want) == nil {
		return true, nil
	}
	// What is there is not what was remembered: start from nothing.
	return true, n.commit(nil, want)
}

// intact reports whether the tables are as this process left them.
func (n *namespace) intact() bool {
	if !n.rules.known {
		return false
	}
	generation, err := n.generation()
	return err == nil && generation == n.rules.generation
}

func tablesEqual(a, b []fabric.Table) bool {
	return slices.EqualFunc(a, b, func(x, y fabric.Table) bool {
		return x.Name == y.Name && x.Family == y.Family && fabric.DiffTable(x, y).Empty()
	})
}

// commit replaces have, or with have nil whatever there is, by want.
func (n *namespace) commit(have, want []fabric.Table) error {
	n.rules.known = false
	b, err := n.batch()
	if err != nil {
		return err
	}
	for i, w := range want {
		t := &nftables.Table{Family: families[w.Family], Name: w.Name}
		b.AddTable(t)
		var h fabric.Table
		if have == nil {
			b.DelTable(t)
			b.AddTable(t)
		} else {
			h = have[i]
		}
		if err := put(b, t, fabric.DiffTable(h, w)); err != nil {
			return err
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("load rules into namespace %q: %w", n.name, err)
	}
	generation, err := n.generation()
	if err != nil {
		return err
	}
	n.rules = rules{known: true, generation: generation, tables: want}
	return nil
}

var families = map[fabric.Family]nftables.TableFamily{
	fabric.Inet: nftables.TableFamilyINet, fabric.ARP: nftables.TableFamilyARP,
}

func (n *namespace) batch() (*nftables.Conn, error) {
	return nftables.New(nftables.WithNetNSFd(n.fd()), nftables.WithSockOptions(func(c *mdnetlink.Conn) error {
		return errors.Join(c.SetWriteBuffer(batchBuffer), c.SetReadBuffer(batchBuffer),
			c.SetDeadline(time.Now().Add(batchTimeout)))
	}))
}

// put adds the messages of one table's change.
func put(b *nftables.Conn, t *nftables.Table, c fabric.TableChange) error {
	for _, s := range c.NewSets {
		set, err := nftSet(t, s)
		if err != nil {
			return err
		}
		if err := b.AddSet(set, nil); err != nil {
			return fmt.Errorf("add set %s: %w", s.Name, err)
		}
	}
	isNew := make(map[string]bool)
	for _, ch := range c.NewChains {
		isNew[ch.Name] = true
		b.AddChain(nftChain(t, ch))
	}
	if err := putElements(b.SetDeleteElements, t, c.DelElements); err != nil {
		return err
	}
	if err := putElements(b.SetAddElements, t, c.AddElements); err != nil {
		return err
	}
	for _, ch := range c.Refill {
		chain := &nftables.Chain{Table: t, Name: ch.Name}
		if !isNew[ch.Name] {
			b.FlushChain(chain)
		}
		for _, r := range ch.Rules {
			b.AddRule(&nftables.Rule{Table: t, Chain: chain, Exprs: exprs(c.Table.Family, r)})
		}
	}
	for _, ch := range c.OldChains {
		b.FlushChain(&nftables.Chain{Table: t, Name: ch.Name})
	}
	for _, ch := range c.OldChains {
		b.DelChain(&nftables.Chain{Table: t, Name: ch.Name})
	}
	for _, s := range c.OldSets {
		b.DelSet(&nftables.Set{Table: t, Name: s.Name})
	}
	return nil
}

func putElements(send func(*nftables.Set, []nftables.SetElement) error, t *nftables.Table, sets []fabric.Set) error {
	for _, s := range sets {
		set, err := nftSet(t, s)
		if err != nil {
			return err
		}
		all, err := elements(s)
		if err != nil {
			return err
		}
		for part := range slices.Chunk(all, chunk) {
			if err := send(set, part); err != nil {
				return fmt.Errorf("elements of %s: %w", s.Name, err)
			}
		}
	}
	return nil
}

func nftSet(t *nftables.Table, s fabric.Set) (*nftables.Set, error) {
	key, err := datatype(s.Key...)
	if err != nil {
		return nil, fmt.Errorf("set %s: %w", s.Name, err)
	}
	set := &nftables.Set{Table: t, Name: s.Name, KeyType: key, Concatenation: len(s.Key) > 1}
	if slices.Equal(s.Key, []fabric.Type{fabric.TypeName}) {
		set.KeyByteOrder = binaryutil.NativeEndian // for those who list the rules
	}
	if s.Data != "" {
		set.IsMap = true
		set.DataType, err = datatype(s.Data)
	}
	return set, err
}

func nftChain(t *nftables.Table, c fabric.Chain) *nftables.Chain {
	ch := &nftables.Chain{Table: t, Name: c.Name}
	if c.Hook == (fabric.Hook{}) {
		return ch
	}
	hooks := map[string]*nftables.ChainHook{
		"prerouting": nftables.ChainHookPrerouting, "input": nftables.ChainHookInput,
		"forward": nftables.ChainHookForward, "output": nftables.ChainHookOutput,
		"postrouting": nftables.ChainHookPostrouting,
	}
	ch.Type, ch.Hooknum = nftables.ChainType(c.Hook.Type), hooks[c.Hook.At]
	if t.Family == nftables.TableFamilyARP {
		// ARP counts its hooks on its own: in, out.
		ch.Hooknum = nftables.ChainHookRef(unix.NF_INET_PRE_ROUTING)
	}
	ch.Priority = nftables.ChainPriorityRef(nftables.ChainPriority(c.Hook.Priority))
	policy := nftables.ChainPolicyAccept
	if c.Hook.Drop {
		policy = nftables.ChainPolicyDrop
	}
	ch.Policy = &policy
	return ch
}

// tables lists the tables of the namespace whose names begin with prefix.
func (n *namespace) tables(prefix string) ([]*nftables.Table, error) {
	b, err := n.batch()
	if err != nil {
		return nil, err
	}
	all, err := b.ListTables()
	if err != nil {
		return nil, fmt.Errorf("list rules of namespace %q: %w", n.name, err)
	}
	return slices.DeleteFunc(all, func(t *nftables.Table) bool { return !strings.HasPrefix(t.Name, prefix) }), nil
}

// dropTable removes the tables of a name. Absent is success.
func (n *namespace) dropTable(name string) error {
	all, err := n.tables(name)
	if err != nil {
		return err
	}
	b, err := n.batch()
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.Name == name {
			b.DelTable(t)
		}
	}
	n.rules = rules{}
	return b.Flush()
}

// generation reads the number that grows with every change of any table in
// the namespace.
func (n *namespace) generation() (uint32, error) {
	c, err := mdnetlink.Dial(unix.NETLINK_NETFILTER, &mdnetlink.Config{NetNS: n.fd()})
	if err != nil {
		return 0, err
	}
	defer c.Close()
	answer, err := c.Execute(mdnetlink.Message{
		Header: mdnetlink.Header{Type: unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_GETGEN, Flags: mdnetlink.Request},
		Data:   make([]byte, 4),
	})
	if err != nil || len(answer) == 0 || len(answer[0].Data) < 4 {
		return 0, fmt.Errorf("read generation of rules in namespace %q: %w", n.name, err)
	}
	return be32(answer[0].Data[4:], unix.NFTA_GEN_ID)
}

// be32 returns the big-endian number in one netlink attribute.
func be32(attributes []byte, which uint16) (uint32, error) {
	d, err := mdnetlink.NewAttributeDecoder(attributes)
	if err != nil {
		return 0, err
	}
	for d.Next() {
		if b := d.Bytes(); d.Type() == which && len(b) == 4 {
			return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]), nil
		}
	}
	return 0, errors.Join(fmt.Errorf("attribute %d is missing", which), d.Err())
}
