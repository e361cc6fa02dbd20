package fabric

import (
	"maps"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ecc/cloud"
)

func TestOneChangedRuleIsOneSmallChange(t *testing.T) {
	c := example()
	have := inetOf(t, c)
	c.Groups[0].Ingress = c.Groups[0].Ingress[1:]
	got := DiffTable(have, inetOf(t, c))
	if len(got.Refill) != 1 || got.Refill[0].Name != "in_sg-0000000000000000a" {
		t.Errorf("refills %v", got.Refill)
	}
	got.Refill = nil
	if !got.Empty() {
		t.Errorf("more is changed than one chain: %+v", got)
	}
}

// Applying the difference to what is there gives what is wanted, in an order
// that the kernel takes: nothing refers to what is not there.
func TestDiffTableApplies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		compile := func(c Config) Table {
			p, err := Compile(c, Layout{Name: "t", Transit: map[cloud.VPCID]netip.Prefix{"vpc-1": netip.MustParsePrefix("169.254.128.0/31")}})
			if err != nil {
				t.Fatal(err)
			}
			return p.VPCs[0].Tables[1]
		}
		have, want := compile(randomConfig(t)), compile(randomConfig(t))
		k := newKernel(t, have)
		k.apply(DiffTable(have, want))
		if d := cmp.Diff(newKernel(t, want).text(), k.text()); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
		if !DiffTable(want, want).Empty() {
			t.Fatal("a table differs from itself")
		}
	})
}

// kernel does what nf_tables does with a transaction, and complains as it
// would.
type kernel struct {
	t      *rapid.T
	sets   map[string]map[Element]bool
	chains map[string]*Chain
}

func newKernel(t *rapid.T, start Table) *kernel {
	k := &kernel{t: t, sets: make(map[string]map[Element]bool), chains: make(map[string]*Chain)}
	k.apply(DiffTable(Table{}, start))
	return k
}

func (k *kernel) apply(c TableChange) {
	for _, s := range c.NewSets {
		k.must(k.sets[s.Name] == nil, "set exists", s.Name)
		k.sets[s.Name] = make(map[Element]bool)
	}
	for _, ch := range c.NewChains {
		k.must(k.chains[ch.Name] == nil, "chain exists", ch.Name)
		k.chains[ch.Name] = &Chain{Name: ch.Name, Hook: ch.Hook}
	}
	for _, s := range c.DelElements {
		for _, e := range s.Elements {
			k.must(k.sets[s.Name][e], "no element", e.Key)
			delete(k.sets[s.Name], e)
		}
	}
	for _, s := range c.AddElements {
		for _, e := range s.Elements {
			k.must(s.Data != TypeVerdict || k.chains[e.Value] != nil, "no chain", e.Value)
			k.sets[s.Name][e] = true
		}
	}
	for _, ch := range c.Refill {
		for _, r := range ch.Rules {
			k.must(r.Do.Kind != Jump || k.chains[r.Do.Chain] != nil, "no chain", r.Do.Chain)
			for _, m := range r.If {
				k.must(m.Set == "" || k.sets[m.Set] != nil, "no set", m.Set)
			}
		}
		k.chains[ch.Name].Rules = ch.Rules
	}
	for _, ch := range c.OldChains {
		k.chains[ch.Name].Rules = nil
	}
	for _, ch := range c.OldChains {
		k.must(!k.used(ch.Name), "chain is in use", ch.Name)
		delete(k.chains, ch.Name)
	}
	for _, s := range c.OldSets {
		delete(k.sets, s.Name)
	}
}

func (k *kernel) used(chain string) bool {
	for _, c := range k.chains {
		for _, r := range c.Rules {
			if r.Do.Chain == chain {
				return true
			}
		}
	}
	for _, s := range k.sets {
		for e := range s {
			if e.Value == chain {
				return true
			}
		}
	}
	return false
}

func (k *kernel) must(ok bool, what, name string) {
	if !ok {
		k.t.Fatalf("%s: %s", what, name)
	}
}

func (k *kernel) text() string {
	var out string
	for _, name := range slices.Sorted(maps.Keys(k.sets)) {
		s := Set{Name: name, Elements: slices.Collect(maps.Keys(k.sets[name]))}
		slices.SortFunc(s.Elements, cmpElements)
		for _, e := range s.Elements {
			out += name + " " + e.Key + " " + e.Value + "\n"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(k.chains)) {
		out += k.chains[name].String()
	}
	return out
}

func cmpElements(a, b Element) int {
	if a.Key < b.Key || a.Key == b.Key && a.Value < b.Value {
		return -1
	}
	return 1
}

func TestAssign(t *testing.T) {
	pool := netip.MustParsePrefix("169.254.168.0/21")
	have := map[cloud.VPCID]netip.Prefix{"vpc-a": netip.MustParsePrefix("169.254.168.2/31"), "vpc-old": netip.MustParsePrefix("169.254.168.0/31")}
	taken := []netip.Prefix{netip.MustParsePrefix("169.254.168.4/30"), netip.MustParsePrefix("10.0.0.0/8")}
	got, err := Assign(pool, have, []cloud.VPCID{"vpc-a", "vpc-b", "vpc-c"}, taken)
	if err != nil {
		t.Fatal(err)
	}
	want := map[cloud.VPCID]netip.Prefix{
		"vpc-a": netip.MustParsePrefix("169.254.168.2/31"), "vpc-b": netip.MustParsePrefix("169.254.168.8/31"),
		"vpc-c": netip.MustParsePrefix("169.254.168.10/31"),
	}
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if _, err := Assign(netip.MustParsePrefix("169.254.169.0/24"), nil, []cloud.VPCID{"vpc-a"}, nil); err == nil {
		t.Error("the addresses of services were given away")
	}
}
