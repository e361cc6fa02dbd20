package rpctest

import (
	"context"
	"reflect"
	"sync"

	"ecc/cloud"
	"ecc/rpc"
)

// script is the object at the far end in the suites: it notes what reached it
// and answers as told.
type script struct {
	mu    sync.Mutex
	calls []call
	err   error                     // answer every call with it
	block func(ctx context.Context) // before answering
	empty bool                      // answer zero values
}

type call struct {
	method string
	args   []any
}

func (s *script) take() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// play is the body of every method below.
func play[R any](ctx context.Context, s *script, method string, args ...any) (R, error) {
	var r R
	s.mu.Lock()
	s.calls = append(s.calls, call{method, args})
	s.mu.Unlock()
	if s.block != nil {
		s.block(ctx)
		return r, ctx.Err()
	}
	if s.err == nil && !s.empty {
		fill(reflect.ValueOf(&r).Elem())
	}
	return r, s.err
}

type (
	scriptNode     struct{ *script }
	scriptCluster  struct{ *script }
	scriptIdentity struct{ *script }
	scriptEnroll   struct{ *script }
	scriptOperator struct{ *script }
)

func (s scriptNode) Hello(ctx context.Context, n rpc.NodeHello) (rpc.NodeWelcome, error) {
	return play[rpc.NodeWelcome](ctx, s.script, "Hello", n)
}

func (s scriptNode) Watch(ctx context.Context, node cloud.NodeID, after cloud.Revision) (rpc.NodeIntent, error) {
	return play[rpc.NodeIntent](ctx, s.script, "Watch", node, after)
}

func (s scriptNode) Report(ctx context.Context, r rpc.NodeReport) error {
	_, err := play[struct{}](ctx, s.script, "Report", r)
	return err
}

func (s scriptNode) GrantImage(ctx context.Context, node cloud.NodeID, image cloud.ImageID) (rpc.ImageGrant, error) {
	return play[rpc.ImageGrant](ctx, s.script, "GrantImage", node, image)
}

func (s scriptNode) Credentials(ctx context.Context, node cloud.NodeID, instance cloud.InstanceID) (cloud.RoleKey, error) {
	return play[cloud.RoleKey](ctx, s.script, "Credentials", node, instance)
}

func (s scriptNode) Answer(ctx context.Context, node cloud.NodeID, a rpc.Answer) error {
	_, err := play[struct{}](ctx, s.script, "Answer", node, a)
	return err
}

func (s scriptCluster) Welcome(ctx context.Context, zone string) (rpc.NodeWelcome, error) {
	return play[rpc.NodeWelcome](ctx, s.script, "Welcome", zone)
}

func (s scriptCluster) WatchZone(ctx context.Context, zone string, after cloud.Revision) (rpc.ZoneIntent, error) {
	return play[rpc.ZoneIntent](ctx, s.script, "WatchZone", zone, after)
}

func (s scriptCluster) ReportZone(ctx context.Context, r rpc.ZoneReport) error {
	_, err := play[struct{}](ctx, s.script, "ReportZone", r)
	return err
}

func (s scriptCluster) GrantImage(ctx context.Context, node cloud.NodeID, image cloud.ImageID) (rpc.ImageGrant, error) {
	return play[rpc.ImageGrant](ctx, s.script, "GrantImage", node, image)
}

func (s scriptCluster) Credentials(ctx context.Context, node cloud.NodeID, instance cloud.InstanceID) (cloud.RoleKey, error) {
	return play[cloud.RoleKey](ctx, s.script, "Credentials", node, instance)
}

func (s scriptCluster) Answer(ctx context.Context, node cloud.NodeID, a rpc.Answer) error {
	_, err := play[struct{}](ctx, s.script, "Answer", node, a)
	return err
}

func (s scriptIdentity) Credential(ctx context.Context, id, token string) (cloud.Credential, error) {
	return play[cloud.Credential](ctx, s.script, "Credential", id, token)
}

func (s scriptIdentity) Account(ctx context.Context, id string) (cloud.Account, error) {
	return play[cloud.Account](ctx, s.script, "Account", id)
}

func (s scriptEnroll) Join(ctx context.Context, r rpc.JoinRequest) (rpc.JoinAnswer, error) {
	return play[rpc.JoinAnswer](ctx, s.script, "Join", r)
}

func (s scriptOperator) CreateAccount(ctx context.Context, name string) (rpc.AccountKey, error) {
	return play[rpc.AccountKey](ctx, s.script, "CreateAccount", name)
}

func (s scriptOperator) Accounts(ctx context.Context) ([]cloud.Account, error) {
	return play[[]cloud.Account](ctx, s.script, "Accounts")
}

func (s scriptOperator) AccountKey(ctx context.Context, name string) (rpc.AccountKey, error) {
	return play[rpc.AccountKey](ctx, s.script, "AccountKey", name)
}

func (s scriptOperator) NewAccountKey(ctx context.Context, name string) (rpc.AccountKey, error) {
	return play[rpc.AccountKey](ctx, s.script, "NewAccountKey", name)
}

func (s scriptOperator) ChangeAccount(ctx context.Context, c rpc.AccountChange) error {
	_, err := play[struct{}](ctx, s.script, "ChangeAccount", c)
	return err
}

func (s scriptOperator) AccountLimits(ctx context.Context, name string) ([]rpc.LimitRow, error) {
	return play[[]rpc.LimitRow](ctx, s.script, "AccountLimits", name)
}

func (s scriptOperator) Nodes(ctx context.Context) ([]rpc.NodeRow, error) {
	return play[[]rpc.NodeRow](ctx, s.script, "Nodes")
}

func (s scriptOperator) CreateToken(ctx context.Context, r rpc.TokenRequest) (string, error) {
	return play[string](ctx, s.script, "CreateToken", r)
}

func (s scriptOperator) ImageStore(ctx context.Context) (rpc.ImageStoreAccess, error) {
	return play[rpc.ImageStoreAccess](ctx, s.script, "ImageStore")
}

func (s scriptOperator) RegisterImage(ctx context.Context, r rpc.RegisterRequest) (cloud.ImageID, error) {
	return play[cloud.ImageID](ctx, s.script, "RegisterImage", r)
}

func (s scriptOperator) Audit(ctx context.Context) (rpc.AuditReport, error) {
	return play[rpc.AuditReport](ctx, s.script, "Audit")
}

func (s scriptOperator) AuditLog(ctx context.Context, q rpc.AuditQuery) ([]rpc.AuditEvent, error) {
	return play[[]rpc.AuditEvent](ctx, s.script, "AuditLog", q)
}

func (s scriptOperator) VerifyAudit(ctx context.Context) (rpc.AuditProof, error) {
	return play[rpc.AuditProof](ctx, s.script, "VerifyAudit")
}
