package store

import (
	"errors"
	"fmt"

	"github.com/hashicorp/go-memdb"

	"ecc/cloud"
)

// Tally is what the records of one kind come to that one account has, or one
// node. It is kept up with every write, so that asking costs the same however
// many there are.
type Tally struct {
	Records int // of instances: those that are not terminated
	VCPU    int // of instances; on a node, those it holds
	Memory  cloud.Bytes
	Disk    cloud.Bytes
}

func (t Tally) plus(o Tally, sign int) Tally {
	n := cloud.Bytes(sign)
	return Tally{t.Records + sign*o.Records, t.VCPU + sign*o.VCPU, t.Memory + n*o.Memory, t.Disk + n*o.Disk}
}

// OfAccount and OfNode name whose tally is asked for.
func OfAccount(a cloud.AccountID) string { return "account/" + string(a) }

// OfNode names a node's tally, of instances only.
func OfNode(n cloud.NodeID) string { return "node/" + string(n) }

// OfPublicPool names the tally of public addresses, of interfaces (those that
// are no elastic IP) and of elastic IPs.
const OfPublicPool = "public"

// Tally returns what the records of a kind come to, see OfAccount and OfNode.
func (tx *Tx) Tally(k Kind, of string) Tally {
	tx.check()
	if tx.over != nil {
		return tx.over.tally(tallyKey(k, of))
	}
	return firstTally(tx.mem, tallyKey(k, of))
}

// TallyBefore is Tally as it was before the Update wrote anything.
func (tx *Tx) TallyBefore(k Kind, of string) Tally {
	t := tx.Tally(k, of)
	for _, w := range tx.Written() {
		if w.Kind == k {
			t = t.plus(part(k, w.After, of), -1).plus(part(k, w.Before, of), 1)
		}
	}
	return t
}

// part is what a record adds to a tally; nil adds nothing.
func part(k Kind, rec any, of string) (t Tally) {
	if rec != nil {
		shapes[k].count(rec, func(whose string, p Tally) {
			if whose == of {
				t = t.plus(p, 1)
			}
		})
	}
	return t
}

// counted is an entry of the table of tallies. It is derived from the records
// and never written to the file.
type counted struct {
	key string
	Tally
}

// tallies is the name of that table in memory; no bucket has it.
const tallies = "tallies"

func tallyKey(k Kind, of string) string { return k.String() + "/" + of }

func tallySchema() *memdb.TableSchema {
	return &memdb.TableSchema{Name: tallies, Indexes: map[string]*memdb.IndexSchema{
		primary: {Name: primary, Unique: true, Indexer: tallyIndex{}},
	}}
}

type tallyIndex struct{}

// FromObject implements memdb.SingleIndexer.
func (tallyIndex) FromObject(c any) (bool, []byte, error) { return true, []byte(c.(*counted).key), nil }

// FromArgs takes the key as it is in the tree.
func (tallyIndex) FromArgs(args ...any) ([]byte, error) { return args[0].([]byte), nil }

func firstTally(mem *memdb.Txn, key string) Tally {
	c, err := mem.First(tallies, primary, []byte(key))
	if err != nil {
		panic(fmt.Sprintf("store: tally %q: %v", key, err)) // the schema is wrong
	}
	if c == nil {
		return Tally{}
	}
	return c.(*counted).Tally
}

// tally is the newest state of a tally within a batch.
func (o *overlay) tally(key string) Tally {
	if t, ok := o.tallies[key]; ok {
		return t
	}
	return firstTally(o.base, key)
}

// count takes a record out of its tallies (-1) or adds it (1). nil is none.
func (o *overlay) count(k Kind, rec any, sign int) error {
	if rec == nil {
		return nil
	}
	var failed error
	shapes[k].count(rec, func(of string, t Tally) {
		key := tallyKey(k, of)
		sum := o.tally(key).plus(t, sign)
		o.tallies[key] = sum
		if err := insertTally(o.txn, key, sum); err != nil {
			failed = err
		}
	})
	return failed
}

func insertTally(txn *memdb.Txn, key string, t Tally) error {
	if t != (Tally{}) {
		return txn.Insert(tallies, &counted{key, t})
	}
	if err := txn.Delete(tallies, &counted{key: key}); !errors.Is(err, memdb.ErrNotFound) {
		return err
	}
	return nil
}

// count adds a record to the tallies it belongs to: by default it is one more of
// its account's.
func (n *noun[T]) count(rec any, add func(of string, t Tally)) {
	switch account := n.indexes[ByAccount]; {
	case n.tally != nil:
		n.tally(rec.(*T), add)
	case account != nil && !n.uncounted:
		add(OfAccount(cloud.AccountID(account(rec.(*T)))), Tally{Records: 1})
	}
}

// tallyENI counts an interface for its account, and its address of the public
// pool.
func tallyENI(e *cloud.ENI, add func(of string, t Tally)) {
	add(OfAccount(e.Account), Tally{Records: 1})
	if e.PublicIP.IsValid() && e.Address == "" {
		add(OfPublicPool, Tally{Records: 1})
	}
}

// tallyImage does not count what is only kept for instances that use it.
func tallyImage(i *cloud.Image, add func(of string, t Tally)) {
	if i.State != cloud.ImageDeregistered {
		add(OfAccount(i.Account), Tally{Records: 1})
	}
}

func tallyAddress(a *cloud.Address, add func(of string, t Tally)) {
	add(OfAccount(a.Account), Tally{Records: 1})
	add(OfPublicPool, Tally{Records: 1})
}

// tallyInstance counts an instance for its account and for its node.
func tallyInstance(i *cloud.Instance, add func(of string, t Tally)) {
	if i.State() != cloud.StateTerminated {
		add(OfAccount(i.Account), Tally{Records: 1, VCPU: i.VCPU, Memory: i.Memory, Disk: i.Disk})
	}
	if held := i.Holds(); held != (cloud.Capacity{}) {
		add(OfNode(i.Desired.Node), Tally{Records: 1, VCPU: held.VCPU, Memory: held.Memory, Disk: held.Disk})
	}
}
