package clc_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/internal/clustertls"
	"ecc/internal/failpoint"
	"ecc/roles/clc"
	"ecc/rpc"
	"ecc/store"
)

func TestOperatorAccounts(t *testing.T) {
	f := newCloud(t)
	o := &clc.Operator{Service: f.svc, Endpoint: "http://cloud.test"}
	k := must[rpc.AccountKey](t)(o.CreateAccount(t.Context(), "carol"))
	same(t, "endpoint", "http://cloud.test "+region, k.Endpoint+" "+k.Region)
	if len(k.Key.ID) != 20 || len(k.Key.Secret) != 40 || len(k.Account.ID) != 12 || len(k.Account.Canonical) != 64 {
		t.Errorf("%+v", k)
	}
	if _, err := o.CreateAccount(t.Context(), "carol"); !errors.Is(err, cloud.AlreadyExists) {
		t.Errorf("a second one: %v", err)
	}
	for _, name := range []string{"", "Carol", "a b", "-x", strings.Repeat("x", 64), "a/b", "a\n"} {
		if _, err := o.CreateAccount(t.Context(), name); !errors.Is(err, cloud.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := o.AccountKey(t.Context(), "nobody"); !errors.Is(err, cloud.NotFound) {
		t.Errorf("nobody: %v", err)
	}
	same(t, "accounts", 5, len(must[[]cloud.Account](t)(o.Accounts(t.Context())))) // admin, system, alice, bob, carol
	for _, id := range []string{string(k.Account.ID), k.Account.Canonical} {
		same(t, "by id", "carol", must[cloud.Account](t)(f.svc.Account(t.Context(), id)).Name)
	}
	if _, _, err := f.svc.CreateAccount(t.Context(), "dave@example.com", false); err != nil {
		t.Fatal(err)
	}
	same(t, "by e-mail address", "dave@example.com", must[cloud.Account](t)(f.svc.Account(t.Context(), "dave@example.com")).Name)
	if _, err := f.svc.Account(t.Context(), "carol"); !errors.Is(err, cloud.NotFound) {
		t.Errorf("by a name that is no address: %v", err)
	}
	if _, err := f.svc.Account(t.Context(), "000000000000"); !errors.Is(err, cloud.NotFound) {
		t.Errorf("no account: %v", err)
	}
	carol := f.tenantOf(k.Account, k.Key)
	same(t, "the new account's call", "", carol.query("RunInstances", launch.with(args{"ImageId": publicID})).code)
}

func TestOperatorNodes(t *testing.T) {
	f := newCloud(t)
	f.alice.run(3, inZone(zoneB))
	for _, n := range must[[]rpc.NodeRow](t)((&clc.Operator{Service: f.svc}).Nodes(t.Context())) {
		want := nodeCapacity
		if n.Node.ID == "b1" {
			want = want.Sub(cloud.Capacity{VCPU: 3, Memory: 3 * cloud.GiB, Disk: 6 * cloud.GiB})
			same(t, "instances", 3, n.Instances)
		}
		same(t, "free on "+string(n.Node.ID), want, n.Free)
	}
}

func TestOperatorTokens(t *testing.T) {
	f := newCloud(t)
	o := &clc.Operator{Service: f.svc}
	text := must[string](t)(o.CreateToken(t.Context(), rpc.TokenRequest{Role: clustertls.RoleNC, Node: "n9", Life: time.Hour}))
	var rec cloud.JoinToken
	f.view(func(tx *store.Tx) {
		for j := range tx.JoinTokens().All() {
			rec = j
		}
	})
	if strings.Contains(text, rec.Hash) || rec.Node != "n9" || !rec.Expires.Equal(begin.Add(time.Hour)) {
		t.Errorf("%q is kept as %+v", text, rec)
	}
	ok(t, f.svc.UseToken(t.Context(), rec.ID, func(j cloud.JoinToken) (cloud.JoinToken, error) { j.UsedBy = "n9"; return j, nil }))
	refuse := errors.New("used")
	if err := f.svc.UseToken(t.Context(), rec.ID, func(j cloud.JoinToken) (cloud.JoinToken, error) { return j, refuse }); !errors.Is(err, refuse) {
		t.Errorf("a refusal: %v", err)
	}
	if err := f.svc.UseToken(t.Context(), "none", nil); !errors.Is(err, cloud.NotFound) {
		t.Errorf("no token: %v", err)
	}
	for _, r := range []rpc.TokenRequest{{Role: "king", Life: time.Hour}, {Role: clustertls.RoleNC, Node: "a b", Life: time.Hour},
		{Role: clustertls.RoleNC}, {Role: clustertls.RoleNC, Life: 25 * time.Hour}} {
		if _, err := o.CreateToken(t.Context(), r); !errors.Is(err, cloud.Invalid) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	same(t, "a node that is there", true, must[bool](t)(f.svc.Taken(t.Context(), clustertls.Subject{Role: clustertls.RoleNC, Node: "n1"})))
	same(t, "a new node", false, must[bool](t)(f.svc.Taken(t.Context(), clustertls.Subject{Role: clustertls.RoleNC, Node: "n9"})))
}

func TestOperatorRegistersImage(t *testing.T) {
	f := newCloud(t)
	o := &clc.Operator{Service: f.svc}
	r := rpc.RegisterRequest{Account: "admin", Name: "stock image", Public: true, Blob: cloud.ImageBlob{Index: "images/x/index", Digest: "d", Size: cloud.GiB}}
	id := must[cloud.ImageID](t)(o.RegisterImage(t.Context(), r))
	same(t, "state", "available", f.imageState(string(id)))
	if _, err := o.RegisterImage(t.Context(), r); !errors.Is(err, cloud.AlreadyExists) {
		t.Errorf("twice: %v", err)
	}
	r.Name = "x"
	if _, err := o.RegisterImage(t.Context(), r); !errors.Is(err, cloud.Invalid) {
		t.Errorf("a name too short: %v", err)
	}
}

// A launch that was cut off after its transaction is told by its token; one cut
// off before left nothing.
func TestLaunchCutOff(t *testing.T) {
	f := newCloud(t)
	in := launch.with(args{"ClientToken": "t", "MinCount": "2", "MaxCount": "2"})
	for point, left := range map[string]int{"run.checked": 0, "run.accepted": 2} {
		t.Run(point, func(t *testing.T) {
			failpoint.Enable(t, point, "1*error(cut off)")
			in["ClientToken"] = point
			same(t, "code", "InternalError", f.alice.query("RunInstances", in).code)
			before := 0
			f.view(func(tx *store.Tx) { before = tx.Instances().Len() })
			same(t, "replay", "", f.alice.query("RunInstances", in).code)
			f.view(func(tx *store.Tx) { same(t, "made by the replay", 2-left, tx.Instances().Len()-before) })
		})
	}
	f.audit()
}
