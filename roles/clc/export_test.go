package clc

import (
	"context"
	"errors"
)

// What the tests of the package reach besides its exported names.
var (
	FreeAddrs   = freeAddrs
	Reserved    = reserved
	Usable      = usable
	ShortRegion = shortRegion
	Ask         = (*Service).ask
	ExpireRound = (*Service).expireRound
	RemoveRound = (*Service).removeRound
)

// IngestRound is one round of what the image loops do.
func IngestRound(s *Service, ctx context.Context) error {
	return errors.Join(s.removeRound(ctx), s.ingestRound(ctx))
}

// The limits the tests come up against.
const (
	MaxTags         = maxTags
	MaxRules        = maxRules
	MaxGroupsPerENI = maxGroupsPerENI
	MaxUserData     = maxUserData
	TokenLife       = tokenLife
	MaxImages       = maxImages
	MaxPending      = maxPending
	MaxAsksPerAcct  = maxAsksPerAccount
)
