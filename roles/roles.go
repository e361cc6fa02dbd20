// Package roles makes one process of roles: which there are, how they are
// configured, started, watched and stopped. What each does is in its own
// package below; how they find each other is in wire.go.
//
//	              start: all, uppers first        stop: in reverse
//	clc ── cc ── walrus ── nc                nc, walrus, cc, clc
//	  └── ready when every one has said so, not before
//
// Only package main imports it. No role does: roles satisfy Role by having
// its methods.
package roles

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"ecc/internal/clustertls"
)

// The roles.
const (
	RoleCLC    = clustertls.RoleCLC    // cloud controller: API, accounts, desired state
	RoleCC     = clustertls.RoleCC     // cluster controller: the nodes of a zone
	RoleWalrus = clustertls.RoleWalrus // object store
	RoleNC     = clustertls.RoleNC     // node controller: a compute host
)

// order is the order roles start in. Lower roles dial upper ones, so uppers
// start first and stop last; nothing depends on it, because every role waits
// for its uppers without failing.
var order = []string{RoleCLC, RoleCC, RoleWalrus, RoleNC}

// Names returns the roles in the order they start in.
func Names() []string { return slices.Clone(order) }

// ParseRoles reads a list of roles, "all" or comma-separated names in each
// part, and returns them in start order without repetition. A clc carries a
// cc unless that is elsewhere.
func ParseRoles(list []string, ccElsewhere bool) ([]string, error) {
	var wanted []string
	for name := range strings.SplitSeq(strings.Join(list, ","), ",") {
		switch name = strings.ToLower(strings.TrimSpace(name)); {
		case name == "":
		case name == "all":
			wanted = append(wanted, order...)
		case name == "sc":
			return nil, errors.New("roles: sc, the storage controller, does not exist yet: this version has no volumes. Leave it out")
		case slices.Contains(order, name):
			wanted = append(wanted, name)
		default:
			return nil, fmt.Errorf("roles: there is no role %q: write all, or some of %s", name, strings.Join(order, ", "))
		}
	}
	if len(wanted) == 0 {
		return nil, fmt.Errorf("roles: none given: write all, or some of %s", strings.Join(order, ", "))
	}
	if slices.Contains(wanted, RoleCLC) && !ccElsewhere {
		wanted = append(wanted, RoleCC)
	}
	var roles []string
	for _, name := range order {
		if slices.Contains(wanted, name) {
			roles = append(roles, name)
		}
	}
	return roles, nil
}

// Role is one part of a process with a life of its own.
type Role interface {
	// Name is one word, unique in the process, for people.
	Name() string

	// Run works until ctx ends and everything it started has stopped. It
	// calls ready once it truly serves; a peer that is away delays that and
	// never makes it fail. An error ends the process.
	Run(ctx context.Context, ready func()) error
}

// Func makes a Role of a function.
func Func(name string, run func(ctx context.Context, ready func()) error) Role {
	return funcRole{name, run}
}

type funcRole struct {
	name string
	run  func(ctx context.Context, ready func()) error
}

func (f funcRole) Name() string { return f.name }

func (f funcRole) Run(ctx context.Context, ready func()) error { return f.run(ctx, ready) }

// Run runs roles until ctx ends or the first of them does, then stops the
// others in reverse order, drain in all. It returns nil when it was told to
// stop and everything stopped in time.
func Run(ctx context.Context, drain time.Duration, health *Health, logger *slog.Logger, roles ...Role) error {
	p := &process{health: health, logger: logger, ended: make(chan *running, len(roles)), allReady: make(chan struct{})}
	p.waiting.Store(int64(len(roles)))
	for _, r := range roles {
		health.start(r.Name()) // before any runs: health names all from the first moment
	}
	for _, r := range roles {
		p.start(ctx, r)
	}
	err := p.wait(ctx)
	return errors.Join(err, p.stop(drain))
}
