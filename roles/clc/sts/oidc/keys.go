package oidc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"ecc/cloud"
)

// How long a provider's keys are believed, and how soon they are fetched again
// for a key that is not among them.
const (
	keysLife  = time.Hour
	keysAgain = time.Minute
	maxCached = 1000 // providers
)

// cache keeps what providers publish.
type cache struct {
	mu sync.Mutex
	of map[string]*published // by the provider's id and thumbprints
}

// published is what one provider published. Its lock is held while it is fetched:
// others who need it wait for that.
type published struct {
	mu      sync.Mutex
	keys    []jose.JSONWebKey
	fetched time.Time // keys
	tried   time.Time // to fetch them
	err     error     // of that
}

// key finds the key a token says it was signed with.
func (v *Verifier) key(ctx context.Context, p cloud.OIDCProvider, id, algorithm string) (*jose.JSONWebKey, error) {
	pub := v.keys.find(p.ID + "\n" + strings.Join(p.Thumbprints, ","))
	pub.mu.Lock()
	defer pub.mu.Unlock()
	now := v.cfg.Now()
	if within(pub.fetched, now, keysLife) {
		if k := pub.find(id, algorithm); k != nil {
			return k, nil
		}
	}
	if within(pub.tried, now, keysAgain) { // one wrong token after the other must not become a flood there
		if pub.err != nil {
			return nil, unreachable(pub.err)
		}
		return nil, invalid("No key of the provider matches the ID Token.", nil)
	}
	keys, err := v.fetch(ctx, p)
	if errors.Is(err, context.Canceled) {
		return nil, unreachable(err)
	}
	pub.tried, pub.err = now, err
	if err != nil { // what it published before is believed for as long as it would be anyway
		return nil, unreachable(fmt.Errorf("fetch the keys of %s: %w", p.URL, err))
	}
	pub.keys, pub.fetched = keys, now
	if k := pub.find(id, algorithm); k != nil {
		return k, nil
	}
	return nil, invalid("No key of the provider matches the ID Token.", nil)
}

// within reports whether now is less than d after a moment, and not before it.
func within(at, now time.Time, d time.Duration) bool {
	age := now.Sub(at)
	return age >= 0 && age < d
}

func (c *cache) find(id string) *published {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[id] == nil {
		if len(c.of) >= maxCached {
			clear(c.of)
		}
		c.of[id] = &published{}
	}
	return c.of[id]
}

// find returns the public key with an id that may verify an algorithm. A token
// without an id is verified by a provider's only key.
func (p *published) find(id, algorithm string) *jose.JSONWebKey {
	var fitting []*jose.JSONWebKey
	for i := range p.keys {
		k := &p.keys[i]
		if (k.Use == "" || k.Use == "sig") && (k.Algorithm == "" || k.Algorithm == algorithm) && (id == "" || k.KeyID == id) {
			fitting = append(fitting, k)
		}
	}
	if len(fitting) != 1 {
		return nil
	}
	return fitting[0]
}
