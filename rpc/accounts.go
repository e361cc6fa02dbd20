package rpc

import (
	"context"
	"slices"

	"ecc/cloud"
)

// AccountOperator is the part of Operator about tenants' accounts.
type AccountOperator interface {
	// CreateAccount makes a tenant account with its first access key.
	CreateAccount(ctx context.Context, name string) (AccountKey, error)
	// Accounts lists the accounts by id.
	Accounts(ctx context.Context) ([]cloud.Account, error)
	// AccountKey returns an active key of one of the cloud's own accounts and
	// where to use it. A tenant's secrets are shown once: those are refused.
	AccountKey(ctx context.Context, name string) (AccountKey, error)
	// NewAccountKey makes another access key of an account's root.
	NewAccountKey(ctx context.Context, name string) (AccountKey, error)
	// ChangeAccount does what an AccountChange says.
	ChangeAccount(ctx context.Context, c AccountChange) error
	// AccountLimits lists what an account may have, in the order of names.
	AccountLimits(ctx context.Context, name string) ([]LimitRow, error)
}

// AccountKey is an account with one of its access keys.
type AccountKey struct {
	Account  cloud.Account   `json:"account"`
	Key      cloud.AccessKey `json:"key"`
	Endpoint string          `json:"endpoint"` // of the tenants' API
	Region   string          `json:"region"`
}

// What an AccountChange does.
const (
	AccountApprove = "approve" // a registration: it becomes an account
	AccountReject  = "reject"  // a registration: it is removed
	AccountSuspend = "suspend" // its keys and sessions open nothing until it is resumed; guests go on
	AccountResume  = "resume"
	AccountDelete  = "delete" // only one that has nothing left
	AccountLimit   = "limit"  // sets Limits, and takes Defaults back
	AccountPolicy  = "policy" // sets Policies
)

// AccountChanges lists them.
func AccountChanges() []string {
	return slices.Clone([]string{AccountApprove, AccountReject, AccountSuspend, AccountResume, AccountDelete, AccountLimit, AccountPolicy})
}

// AccountChange changes the account called Name.
type AccountChange struct {
	Name     string           `json:"name"`
	Do       string           `json:"do"`
	Limits   map[string]int64 `json:"limits,omitempty"`   // by cloud.Limit; -1: none
	Defaults []string         `json:"defaults,omitempty"` // limits that become the configuration's again

	// Policies bound what everybody of the account may do, its root too: name →
	// JSON text, "" to remove one.
	Policies map[string]string `json:"policies,omitempty"`
}

// LimitRow is one limit of an account.
type LimitRow struct {
	Name string `json:"name"` // a cloud.Limit
	Most int64  `json:"most"` // -1: any number
	Own  bool   `json:"own"`  // of this account, not the configuration's
}

// accountMethods are the operator edge's methods about accounts.
func accountMethods() map[string]method[Operator] {
	return map[string]method[Operator]{
		"create-account": verb(func(o Operator, ctx context.Context, name string) (AccountKey, error) {
			return o.CreateAccount(ctx, name)
		}),
		"accounts":    verb(func(o Operator, ctx context.Context, _ struct{}) ([]cloud.Account, error) { return o.Accounts(ctx) }),
		"account-key": verb(func(o Operator, ctx context.Context, name string) (AccountKey, error) { return o.AccountKey(ctx, name) }),
		"new-account-key": verb(func(o Operator, ctx context.Context, name string) (AccountKey, error) {
			return o.NewAccountKey(ctx, name)
		}),
		"change-account": order(func(o Operator, ctx context.Context, c AccountChange) error { return o.ChangeAccount(ctx, c) }),
		"account-limits": verb(func(o Operator, ctx context.Context, name string) ([]LimitRow, error) {
			return o.AccountLimits(ctx, name)
		}),
	}
}

func (c operatorClient) CreateAccount(ctx context.Context, name string) (AccountKey, error) {
	return ask[AccountKey](ctx, c, operatorEdge.line("create-account"), name)
}

func (c operatorClient) Accounts(ctx context.Context) ([]cloud.Account, error) {
	return ask[[]cloud.Account](ctx, c, operatorEdge.line("accounts"), struct{}{})
}

func (c operatorClient) AccountKey(ctx context.Context, name string) (AccountKey, error) {
	return ask[AccountKey](ctx, c, operatorEdge.line("account-key"), name)
}

func (c operatorClient) NewAccountKey(ctx context.Context, name string) (AccountKey, error) {
	return ask[AccountKey](ctx, c, operatorEdge.line("new-account-key"), name)
}

func (c operatorClient) ChangeAccount(ctx context.Context, change AccountChange) error {
	_, err := ask[struct{}](ctx, c, operatorEdge.line("change-account"), change)
	return err
}

func (c operatorClient) AccountLimits(ctx context.Context, name string) ([]LimitRow, error) {
	return ask[[]LimitRow](ctx, c, operatorEdge.line("account-limits"), name)
}
