package linux

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
	"ecc/net/fabric"
	"ecc/test/lab"
)

// sample uses every kind of rule.
func sample() fabric.Config {
	c := fabric.Config{VPCs: []fabric.VPC{{ID: vpcA, CIDR: vpcCIDR}}}
	c.Ports = []fabric.Port{port(10, vpcA, true, sgA, sgB), port(11, vpcA, false, sgA), port(12, vpcA, true)}
	c.Groups = []fabric.Group{
		{ID: sgA, Ingress: []cloud.GroupRule{
			rule("tcp", 22, 22, any4), ping, rule("icmp", 3, 4, any4), rule("47", -1, -1, any4),
			{Protocol: "-1", From: -1, To: -1, Group: sgA},
			{Protocol: "udp", From: 53, To: 60, Group: sgB},
		}},
		{ID: sgB, Ingress: []cloud.GroupRule{rule("tcp", 8000, 8999, vpcCIDR), rule("udp", -1, -1, subnet)},
			Egress: []cloud.GroupRule{rule("tcp", 443, 443, any4)}},
	}
	return c
}

func tablesOf(t *testing.T, c fabric.Config) []fabric.Table {
	t.Helper()
	transit, err := fabric.Assign(Config{}.withDefaults().Transit, nil, fabric.Wanted(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := fabric.Compile(c, fabric.Layout{Name: "test", Transit: transit, Outside: true})
	if err != nil {
		t.Fatal(err)
	}
	all := plan.Host.Tables
	for _, v := range plan.VPCs {
		all = append(all, v.Tables...)
	}
	return all
}

// The netlink messages must mean what the text of the same tables means to
// nft.
func TestRulesAreWhatTheirTextSays(t *testing.T) {
	lab.Require(t)
	tables := tablesOf(t, sample())
	a, b := scratch(t, "rules-a"), scratch(t, "rules-b")
	if err := a.commit(nil, tables); err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, table := range tables {
		text += table.String()
	}
	file := filepath.Join(t.TempDir(), "rules.nft")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	nft(t, b, "-f", file)
	if d := cmp.Diff(nft(t, b, "list", "ruleset"), nft(t, a, "list", "ruleset")); d != "" {
		t.Errorf("nft of the text and of our messages differ (-text +ours):\n%s", d)
	}
}

// scratch makes a namespace for one test.
func scratch(t *testing.T, name string) *namespace {
	t.Helper()
	n, err := createNamespace("/run/netns", name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.close()
		if err := removeNamespace("/run/netns", name); err != nil {
			t.Error(err)
		}
	})
	return n
}

func nft(t *testing.T, n *namespace, args ...string) string {
	t.Helper()
	out, err := exec.Command("ip", append([]string{"netns", "exec", n.name, "nft"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("nft %v: %v\n%s", args, err, out)
	}
	return string(out)
}
