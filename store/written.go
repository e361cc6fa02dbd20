package store

import "ecc/cloud"

// Written is one record that an Update has changed.
type Written struct {
	Kind    Kind
	Key     string
	Account cloud.AccountID // whose it is; "" of kinds that belong to no account
	Before  any             // pointer to the record, for reading only; nil: there was none
	After   any             // nil: deleted
}

// Written lists what the Update has changed so far, in the order of the first
// change of each record. A View has changed nothing.
func (tx *Tx) Written() []Written {
	tx.check()
	if tx.over == nil {
		return nil
	}
	before := make(map[recordID]any, len(tx.writes.list))
	for _, was := range tx.over.undo {
		if _, known := before[was.recordID]; !known {
			before[was.recordID] = was.rec
		}
	}
	out := make([]Written, 0, len(tx.writes.list))
	for _, w := range tx.writes.list {
		id := recordID{w.kind, w.key}
		x := Written{Kind: w.kind, Key: w.key, Before: before[id], After: tx.over.changed[id]}
		x.Account = x.account()
		out = append(out, x)
	}
	return out
}

func (w *Written) account() cloud.AccountID {
	rec := w.After
	if rec == nil {
		rec = w.Before
	}
	if rec == nil { // made and deleted again
		return ""
	}
	if w.Kind == KindAccount {
		return cloud.AccountID(w.Key)
	}
	return cloud.AccountID(shapes[w.Kind].accountOf(rec))
}

// accountOf is the account of a record, "" if the noun has none.
func (n *noun[T]) accountOf(rec any) string {
	if account := n.indexes[ByAccount]; account != nil {
		return account(rec.(*T))
	}
	return ""
}

// Growth is how an Update changes the tally of one kind of one account.
type Growth struct {
	Kind    Kind
	Account cloud.AccountID
	By      Tally // may be negative
}

// Grown sums up the changes per kind and account, in no order.
func Grown(changes []Written) []Growth {
	type place struct {
		kind Kind
		of   string
	}
	sums := map[place]*Growth{}
	for _, w := range changes {
		add := func(rec any, sign int) {
			if rec == nil {
				return
			}
			shapes[w.Kind].count(rec, func(of string, t Tally) {
				if of != OfAccount(w.Account) {
					return
				}
				at := place{w.Kind, of}
				if sums[at] == nil {
					sums[at] = &Growth{Kind: w.Kind, Account: w.Account}
				}
				sums[at].By = sums[at].By.plus(t, sign)
			})
		}
		add(w.Before, -1)
		add(w.After, 1)
	}
	out := make([]Growth, 0, len(sums))
	for _, g := range sums {
		out = append(out, *g)
	}
	return out
}
