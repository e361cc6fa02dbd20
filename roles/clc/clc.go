// Package clc is the cloud controller: the EC2 and STS actions, the accounts,
// the desired state of everything, and the clc's side of the edges to the
// cluster controllers and to walrus.
//
// An action is one file with one typed method and one line in actions.go. It
// makes one store transaction and returns; what follows is the business of the
// loops: cc and nc converge towards what the records want, and report.go
// writes what they saw.
//
//	api/awsquery ──► action ──► store ──► zone.go (WatchZone) ──► cc ──► nc
//	                              ▲                                      │
//	                              └── report.go (ReportZone) ◄── cc ◄────┘
//
// Imported by package roles only.
package clc

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/internal/loop"
	"ecc/roles/clc/access"
	"ecc/roles/clc/identity"
	"ecc/roles/clc/identity/vault"
	"ecc/roles/clc/ledger"
	"ecc/rpc"
	"ecc/store"
)

// Config is what a cloud controller needs to know of itself.
type Config struct {
	Cluster       string // id, also the mark of its domains
	Region        string
	Endpoint      string // of the tenants' API, as DescribeRegions tells it
	Zones         []string
	PublicPool    netip.Prefix // addresses guests get from outside the VPC; zero: none
	Policy        cloud.Policy
	Types         cloud.InstanceTypes
	Heartbeat     time.Duration         // of nodes
	DownAfter     time.Duration         // a node nobody heard for so long is down
	Visible       time.Duration         // how long a terminated instance can be described
	MaxPerCall    int                   // instances in one RunInstances
	MaxPerAcct    int                   // instances of one account
	Limits        map[cloud.Limit]int64 // of one account, besides; absent: none
	Administrator string                // name of the account that operates the cloud
	Simulated     bool                  // register the sample image at first start
}

// Deps are the controller's neighbours.
type Deps struct {
	Store   *store.Store
	Images  ImageStore
	Vault   *vault.Vault // of secrets, see identity.OpenVault
	Now     func() time.Time
	Entropy io.Reader
	Log     *slog.Logger
}

// Service is the role.
type Service struct {
	*identity.Service

	cfg     Config
	ledger  *ledger.Ledger
	access  *access.Guard
	store   *store.Store
	images  ImageStore
	now     func() time.Time
	entropy io.Reader
	log     *slog.Logger
	asks    *asks
	expire  *loop.Loop
	removal *loop.Loop
	uses    *loop.Loop
	ingest  []*loop.Loop
	taking  *intake

	mu    sync.Mutex
	heard map[cloud.NodeID]time.Time // in memory only: a heartbeat is not state
	told  map[cloud.NodeID]bool      // nodes whose instances know that it is heard
	zones map[string]*zoneMemo       // what was last compiled for each zone
}

var (
	_ rpc.Cluster  = (*Service)(nil)
	_ rpc.Identity = (*Service)(nil)
)

// usesPeriod is how often it is written down what access keys were used for.
const usesPeriod = 5 * time.Minute

// New makes a cloud controller on an open store.
func New(cfg Config, d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Entropy == nil {
		d.Entropy = rand.Reader
	}
	id := identity.New(identity.Config{Region: cfg.Region, Administrator: cfg.Administrator},
		identity.Deps{Store: d.Store, Vault: d.Vault, Now: d.Now, Entropy: d.Entropy})
	s := &Service{Service: id, ledger: ledger.New(ledger.Config{Region: cfg.Region, Limits: limits(cfg), Log: d.Log}, d.Store), cfg: cfg, store: d.Store, images: d.Images, now: d.Now, entropy: d.Entropy,
		log: d.Log.With("role", "clc"), asks: newAsks(), taking: newIntake(),
		heard: map[cloud.NodeID]time.Time{}, told: map[cloud.NodeID]bool{}, zones: map[string]*zoneMemo{}}
	s.access = access.New(access.Config{Region: cfg.Region, Seal: id.SealMessage}, d.Store)
	s.expire = loop.New("expire", time.Minute, s.expireRound, s.log)
	s.uses = loop.New("key-uses", usesPeriod, s.FlushUses, s.log)
	s.removal = loop.New("remove-images", time.Minute, s.removeRound, s.log)
	for n := range intakes {
		s.ingest = append(s.ingest, loop.New(fmt.Sprintf("ingest-%d", n+1), time.Minute, s.ingestRound, s.log))
	}
	return s
}

// limits are those of an account that has none of its own.
func limits(cfg Config) map[cloud.Limit]int64 {
	all := map[cloud.Limit]int64{cloud.LimitInstances: int64(cfg.MaxPerAcct)}
	maps.Copy(all, cfg.Limits)
	return all
}

// Name is the role's name.
func (s *Service) Name() string { return "clc" }

// Run makes what a first start needs and then keeps the loops going until ctx
// ends.
func (s *Service) Run(ctx context.Context, ready func()) error {
	if err := s.Bootstrap(ctx); err != nil {
		return err
	}
	ready()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.expire.Run(ctx) })
	g.Go(func() error { return s.removal.Run(ctx) })
	g.Go(func() error { return s.uses.Run(ctx) })
	for _, l := range s.ingest {
		g.Go(func() error { return l.Run(ctx) })
	}
	return g.Wait()
}

// Ledger is what makes the transactions of actions, those of IAM and STS too.
func (s *Service) Ledger() *ledger.Ledger { return s.ledger }

// update makes the one transaction of an action.
func (s *Service) update(ctx context.Context, c *awsquery.Call, fn func(*store.Tx) error) error {
	return s.ledger.Update(ctx, c, fn)
}

// id makes an id. Ids are made outside the transaction that uses them, because
// a transaction's function may run again.
func (s *Service) id(prefix string) (string, error) { return cloud.NewID(prefix, s.now(), s.entropy) }
