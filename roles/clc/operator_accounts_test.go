package clc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/rpc"
	"ecc/store"
)

func operatorOf(f *fixture) *clc.Operator {
	return &clc.Operator{Service: f.svc, Endpoint: "http://cloud.test"}
}

// whoAmI asks who a key is; the code of the refusal, or "".
func whoAmI(t *testing.T, tn *tenant) string {
	t.Helper()
	_, err := tn.sts.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	return codeOf(err)
}

// The secret of a tenant's key is shown when it is made, and never again.
func TestKeysAreShownOnce(t *testing.T) {
	f := newCloud(t)
	o := operatorOf(f)
	if _, err := o.AccountKey(t.Context(), "alice"); !errors.Is(err, cloud.Denied) {
		t.Errorf("alice's key: %v", err)
	}
	same(t, "the administrator's", "admin", must[rpc.AccountKey](t)(o.AccountKey(t.Context(), "admin")).Account.Name)
	k := must[rpc.AccountKey](t)(o.NewAccountKey(t.Context(), "alice"))
	same(t, "the new one works", "", whoAmI(t, f.tenantOf(k.Account, k.Key)))
	same(t, "and so does the first", "", whoAmI(t, f.alice))
	if _, err := o.NewAccountKey(t.Context(), "alice"); !errors.Is(err, cloud.LimitExceeded) {
		t.Errorf("a third key: %v", err)
	}
	if _, err := o.NewAccountKey(t.Context(), "nobody"); !errors.Is(err, cloud.NotFound) {
		t.Errorf("a key of nobody: %v", err)
	}
}

func TestSuspendedAccount(t *testing.T) {
	f := newCloud(t)
	o := operatorOf(f)
	do := func(what string) error {
		return o.ChangeAccount(t.Context(), rpc.AccountChange{Name: "alice", Do: what})
	}
	ok(t, do(rpc.AccountSuspend))
	if code := whoAmI(t, f.alice); code != "InvalidClientTokenId" {
		t.Errorf("a suspended account's key: %q", code)
	}
	if err := do(rpc.AccountDelete); !errors.Is(err, cloud.WrongState) {
		t.Errorf("deleting it: %v", err)
	}
	ok(t, do(rpc.AccountResume))
	same(t, "resumed", "", whoAmI(t, f.alice))
	for name, change := range map[string]rpc.AccountChange{
		"the administrator":    {Name: "admin", Do: rpc.AccountSuspend},
		"deleting it":          {Name: "admin", Do: rpc.AccountDelete},
		"approving an account": {Name: "alice", Do: rpc.AccountApprove},
		"rejecting one":        {Name: "alice", Do: rpc.AccountReject},
		"nobody":               {Name: "nobody", Do: rpc.AccountSuspend},
		"something else":       {Name: "alice", Do: "paint"},
	} {
		if err := o.ChangeAccount(t.Context(), change); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A registration is an account that can do nothing until it is approved.
func TestRegistration(t *testing.T) {
	f := newCloud(t)
	o := operatorOf(f)
	for _, name := range []string{"carol", "dave"} {
		ok(t, f.svc.Register(t.Context(), name, name+"@example.com"))
	}
	if err := f.svc.Register(t.Context(), "carol", "other@example.com"); !errors.Is(err, cloud.AlreadyExists) {
		t.Errorf("twice: %v", err)
	}
	for name, email := range map[string]string{"Eve": "eve@example.com", "eve": "eve", "mallory": "a@b\nc"} {
		if err := f.svc.Register(t.Context(), name, email); !errors.Is(err, cloud.Invalid) {
			t.Errorf("%q %q: %v", name, email, err)
		}
	}
	if _, err := o.NewAccountKey(t.Context(), "carol"); !errors.Is(err, cloud.WrongState) {
		t.Errorf("a key before approval: %v", err)
	}
	ok(t, o.ChangeAccount(t.Context(), rpc.AccountChange{Name: "carol", Do: rpc.AccountApprove}))
	ok(t, o.ChangeAccount(t.Context(), rpc.AccountChange{Name: "dave", Do: rpc.AccountReject}))
	k := must[rpc.AccountKey](t)(o.NewAccountKey(t.Context(), "carol"))
	same(t, "approved", "", whoAmI(t, f.tenantOf(k.Account, k.Key)))
	f.view(func(tx *store.Tx) {
		for a := range tx.Accounts().By(store.ByName, "dave") {
			t.Errorf("rejected, and there: %+v", a)
		}
	})
}

// An account is deleted when it has nothing left, and then wholly.
func TestDeletedAccount(t *testing.T) {
	f := newCloud(t)
	o := operatorOf(f)
	remove := func() error {
		return o.ChangeAccount(t.Context(), rpc.AccountChange{Name: "alice", Do: rpc.AccountDelete})
	}
	g := f.alice.newGroup("web")
	f.images.buckets = []string{"b"}
	refused := remove()
	for _, left := range []string{"1 images", "1 security groups", "1 buckets"} {
		if !errors.Is(refused, cloud.InUse) || !strings.Contains(refused.Error(), left) {
			t.Errorf("%v does not tell of %s", refused, left)
		}
	}
	f.images.buckets = nil
	must[*sdk.DeleteSecurityGroupOutput](t)(f.alice.ec2.DeleteSecurityGroup(t.Context(), &sdk.DeleteSecurityGroupInput{GroupId: &g}))
	id := *f.alice.run(1, func(in *sdk.RunInstancesInput) {}).Instances[0].InstanceId
	if err := remove(); !errors.Is(err, cloud.InUse) || !strings.Contains(err.Error(), "1 instances") {
		t.Errorf("with an instance: %v", err)
	}
	must[string](t)(f.alice.terminate(id))
	f.zone.follow()
	f.zoneB.follow()
	f.change(func(tx *store.Tx) error { return tx.Images().Delete(cloud.ImageID(imageID)) })
	ok(t, remove())
	if code := whoAmI(t, f.alice); code != "InvalidClientTokenId" {
		t.Errorf("a deleted account's key: %q", code)
	}
	f.view(func(tx *store.Tx) {
		a := string(f.alice.account.ID)
		for _, left := range []int{length(tx.VPCs(), a), length(tx.Subnets(), a), length(tx.Groups(), a), length(tx.RouteTables(), a), length(tx.NetworkACLs(), a),
			length(tx.InternetGateways(), a), length(tx.DHCPOptions(), a), length(tx.ENIs(), a), length(tx.Instances(), a), length(tx.AccessKeys(), a), length(tx.TagSets(), a)} {
			same(t, "records left", 0, left)
		}
	})
	same(t, "bob's go on", "", whoAmI(t, f.bob))
}

func length[K ~string, T any](t store.Table[K, T], account string) (n int) {
	for range t.By(store.ByAccount, account) {
		n++
	}
	return n
}

func TestAccountLimits(t *testing.T) {
	f := newCloud(t)
	o := operatorOf(f)
	set := func(limits map[string]int64, defaults ...string) error {
		return o.ChangeAccount(t.Context(), rpc.AccountChange{Name: "alice", Do: rpc.AccountLimit, Limits: limits, Defaults: defaults})
	}
	find := func(name cloud.Limit) (row rpc.LimitRow) {
		for _, r := range must[[]rpc.LimitRow](t)(o.AccountLimits(t.Context(), "alice")) {
			if r.Name == string(name) {
				row = r
			}
		}
		return row
	}
	was := find(cloud.LimitKeyPairs)
	ok(t, set(map[string]int64{string(cloud.LimitKeyPairs): 1, string(cloud.LimitVPCs): cloud.Unlimited}))
	same(t, "set", rpc.LimitRow{Name: string(cloud.LimitKeyPairs), Most: 1, Own: true}, find(cloud.LimitKeyPairs))
	same(t, "none", rpc.LimitRow{Name: string(cloud.LimitVPCs), Most: cloud.Unlimited, Own: true}, find(cloud.LimitVPCs))
	key := func(name string) error {
		_, err := f.alice.ec2.CreateKeyPair(t.Context(), &sdk.CreateKeyPairInput{KeyName: aws.String(name)})
		return err
	}
	ok(t, key("one"))
	if key("two") == nil {
		t.Error("the limit does not hold")
	}
	ok(t, set(nil, string(cloud.LimitKeyPairs)))
	same(t, "the configuration's again", was, find(cloud.LimitKeyPairs))
	ok(t, key("two"))
	for name, limits := range map[string]map[string]int64{"unknown": {"castles": 1}, "negative": {string(cloud.LimitVPCs): -2}} {
		if err := set(limits); !errors.Is(err, cloud.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A policy the operator sets on an account holds for its root, too.
func TestAccountPolicy(t *testing.T) {
	f := newCloud(t)
	o := operatorOf(f)
	set := func(text string) error {
		return o.ChangeAccount(t.Context(), rpc.AccountChange{Name: "alice", Do: rpc.AccountPolicy, Policies: map[string]string{"p": text}})
	}
	key := func(name string) error {
		_, err := f.alice.ec2.CreateKeyPair(t.Context(), &sdk.CreateKeyPairInput{KeyName: aws.String(name)})
		return err
	}
	if err := set(`{"Statement": 1}`); !errors.Is(err, cloud.Invalid) {
		t.Errorf("no policy: %v", err)
	}
	ok(t, set(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"ec2:CreateKeyPair","Resource":"*"}]}`))
	wantCode(t, key("one"), "UnauthorizedOperation")
	ok(t, set(""))
	ok(t, key("one"))
}
