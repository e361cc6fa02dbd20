package clc

// What the tests of the package reach besides its exported names.
var (
	FreeAddrs   = freeAddrs
	Reserved    = reserved
	Usable      = usable
	ShortRegion = shortRegion
	Ask         = (*Service).ask
	ExpireRound = (*Service).expireRound
	IngestRound = (*Service).ingestRound
)

// The limits the tests come up against.
const (
	MaxTags         = maxTags
	MaxRules        = maxRules
	MaxGroupsPerENI = maxGroupsPerENI
	MaxUserData     = maxUserData
	TokenLife       = tokenLife
	MaxAsksPerAcct  = maxAsksPerAccount
)
