package clc

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"

	"ecc/cloud"
	"ecc/cloud/policy"
	"ecc/roles/clc/identity"
	"ecc/roles/clc/ledger"
	"ecc/rpc"
	"ecc/store"
)

// CreateAccount implements rpc.AccountOperator.
func (o *Operator) CreateAccount(ctx context.Context, name string) (rpc.AccountKey, error) {
	n, err := o.Service.NewAccount(name, false)
	if err != nil {
		return rpc.AccountKey{}, err
	}
	return o.accountKey(n.Account, n.Key), o.record(ctx, "CreateAccount", &struct{ Name string }{name}, n.Put)
}

// accountNamed finds an account.
func (s *Service) accountNamed(ctx context.Context, name string) (a cloud.Account, err error) {
	err = s.store.View(ctx, func(tx *store.Tx) (err error) {
		a, err = identity.AccountNamed(tx, name)
		return err
	})
	return a, err
}

// record makes the one transaction of a verb, which the audit trail tells.
func (o *Operator) record(ctx context.Context, verb string, request any, fn func(*store.Tx) error) error {
	return o.Service.ledger.Update(ctx, ledger.Operator(verb, request), fn)
}

func (o *Operator) accountKey(a cloud.Account, k cloud.AccessKey) rpc.AccountKey {
	return rpc.AccountKey{Account: a, Key: k, Endpoint: o.Endpoint, Region: o.Service.cfg.Region}
}

// Accounts implements rpc.AccountOperator.
func (o *Operator) Accounts(ctx context.Context) ([]cloud.Account, error) {
	return o.Service.Accounts(ctx)
}

// AccountKey implements rpc.AccountOperator.
func (o *Operator) AccountKey(ctx context.Context, name string) (rpc.AccountKey, error) {
	a, k, err := o.Service.AccountByName(ctx, name)
	if err == nil && !a.Admin {
		return rpc.AccountKey{}, cloud.Errorf(cloud.Denied, cloud.ResAccessKey, name,
			"the keys of %s were shown when they were made and are not shown again; ecc account key %s makes another", name, name)
	}
	return o.accountKey(a, k), err
}

// NewAccountKey implements rpc.AccountOperator.
func (o *Operator) NewAccountKey(ctx context.Context, name string) (rpc.AccountKey, error) {
	var a cloud.Account
	find := func(tx *store.Tx) (err error) {
		a, err = identity.AccountNamed(tx, name)
		return err
	}
	if err := o.Service.store.View(ctx, find); err != nil {
		return rpc.AccountKey{}, err
	}
	shown, kept, err := o.Service.NewAccessKey(a.ID, "")
	if err != nil {
		return rpc.AccountKey{}, err
	}
	err = o.record(ctx, "CreateAccessKey", &struct{ Name string }{name}, func(tx *store.Tx) error {
		if err := find(tx); err != nil {
			return err
		}
		n := 0
		for k := range tx.AccessKeys().By(store.ByAccount, string(a.ID)) {
			if k.User == "" {
				n++
			}
		}
		switch {
		case a.Pending:
			return cloud.Errorf(cloud.WrongState, cloud.ResAccount, name, "%s is a registration: ecc account approve %s makes it an account", name, name)
		case n >= identity.MaxKeys:
			return cloud.Errorf(cloud.LimitExceeded, cloud.ResAccessKey, name,
				"the root of %s has %d access keys, which is the most; it must delete one (aws iam delete-access-key)", name, n)
		}
		return tx.AccessKeys().Put(kept)
	})
	return o.accountKey(a, shown), err
}

// ChangeAccount implements rpc.AccountOperator.
func (o *Operator) ChangeAccount(ctx context.Context, c rpc.AccountChange) error {
	change, ok := map[string]func(*store.Tx, *cloud.Account, rpc.AccountChange) error{
		rpc.AccountApprove: approve, rpc.AccountSuspend: suspend, rpc.AccountResume: resume,
		rpc.AccountLimit: setLimits, rpc.AccountPolicy: setPolicies,
	}[c.Do]
	switch {
	case c.Do == rpc.AccountDelete:
		return o.deleteAccount(ctx, c)
	case c.Do == rpc.AccountReject:
		return o.record(ctx, "RejectAccount", &c, func(tx *store.Tx) error { return reject(tx, c.Name) })
	case !ok:
		return cloud.Errorf(cloud.Invalid, cloud.ResAccount, c.Do, "an account can be: %s", strings.Join(rpc.AccountChanges(), ", "))
	}
	verb := strings.ToUpper(c.Do[:1]) + c.Do[1:] + "Account"
	return o.record(ctx, verb, &c, func(tx *store.Tx) error {
		a, err := identity.AccountNamed(tx, c.Name)
		if err != nil {
			return err
		}
		if err := change(tx, &a, c); err != nil {
			return err
		}
		return tx.Accounts().Put(a)
	})
}

func approve(_ *store.Tx, a *cloud.Account, _ rpc.AccountChange) error {
	if !a.Pending {
		return cloud.Errorf(cloud.WrongState, cloud.ResAccount, a.Name, "%s is not waiting for approval", a.Name)
	}
	a.Pending = false
	return nil
}

// reject removes a registration. Nothing can have been made in it.
func reject(tx *store.Tx, name string) error {
	a, err := identity.AccountNamed(tx, name)
	switch {
	case err != nil:
		return err
	case !a.Pending:
		return cloud.Errorf(cloud.WrongState, cloud.ResAccount, name, "%s is not waiting for approval; ecc account delete removes accounts", name)
	}
	return tx.Accounts().Delete(a.ID)
}

func suspend(_ *store.Tx, a *cloud.Account, _ rpc.AccountChange) error {
	if a.Admin {
		return cloud.Errorf(cloud.Denied, cloud.ResAccount, a.Name, "%s is one of the cloud's own accounts", a.Name)
	}
	a.Suspended = true
	return nil
}

func resume(_ *store.Tx, a *cloud.Account, _ rpc.AccountChange) error {
	a.Suspended = false
	return nil
}

func setLimits(_ *store.Tx, a *cloud.Account, c rpc.AccountChange) error {
	names := cloud.LimitNames()
	own := maps.Clone(a.Limits)
	if own == nil {
		own = map[string]int64{}
	}
	for name, most := range c.Limits {
		if !slices.Contains(names, cloud.Limit(name)) {
			return cloud.Errorf(cloud.Invalid, cloud.ResAccount, name, "there is no limit %q", name)
		}
		if most < cloud.Unlimited {
			return cloud.Errorf(cloud.Invalid, cloud.ResAccount, name, "a limit is 0 or more, or %d for none", cloud.Unlimited)
		}
		own[name] = most
	}
	for _, name := range c.Defaults {
		if !slices.Contains(names, cloud.Limit(name)) {
			return cloud.Errorf(cloud.Invalid, cloud.ResAccount, name, "there is no limit %q", name)
		}
		delete(own, name)
	}
	a.Limits = own
	return nil
}

// maxAccountPolicies bounds the policies the administrator sets on an account,
// and each one's characters.
const (
	maxAccountPolicies = 5
	maxAccountPolicy   = 6144
)

func setPolicies(_ *store.Tx, a *cloud.Account, c rpc.AccountChange) error {
	own := maps.Clone(a.Policies)
	if own == nil {
		own = map[string]string{}
	}
	for name, doc := range c.Policies {
		if doc == "" {
			delete(own, name)
			continue
		}
		if _, err := policy.ParseIdentity([]byte(doc), maxAccountPolicy); err != nil {
			return cloud.Errorf(cloud.Invalid, cloud.ResPolicyDocument, name, "the policy %s: %v", name, err)
		}
		own[name] = doc
	}
	if len(own) > maxAccountPolicies {
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResPolicy, a.Name, "an account has %d policies at most", maxAccountPolicies)
	}
	a.Policies = own
	return nil
}

// AccountLimits implements rpc.AccountOperator.
func (o *Operator) AccountLimits(ctx context.Context, name string) ([]rpc.LimitRow, error) {
	var rows []rpc.LimitRow
	err := o.Service.store.View(ctx, func(tx *store.Tx) error {
		a, err := identity.AccountNamed(tx, name)
		if err != nil {
			return err
		}
		for _, l := range cloud.LimitNames() {
			most := o.Service.ledger.Limit(tx, a.ID, l)
			if most == math.MaxInt64 {
				most = cloud.Unlimited
			}
			_, own := a.Limits[string(l)]
			rows = append(rows, rpc.LimitRow{Name: string(l), Most: most, Own: own})
		}
		return nil
	})
	return rows, err
}
