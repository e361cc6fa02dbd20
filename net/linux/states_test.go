package linux

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
	"ecc/net/fabric"
)

// TestStates brings a host into a list of states, first in order and then in
// random jumps: a state must look the same whichever way it was reached.
func TestStates(t *testing.T) {
	b := newBench(t)
	var states []fabric.Config
	state := func(change func(*fabric.Config)) {
		var c fabric.Config
		if n := len(states); n > 0 {
			c = states[n-1]
			c.VPCs, c.Ports, c.Groups = slices.Clone(c.VPCs), slices.Clone(c.Ports), slices.Clone(c.Groups)
		}
		change(&c)
		states = append(states, c)
	}
	a, bb := fabric.VPC{ID: vpcA, CIDR: vpcCIDR}, fabric.VPC{ID: vpcB, CIDR: vpcCIDR}
	state(func(*fabric.Config) {})
	state(func(c *fabric.Config) { c.VPCs = append(c.VPCs, a) }) // no port, no namespace
	state(func(c *fabric.Config) { c.Ports = append(c.Ports, port(10, vpcA, false, sgA)) })
	state(func(c *fabric.Config) { c.Groups = append(c.Groups, fabric.Group{ID: sgA}) })
	state(func(c *fabric.Config) {
		c.Groups[0].Ingress = []cloud.GroupRule{ping, {Protocol: "-1", From: -1, To: -1, Group: sgB}}
	})
	state(func(c *fabric.Config) { c.Ports[0].PublicIP = port(10, vpcA, true).PublicIP })
	state(func(c *fabric.Config) { c.Ports[0].PublicIP = port(99, vpcA, true).PublicIP })
	state(func(c *fabric.Config) { c.Ports = append(c.Ports, port(11, vpcA, true, sgA, sgB)) })
	state(func(c *fabric.Config) {
		c.Groups = append(c.Groups, fabric.Group{ID: sgB, Egress: []cloud.GroupRule{ping}})
	})
	state(func(c *fabric.Config) {
		c.Ports[0].PublicIP, c.Ports[1].PublicIP = c.Ports[1].PublicIP, c.Ports[0].PublicIP
	})
	state(func(c *fabric.Config) {
		c.VPCs = append(c.VPCs, bb)
		c.Ports = append(c.Ports, port(12, vpcB, true, sgB))
	})
	state(func(c *fabric.Config) { c.Ports = c.Ports[1:] })
	state(func(c *fabric.Config) { c.Ports = c.Ports[1:]; c.VPCs = c.VPCs[1:] })
	state(func(c *fabric.Config) { c.Ports[0].MTU = 1400 })
	state(func(c *fabric.Config) { c.Groups = c.Groups[:1] })

	taps := make(map[string]*os.File)
	defer func() {
		for _, f := range taps {
			_ = f.Close()
		}
	}()
	enter := func(c fabric.Config) string {
		t.Helper()
		wanted := make(map[string]bool)
		for _, p := range c.Ports {
			wanted[p.Tap] = true
			if taps[p.Tap] == nil {
				if err := b.f.EnsureTap(t.Context(), p); err != nil {
					t.Fatal(err)
				}
				taps[p.Tap] = b.openTap("", p.Tap)
			}
		}
		b.conf = c
		st := b.set()
		for _, p := range st.Ports {
			if !p.Connected {
				t.Fatalf("%s is not connected: %+v", p.Tap, st)
			}
		}
		if len(st.Drift) > 0 || len(st.Ports) != len(c.Ports) {
			t.Fatalf("status %+v", st)
		}
		for tap, f := range taps {
			if !wanted[tap] {
				_ = f.Close()
				delete(taps, tap)
			}
		}
		return everything(t)
	}
	want := make([]string, len(states))
	for i, c := range states {
		want[i] = enter(c)
	}
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	from := len(states) - 1
	for range 3 * len(states) {
		to := random.IntN(len(states))
		if d := cmp.Diff(want[to], enter(states[to])); d != "" {
			t.Fatalf("state %d reached from state %d, seed %d (-first +now):\n%s", to, from, seed, d)
		}
		from = to
	}
}

var (
	counters = regexp.MustCompile(`packets \d+ bytes \d+`)
	transit  = regexp.MustCompile(`169\.254\.128\.\d*([0-9])\b`)
	// What the kernel sets late or by chance.
	chance  = regexp.MustCompile(`state \S+|qdisc \S+|,LOWER_UP|NO-CARRIER,|,M-DOWN|linkdown`)
	ether   = regexp.MustCompile(`link/ether \S+`)
	indexes = regexp.MustCompile(`link-netns(id)? \S+|@if\d+`)
)

// everything is the state of host and namespaces in an order that does not
// depend on history.
func everything(t testing.TB) string {
	t.Helper()
	out := canonical(sh(t, "ip -o link | cut -d' ' -f2-; ip -o addr | cut -d' ' -f2-; ip route"), sh(t, "nft list ruleset"))
	namespaces, _ := filepath.Glob("/run/netns/ecc-test-*")
	for _, path := range namespaces {
		ns := filepath.Base(path)
		out += "\n" + ns + "\n" + canonical(
			sh(t, fmt.Sprintf("for w in link addr; do ip -o -n %[1]s $w | cut -d' ' -f2-; done; ip -n %[1]s route; ip -n %[1]s neigh show nud permanent", ns)),
			sh(t, "ip netns exec "+ns+" nft list ruleset"))
	}
	return out
}

func canonical(lines, ruleset string) string {
	mask := func(s string) string {
		s = ether.ReplaceAllStringFunc(chance.ReplaceAllString(s, ""), func(a string) string {
			if strings.HasSuffix(a, gatewayMAC.String()) {
				return a
			}
			return ""
		})
		s = indexes.ReplaceAllString(counters.ReplaceAllString(s, "counted"), "")
		return transit.ReplaceAllStringFunc(s, func(a string) string {
			return fmt.Sprintf("TRANSIT.%d", (a[len(a)-1]-'0')%2)
		})
	}
	all := strings.Split(mask(lines), "\n")
	for i := range all {
		all[i] = strings.Join(strings.Fields(all[i]), " ")
	}
	slices.Sort(all)
	blocks := strings.Split(mask(ruleset), "\t}\n")
	for i, block := range blocks {
		if !strings.Contains(block, "elements") {
			continue
		}
		words := strings.FieldsFunc(block, func(r rune) bool { return strings.ContainsRune(",\n\t{}=", r) })
		for j := range words {
			words[j] = strings.TrimSpace(words[j])
		}
		slices.Sort(words)
		blocks[i] = strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), "\n") + "\n"
	}
	for i := range blocks {
		blocks[i] = strings.TrimSpace(blocks[i])
	}
	slices.Sort(blocks)
	return strings.Join(all, "\n") + "\n" + strings.Join(blocks, "\n")
}
