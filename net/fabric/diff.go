package fabric

import "slices"

// Diff returns what of want is missing in have, and what of have is not in
// want. Both keep their order.
func Diff[T comparable](have, want []T) (add, del []T) {
	for _, w := range want {
		if !slices.Contains(have, w) {
			add = append(add, w)
		}
	}
	for _, h := range have {
		if !slices.Contains(want, h) {
			del = append(del, h)
		}
	}
	return add, del
}

// TableChange is what turns one table into another, in the order in which
// one transaction can do it.
type TableChange struct {
	Table       Table // as wanted; its family and name identify it
	NewSets     []Set // without elements
	NewChains   []Chain
	DelElements []Set // sets with the elements to remove
	AddElements []Set // sets with the elements to add
	Refill      []Chain
	OldChains   []Chain
	OldSets     []Set
}

// Empty reports whether there is nothing to change.
func (c TableChange) Empty() bool {
	return len(c.NewSets)+len(c.NewChains)+len(c.DelElements)+len(c.AddElements)+
		len(c.Refill)+len(c.OldChains)+len(c.OldSets) == 0
}

// DiffTable compares two states of one table. Sets and chains that stay are
// changed in place: one changed rule of a group refills that group's chain and
// touches nothing else.
func DiffTable(have, want Table) TableChange {
	c := TableChange{Table: want}
	for _, w := range want.Sets {
		h, found := find(have.Sets, w.Name, Set.name)
		if !found {
			c.NewSets = append(c.NewSets, Set{Name: w.Name, Key: w.Key, Data: w.Data})
		}
		add, del := diffSorted(h.Elements, w.Elements)
		c.AddElements = appendSet(c.AddElements, w, add)
		c.DelElements = appendSet(c.DelElements, w, del)
	}
	for _, w := range want.Chains {
		h, found := find(have.Chains, w.Name, Chain.name)
		if !found {
			c.NewChains = append(c.NewChains, w)
		}
		if h.String() != w.String() {
			c.Refill = append(c.Refill, w)
		}
	}
	for _, h := range have.Chains {
		if _, found := find(want.Chains, h.Name, Chain.name); !found {
			c.OldChains = append(c.OldChains, h)
		}
	}
	for _, h := range have.Sets {
		if _, found := find(want.Sets, h.Name, Set.name); !found {
			c.OldSets = append(c.OldSets, h)
		}
	}
	return c
}

func (s Set) name() string   { return s.Name }
func (c Chain) name() string { return c.Name }

func find[T any](all []T, name string, of func(T) string) (T, bool) {
	for _, t := range all {
		if of(t) == name {
			return t, true
		}
	}
	var none T
	return none, false
}

func appendSet(to []Set, s Set, elements []Element) []Set {
	if len(elements) == 0 {
		return to
	}
	return append(to, Set{Name: s.Name, Key: s.Key, Data: s.Data, Elements: elements})
}

// diffSorted is Diff for elements sorted by key: a host has thousands.
func diffSorted(have, want []Element) (add, del []Element) {
	for len(have) > 0 || len(want) > 0 {
		switch {
		case len(have) == 0 || len(want) > 0 && want[0].Key < have[0].Key:
			add, want = append(add, want[0]), want[1:]
		case len(want) == 0 || have[0].Key < want[0].Key:
			del, have = append(del, have[0]), have[1:]
		default:
			if have[0] != want[0] {
				add, del = append(add, want[0]), append(del, have[0])
			}
			have, want = have[1:], want[1:]
		}
	}
	return add, del
}
