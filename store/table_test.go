package store

import (
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
)

// seed is one record of each kind and more of some.
func seed(tx *Tx) error {
	a := netip.MustParseAddr
	return errors.Join(
		tx.Accounts().Put(cloud.Account{ID: "1", Name: "one", Canonical: "c1"}),
		tx.Accounts().Put(cloud.Account{ID: "2", Name: "two", Canonical: "c2"}),
		tx.AccessKeys().Put(cloud.AccessKey{ID: "AKIA1", Account: "1", Secret: "s"}),
		tx.Images().Put(cloud.Image{ID: "ami-1", Account: "1", Name: "debian", Public: true}),
		tx.Images().Put(cloud.Image{ID: "ami-2", Account: "1", Name: "debian"}),
		tx.Instances().Put(cloud.Instance{ID: "i-1", Account: "1", Zone: "z-a", Reservation: "r-1", VPC: "vpc-1", Desired: cloud.Desired{Node: "n1"}}),
		tx.Instances().Put(cloud.Instance{ID: "i-2", Account: "1", Zone: "z-b", Reservation: "r-1", VPC: "vpc-1"}),
		tx.Instances().Put(cloud.Instance{ID: "i-3", Account: "12", Zone: "z-a", Reservation: "r-2", VPC: "vpc-2"}),
		tx.KeyPairs().Put(cloud.KeyPair{ID: "key-1", Account: "1", Name: "k"}),
		tx.VPCs().Put(cloud.VPC{ID: "vpc-1", Account: "1", CIDR: netip.MustParsePrefix("172.31.0.0/16")}),
		tx.Subnets().Put(cloud.Subnet{ID: "subnet-1", Account: "1", VPC: "vpc-1", Zone: "z-a"}),
		tx.ENIs().Put(cloud.ENI{ID: "eni-1", Account: "1", VPC: "vpc-1", Subnet: "subnet-1", Instance: "i-1", PrivateIP: a("172.31.0.4"), PublicIP: a("203.0.113.7")}),
		tx.ENIs().Put(cloud.ENI{ID: "eni-2", Account: "1", VPC: "vpc-1", Subnet: "subnet-1", PrivateIP: a("172.31.0.40")}),
		tx.Groups().Put(cloud.Group{ID: "sg-1", Account: "1", VPC: "vpc-1", Name: "default"}),
		tx.Nodes().Put(cloud.Node{ID: "n1", Zone: "z-a"}),
		tx.JoinTokens().Put(cloud.JoinToken{ID: "t1", Hash: "h"}),
		tx.ClientTokens().Put(cloud.ClientToken{ID: "1/RunInstances/x", Account: "1", Result: []string{"r-1"}}),
		tx.TagSets().Put(cloud.TagSet{Resource: "i-1", Account: "1", Tags: map[string]string{"Name": "web"}}),
		tx.Meta().Put("cluster", "c-1"),
	)
}

func keys[T any](n *noun[T], records iter.Seq[T]) string {
	var got []string
	for r := range records {
		got = append(got, n.key(&r))
	}
	return strings.Join(got, " ")
}

func TestIndexesFindExactlyTheirRecords(t *testing.T) {
	s := mustNew(t)
	mustUpdate(t, s, seed)
	mustView(t, s, func(tx *Tx) {
		for _, c := range []struct{ what, got, want string }{
			{"account by name", keys(&accounts, tx.Accounts().By(ByName, "one")), "1"},
			{"account by canonical", keys(&accounts, tx.Accounts().By(ByCanonical, "c2")), "2"},
			{"access keys", keys(&accessKeys, tx.AccessKeys().By(ByAccount, "1")), "AKIA1"},
			{"images by account", keys(&images, tx.Images().By(ByAccount, "1")), "ami-1 ami-2"},
			{"images by name", keys(&images, tx.Images().By(ByName, "1/debian")), "ami-1 ami-2"},
			{"public images", keys(&images, tx.Images().By(ByPublic, "true")), "ami-1"},
			{"instances by account", keys(&instances, tx.Instances().By(ByAccount, "1")), "i-1 i-2"},
			{"instances by a longer account", keys(&instances, tx.Instances().By(ByAccount, "12")), "i-3"},
			{"instances of nobody", keys(&instances, tx.Instances().By(ByAccount, "")), ""},
			{"instances by node", keys(&instances, tx.Instances().By(ByNode, "n1")), "i-1"},
			{"instances not placed", keys(&instances, tx.Instances().By(ByNode, "")), "i-2 i-3"},
			{"instances by zone", keys(&instances, tx.Instances().By(ByZone, "z-a")), "i-1 i-3"},
			{"instances by reservation", keys(&instances, tx.Instances().By(ByReservation, "r-1")), "i-1 i-2"},
			{"instances by vpc", keys(&instances, tx.Instances().By(ByVPC, "vpc-2")), "i-3"},
			{"key pair by name", keys(&keyPairs, tx.KeyPairs().By(ByName, "1/k")), "key-1"},
			{"key pair by account", keys(&keyPairs, tx.KeyPairs().By(ByAccount, "1")), "key-1"},
			{"vpc by account", keys(&vpcs, tx.VPCs().By(ByAccount, "1")), "vpc-1"},
			{"subnet by account", keys(&subnets, tx.Subnets().By(ByAccount, "1")), "subnet-1"},
			{"subnet by vpc", keys(&subnets, tx.Subnets().By(ByVPC, "vpc-1")), "subnet-1"},
			{"eni by account", keys(&enis, tx.ENIs().By(ByAccount, "1")), "eni-1 eni-2"},
			{"eni by instance", keys(&enis, tx.ENIs().By(ByInstance, "i-1")), "eni-1"},
			{"eni by vpc", keys(&enis, tx.ENIs().By(ByVPC, "vpc-1")), "eni-1 eni-2"},
			{"eni by subnet", keys(&enis, tx.ENIs().By(BySubnet, "subnet-1")), "eni-1 eni-2"},
			{"eni by private address", keys(&enis, tx.ENIs().By(ByPrivateIP, "subnet-1/172.31.0.4")), "eni-1"},
			{"eni by public address", keys(&enis, tx.ENIs().By(ByPublicIP, "203.0.113.7")), "eni-1"},
			{"eni without public address", keys(&enis, tx.ENIs().By(ByPublicIP, "")), "eni-2"},
			{"group by account", keys(&groups, tx.Groups().By(ByAccount, "1")), "sg-1"},
			{"group by vpc", keys(&groups, tx.Groups().By(ByVPC, "vpc-1")), "sg-1"},
			{"node by zone", keys(&nodes, tx.Nodes().By(ByZone, "z-a")), "n1"},
			{"client token by account", keys(&clientTokens, tx.ClientTokens().By(ByAccount, "1")), "1/RunInstances/x"},
			{"tag set by account", keys(&tagSets, tx.TagSets().By(ByAccount, "1")), "i-1"},
			{"join tokens", keys(&joinTokens, tx.JoinTokens().All()), "t1"},
			{"a value that reaches into the key", keys(&instances, tx.Instances().By(ByAccount, "1\x00i-1")), ""},
			{"next page of all", keys(&instances, tx.Instances().After("i-1")), "i-2 i-3"},
			{"next page after an absent key", keys(&instances, tx.Instances().After("i-10")), "i-2 i-3"},
			{"next page of an account", keys(&instances, tx.Instances().ByAfter(ByAccount, "1", "i-1")), "i-2"},
			{"last page of an account", keys(&instances, tx.Instances().ByAfter(ByAccount, "1", "i-2")), ""},
		} {
			if c.got != c.want {
				t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
			}
		}
		if v, ok := tx.Meta().Get("cluster"); v != "c-1" || !ok {
			t.Errorf("meta %q, %v", v, ok)
		}
	})
	mustCheck(t, s)
}

func TestIndexesFollowTheirRecords(t *testing.T) {
	s := mustNew(t)
	mustUpdate(t, s, seed)
	mustUpdate(t, s, func(tx *Tx) error {
		i, _ := tx.Instances().Get("i-2")
		i.Desired.Node = "n1"
		return errors.Join(tx.Instances().Put(i), tx.Instances().Delete("i-1"), tx.Meta().Delete("cluster"))
	})
	mustView(t, s, func(tx *Tx) {
		if got := keys(&instances, tx.Instances().By(ByNode, "n1")); got != "i-2" {
			t.Errorf("on the node: %s", got)
		}
		if got := keys(&instances, tx.Instances().By(ByNode, "")); got != "i-3" {
			t.Errorf("not placed: %s", got)
		}
		if got := tx.Instances().Len(); got != 2 {
			t.Errorf("length %d", got)
		}
		if _, ok := tx.Meta().Get("cluster"); ok {
			t.Error("a deleted value is there")
		}
	})
	mustCheck(t, s)
}

func TestUnknownIndexPanics(t *testing.T) {
	s := mustNew(t)
	mustView(t, s, func(tx *Tx) {
		wantPanic(t, "by", func() { tx.Nodes().By(ByVPC, "x") })
		wantPanic(t, "by after", func() { tx.Nodes().ByAfter(ByVPC, "x", "") })
	})
}

func TestPutKeepsNothingOfTheCaller(t *testing.T) {
	s := mustNew(t)
	set := cloud.TagSet{Resource: "i-1", Tags: map[string]string{"a": "b"}}
	mustUpdate(t, s, func(tx *Tx) error {
		defer func() { set.Tags["a"] = "changed" }()
		return tx.TagSets().Put(set)
	})
	mustView(t, s, func(tx *Tx) {
		if got, _ := tx.TagSets().Get("i-1"); got.Tags["a"] != "b" {
			t.Errorf("tags %v", got.Tags)
		}
	})
	mustCheck(t, s)
}

func TestWritingWhileIteratingSeesTheBeginning(t *testing.T) {
	s := mustNew(t)
	mustUpdate(t, s, seed)
	mustUpdate(t, s, func(tx *Tx) error {
		var seen []string
		for i := range tx.Instances().By(ByAccount, "1") {
			seen = append(seen, string(i.ID))
			if err := errors.Join(tx.Instances().Delete("i-2"), putInstance("i-4"+string(i.ID))(tx)); err != nil {
				return err
			}
		}
		if !slices.Equal(seen, []string{"i-1", "i-2"}) {
			t.Errorf("seen %v", seen)
		}
		return nil
	})
	mustCheck(t, s)
}

func TestLimits(t *testing.T) {
	many := func(n int, text string) func(*Tx) error {
		return func(tx *Tx) (err error) {
			for i := range n {
				err = errors.Join(err, tx.Meta().Put(fmt.Sprintf("k%04d", i), text))
			}
			return err
		}
	}
	big := strings.Repeat("x", MaxValue-100)
	for name, c := range map[string]struct {
		fn   func(*Tx) error
		want error
	}{
		"longest key":      {func(tx *Tx) error { return tx.Meta().Put(strings.Repeat("k", MaxKey), "") }, nil},
		"key too long":     {func(tx *Tx) error { return tx.Meta().Put(strings.Repeat("k", MaxKey+1), "") }, cloud.LimitExceeded},
		"no key":           {func(tx *Tx) error { return tx.Meta().Put("", "") }, cloud.Missing},
		"NUL in a key":     {func(tx *Tx) error { return tx.Meta().Put("a\x00", "") }, cloud.Invalid},
		"NUL in an index":  {func(tx *Tx) error { return tx.Nodes().Put(cloud.Node{ID: "n", Zone: "a\x00"}) }, cloud.Invalid},
		"not UTF-8":        {func(tx *Tx) error { return tx.Meta().Put("k", "\xff") }, cloud.Invalid},
		"text like escape": {func(tx *Tx) error { return tx.Meta().Put("k", `\ufffd`+"\ufffd") }, nil},
		"big value":        {many(1, big), nil},
		"value too big":    {many(1, big+big), cloud.LimitExceeded},
		"most changes":     {many(MaxChanges, ""), nil},
		"too many changes": {many(MaxChanges+1, ""), cloud.LimitExceeded},
		"most bytes":       {many(MaxBytes/MaxValue, big), nil},
		"too many bytes":   {many(MaxBytes/MaxValue+1, big), cloud.LimitExceeded},
		"the same record over and over": {func(tx *Tx) (err error) {
			for i := range 2 * MaxChanges {
				err = errors.Join(err, tx.Meta().Put("k", fmt.Sprint(i)+big))
			}
			return err
		}, nil},
		"too many deletes": {func(tx *Tx) error {
			for i := range MaxChanges + 1 {
				_ = putInstance(fmt.Sprint("i-", i))(tx)
				_ = tx.Instances().Delete(cloud.InstanceID(fmt.Sprint("i-", i)))
			}
			return nil
		}, cloud.LimitExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustNew(t)
			err := s.Update(t.Context(), c.fn)
			if !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if wrote := s.Revision() > 0; wrote != (c.want == nil) {
				t.Errorf("revision %d", s.Revision())
			}
			mustCheck(t, s)
		})
	}
}

func TestRecordsComeBackAsTheyWere(t *testing.T) {
	s := mustNew(t)
	mustUpdate(t, s, seed)
	mustView(t, s, func(tx *Tx) {
		got, ok := tx.ENIs().Get("eni-1")
		want := cloud.ENI{
			ID: "eni-1", Account: "1", VPC: "vpc-1", Subnet: "subnet-1", Instance: "i-1",
			PrivateIP: netip.MustParseAddr("172.31.0.4"), PublicIP: netip.MustParseAddr("203.0.113.7"),
		}
		if d := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" || !ok {
			t.Error(d)
		}
		if got, ok := tx.ENIs().Get("eni-9"); ok || got.ID != "" {
			t.Errorf("an absent one: %+v, %v", got, ok)
		}
	})
}
