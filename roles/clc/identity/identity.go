// Package identity is who may use the cloud: accounts, access keys, sessions,
// and what the policies of each caller are. It answers rpc.Identity, which the
// fronts of all services ask for every request.
//
// The actions of IAM and STS are in roles/clc/iam and roles/clc/sts, which build
// on it. Besides them only roles/clc and package roles import it.
package identity

import (
	"io"
	"time"

	"ecc/roles/clc/identity/vault"
	"ecc/rpc"
	"ecc/store"
)

// Config is what identity needs to know of its cloud.
type Config struct {
	Region        string
	Administrator string // name of the account that operates the cloud
}

// Deps are its neighbours.
type Deps struct {
	Store   *store.Store
	Vault   *vault.Vault // see OpenVault
	Now     func() time.Time
	Entropy io.Reader
}

// Service answers who somebody is.
type Service struct {
	cfg     Config
	store   *store.Store
	vault   *vault.Vault
	now     func() time.Time
	entropy io.Reader
	uses    keyUses
	hashing chan struct{} // holds one for each password that is being hashed
}

var _ rpc.Identity = (*Service)(nil)

// New makes it on an open store. All deps are needed.
func New(cfg Config, d Deps) *Service {
	if d.Vault == nil {
		panic("identity: no vault to seal secrets with")
	}
	return &Service{cfg: cfg, store: d.Store, vault: d.Vault, now: d.Now, entropy: d.Entropy, hashing: make(chan struct{}, atOnce)}
}

// Region is the region the cloud is.
func (s *Service) Region() string { return s.cfg.Region }
