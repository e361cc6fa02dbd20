package clc

import (
	"context"
	"errors"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// What the tests of the package reach besides its exported names.
var (
	FreeAddrs   = freeAddrs
	Reserved    = reserved
	Usable      = usable
	ShortRegion = shortRegion
	Reach       = reach
	Ask         = (*Service).ask
	ExpireRound = (*Service).expireRound
	RemoveRound = (*Service).removeRound
)

// IngestRound is one round of what the image loops do.
func IngestRound(s *Service, ctx context.Context) error {
	return errors.Join(s.removeRound(ctx), s.ingestRound(ctx))
}

// CompileZone compiles a zone as a whole, whatever is remembered.
func CompileZone(ctx context.Context, s *Service, zone string) (z rpc.ZoneIntent, err error) {
	err = s.store.View(ctx, func(tx *store.Tx) error {
		z = s.compileZone(tx, zone)
		return nil
	})
	return z, err
}

// The limits the tests come up against.
const (
	MaxTags         = maxTags
	MaxGroupsPerENI = maxGroupsPerENI
	MaxUserData     = maxUserData
	TokenLife       = tokenLife
	MaxPending      = maxPending
	MaxAsksPerAcct  = maxAsksPerAccount
)

// EnsureNetwork makes an account's default network, as its first request does.
func (s *Service) EnsureNetwork(ctx context.Context, a cloud.AccountID) error {
	return s.ensureNetwork(ctx, &awsquery.Call{Caller: cloud.Caller{Account: a}})
}

// AuditRecords is what an audit finds in the records.
func AuditRecords(tx *store.Tx) []string {
	rep := rpc.AuditReport{Checked: map[string]int{}}
	auditRecords(tx, &rep)
	return rep.Findings
}
