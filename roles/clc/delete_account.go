package clc

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/rpc"
	"ecc/store"
)

// deleteAccount removes an account that has nothing left but what it began with.
// Its buckets are looked at first: the object store has its own records.
func (o *Operator) deleteAccount(ctx context.Context, c rpc.AccountChange) error {
	var a cloud.Account
	var left []string
	err := o.Service.store.View(ctx, func(tx *store.Tx) (err error) {
		a, err = identity.AccountNamed(tx, c.Name)
		left = leftOf(tx, a.ID)
		return err
	})
	switch {
	case err != nil:
		return err
	case a.Admin:
		return cloud.Errorf(cloud.Denied, cloud.ResAccount, a.Name, "%s is one of the cloud's own accounts", a.Name)
	case a.Suspended:
		return cloud.Errorf(cloud.WrongState, cloud.ResAccount, a.Name, "%s is suspended, so its buckets cannot be seen; resume it first", a.Name)
	case !a.Pending:
		buckets, err := o.Service.bucketsOf(ctx, a)
		if err != nil {
			return fmt.Errorf("list the account's buckets: %w", err)
		}
		if len(buckets) > 0 {
			left = append(left, fmt.Sprintf("%d buckets", len(buckets)))
		}
	}
	if len(left) > 0 {
		return hasLeft(a.Name, left)
	}
	return o.record(ctx, "DeleteAccount", &c, func(tx *store.Tx) error {
		if left := leftOf(tx, a.ID); len(left) > 0 {
			return hasLeft(a.Name, left)
		}
		return removeAccount(tx, a.ID)
	})
}

func hasLeft(name string, left []string) error {
	return cloud.Errorf(cloud.InUse, cloud.ResAccount, name, "%s still has %s", name, strings.Join(left, ", "))
}

// bucketsLife is how long listing an account's buckets may take.
const bucketsLife = time.Minute

// bucketsOf lists an account's buckets, in its root's name.
func (s *Service) bucketsOf(ctx context.Context, a cloud.Account) ([]string, error) {
	key, err := s.As(cloud.RootCredential(cloud.AccessKey{}, a).Caller, bucketsLife)
	if err != nil {
		return nil, err
	}
	return s.images.Buckets(ctx, key)
}

// leftOf says what an account has besides the network it began with, in words.
func leftOf(tx *store.Tx, a cloud.AccountID) []string {
	var left []string
	add := func(n int, what string) {
		if n > 0 {
			left = append(left, fmt.Sprintf("%d %s", n, what))
		}
	}
	for _, k := range []store.Kind{store.KindInstance, store.KindImage, store.KindKeyPair, store.KindENI, store.KindAddress, store.KindLaunchTemplate,
		store.KindPlacementGroup, store.KindUser, store.KindUserGroup, store.KindRole, store.KindManagedPolicy, store.KindInstanceProfile, store.KindOIDCProvider} {
		add(tx.Tally(k, store.OfAccount(a)).Records, k.String())
	}
	id := string(a)
	add(count(tx.VPCs(), id, func(v cloud.VPC) bool { return !v.Default }), "vpcs")
	add(count(tx.Subnets(), id, func(n cloud.Subnet) bool { return !n.Default }), "subnets")
	add(count(tx.Groups(), id, func(g cloud.Group) bool { return g.Name != defaultGroup }), "security groups")
	add(count(tx.RouteTables(), id, func(t cloud.RouteTable) bool { return t.Main == "" }), "route tables")
	add(count(tx.NetworkACLs(), id, func(n cloud.NetworkACL) bool { return !n.Default }), "network ACLs")
	add(count(tx.DHCPOptions(), id, func(d cloud.DHCPOptions) bool { return !d.Default }), "DHCP options")
	return left
}

// count counts the records of an account that are such.
func count[K ~string, T any](t store.Table[K, T], account string, such func(T) bool) int {
	n := 0
	for rec := range t.By(store.ByAccount, account) {
		if such(rec) {
			n++
		}
	}
	return n
}

// removeAccount removes an account's record and what it began with. What it did
// stays in the audit trail.
func removeAccount(tx *store.Tx, a cloud.AccountID) error {
	id := string(a)
	for _, v := range slices.Collect(tx.VPCs().By(store.ByAccount, id)) {
		if err := removeVPC(tx, v.ID); err != nil {
			return err
		}
	}
	for _, remove := range []func() error{
		func() error { return dropAll(tx.Subnets(), id, func(n cloud.Subnet) cloud.SubnetID { return n.ID }) },
		func() error {
			return dropAll(tx.InternetGateways(), id, func(g cloud.InternetGateway) cloud.InternetGatewayID { return g.ID })
		},
		func() error {
			return dropAll(tx.DHCPOptions(), id, func(d cloud.DHCPOptions) cloud.DHCPOptionsID { return d.ID })
		},
		func() error {
			return dropAll(tx.Instances(), id, func(i cloud.Instance) cloud.InstanceID { return i.ID })
		},
		func() error { return dropAll(tx.TagSets(), id, func(t cloud.TagSet) string { return t.Resource }) },
		func() error { return dropAll(tx.AccessKeys(), id, func(k cloud.AccessKey) string { return k.ID }) },
	} {
		if err := remove(); err != nil {
			return err
		}
	}
	return tx.Accounts().Delete(a)
}

// dropAll removes all records of an account from a table.
func dropAll[K ~string, T any](t store.Table[K, T], account string, key func(T) K) error {
	for _, rec := range slices.Collect(t.By(store.ByAccount, account)) {
		if err := t.Delete(key(rec)); err != nil {
			return err
		}
	}
	return nil
}
