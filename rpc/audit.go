package rpc

import (
	"context"
	"time"

	"ecc/cloud"
)

// AuditOperator is the part of Operator about the audit trail.
type AuditOperator interface {
	// AuditLog lists events, newest first.
	AuditLog(ctx context.Context, q AuditQuery) ([]AuditEvent, error)
	// VerifyAudit walks the whole trail and tells whether it holds together.
	VerifyAudit(ctx context.Context) (AuditProof, error)
}

// AuditQuery selects events; what is empty selects all.
type AuditQuery struct {
	Account string    `json:"account,omitempty"` // id or name
	Name    string    `json:"name,omitempty"`    // of the action
	User    string    `json:"user,omitempty"`    // name of a user or a session, "root", "ecc-operator"
	Since   time.Time `json:"since,omitzero"`
	Before  string    `json:"before,omitempty"` // id: only those before it
	Most    int       `json:"most"`             // at most MaxAuditPage
}

// MaxAuditPage bounds the events of one answer: each has up to 64 KiB.
const MaxAuditPage = 100

// AuditEvent is one event.
type AuditEvent struct {
	ID      string          `json:"id"`
	At      time.Time       `json:"at"`
	Account cloud.AccountID `json:"account,omitempty"`
	User    string          `json:"user"`
	Name    string          `json:"name"`
	Source  string          `json:"source"`
	Address string          `json:"address"`
	Code    string          `json:"code,omitempty"` // of the error
	On      []string        `json:"on,omitempty"`   // ARNs of what was changed
	Record  string          `json:"record"`         // JSON, as CloudTrail has it
}

// AuditProof is what a walk along the trail found.
type AuditProof struct {
	Events uint64 `json:"events"`           // that hold together
	First  string `json:"first,omitempty"`  // id of the first of them
	Last   string `json:"last,omitempty"`   // id of the last
	Hash   string `json:"hash,omitempty"`   // of the last
	Broken string `json:"broken,omitempty"` // the first link that does not hold
}

func auditMethods() map[string]method[Operator] {
	return map[string]method[Operator]{
		"audit-log":    verb(func(o Operator, ctx context.Context, q AuditQuery) ([]AuditEvent, error) { return o.AuditLog(ctx, q) }),
		"verify-audit": poll(func(o Operator, ctx context.Context, _ struct{}) (AuditProof, error) { return o.VerifyAudit(ctx) }),
	}
}

func (c operatorClient) AuditLog(ctx context.Context, q AuditQuery) ([]AuditEvent, error) {
	return ask[[]AuditEvent](ctx, c, operatorEdge.line("audit-log"), q)
}

func (c operatorClient) VerifyAudit(ctx context.Context) (AuditProof, error) {
	return ask[AuditProof](ctx, c, operatorEdge.line("verify-audit"), struct{}{})
}
