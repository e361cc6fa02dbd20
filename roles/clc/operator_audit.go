package clc

import (
	"context"

	"ecc/cloud"
	"ecc/roles/clc/trail"
	"ecc/rpc"
)

// AuditLog implements rpc.Operator.
func (o *Operator) AuditLog(ctx context.Context, q rpc.AuditQuery) ([]rpc.AuditEvent, error) {
	if q.Most < 1 || q.Most > rpc.MaxAuditPage {
		return nil, cloud.Errorf(cloud.Invalid, cloud.AnyResource, "", "ask for 1 to %d events", rpc.MaxAuditPage)
	}
	account, err := o.accountID(ctx, q.Account)
	if err != nil {
		return nil, err
	}
	found, err := o.Trail.Find(ctx, trail.Query{Account: account, Since: q.Since, Before: q.Before, Most: q.Most,
		Match: func(f *trail.Facts) bool {
			return (q.Name == "" || f.Name == q.Name) && (q.User == "" || f.User() == q.User)
		}})
	if err != nil {
		return nil, err
	}
	out := []rpc.AuditEvent{}
	size := 0
	for _, f := range found {
		if size += len(f.Text); size > maxAuditAnswer {
			break // the next page has the others
		}
		e := rpc.AuditEvent{ID: f.Event.ID, At: f.At, Account: f.Account, User: f.User(), Name: f.Name, Source: f.Source,
			Address: f.Address, Code: f.ErrorCode, Record: f.Text}
		for _, r := range f.Resources {
			e.On = append(e.On, r.ARN)
		}
		out = append(out, e)
	}
	return out, nil
}

// maxAuditAnswer bounds the records of one answer, below what the edge carries.
const maxAuditAnswer = 3 << 20

// accountID finds an account by its name, if it is not an id.
func (o *Operator) accountID(ctx context.Context, name string) (cloud.AccountID, error) {
	accounts, err := o.Accounts(ctx)
	if err != nil || name == "" {
		return "", err
	}
	for _, a := range accounts {
		if a.Name == name || string(a.ID) == name {
			return a.ID, nil
		}
	}
	return "", cloud.Errorf(cloud.NotFound, cloud.ResAccount, name, "no account of that name; ecc account list shows them")
}

// VerifyAudit implements rpc.Operator.
func (o *Operator) VerifyAudit(ctx context.Context) (rpc.AuditProof, error) {
	p, err := o.Trail.Verify(ctx)
	return rpc.AuditProof(p), err
}
