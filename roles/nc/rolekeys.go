package nc

import (
	"context"
	"errors"
	"sync"
	"time"

	"ecc/cloud"
)

// Times of instances' credentials.
const (
	keysPeriod = time.Minute     // between looks at which are to be renewed
	keysSoon   = 3 * time.Second // a guest that asks waits so long for its first
	keysRetry  = 5 * time.Second // not sooner after a failure, however often guests ask
)

// fetchKey asks the head for the credentials of an instance's role.
type fetchKey func(ctx context.Context, id cloud.InstanceID) (cloud.RoleKey, error)

// roleKeys are the credentials of the roles of this host's instances, in memory
// only. They are renewed when half of their life has passed, so that guests go
// on while the head is away.
type roleKeys struct {
	now func() time.Time

	mu    sync.Mutex
	fetch fetchKey // nil until the node runs
	of    map[cloud.InstanceID]*roleKey
}

// roleKey is what one instance has.
type roleKey struct {
	turn    chan struct{} // of size one: held while it is fetched
	profile string
	key     cloud.RoleKey // zero: none yet, or the profile has no role
	tried   time.Time
}

func newRoleKeys() *roleKeys {
	return &roleKeys{now: time.Now, of: map[cloud.InstanceID]*roleKey{}}
}

// want notes that an instance has a profile, or none. Another profile's
// credentials are forgotten.
func (k *roleKeys) want(id cloud.InstanceID, p *cloud.ProfileInfo) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch have := k.of[id]; {
	case p == nil:
		delete(k.of, id)
	case have == nil || have.profile != p.ID:
		k.of[id] = &roleKey{turn: make(chan struct{}, 1), profile: p.ID}
	}
}

// get returns the credentials of an instance, fetching the first if it must.
func (k *roleKeys) get(ctx context.Context, id cloud.InstanceID) (cloud.RoleKey, bool) {
	k.mu.Lock()
	r := k.of[id]
	k.mu.Unlock()
	if r == nil {
		return cloud.RoleKey{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, keysSoon)
	defer cancel()
	if got, fresh := k.have(r); fresh {
		return got, true
	}
	_ = k.renew(ctx, id, r) // what there is, is what there is
	got, _ := k.have(r)
	return got, got.Role != ""
}

// have returns what an instance has, if it still lives, and whether it needs no
// renewal.
func (k *roleKeys) have(r *roleKey) (cloud.RoleKey, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	switch life := r.key.Key.Expires.Sub(r.key.Key.Issued); {
	case r.key.Refused:
		return r.key, now.Sub(r.tried) < keysPeriod
	case r.key.Role == "" || !now.Before(r.key.Key.Expires):
		return cloud.RoleKey{}, false
	default:
		return r.key, now.Before(r.key.Key.Issued.Add(life / 2))
	}
}

// renew fetches new credentials, unless that is being done or just failed. When
// the head says that there are none, the old ones are forgotten.
func (k *roleKeys) renew(ctx context.Context, id cloud.InstanceID, r *roleKey) error {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if _, fresh := k.have(r); fresh {
		return nil // another's turn brought it
	}
	k.mu.Lock()
	fetch, wait := k.fetch, k.now().Sub(r.tried) < keysRetry
	k.mu.Unlock()
	if fetch == nil || wait {
		return nil
	}
	got, err := fetch(ctx, id)
	k.mu.Lock()
	defer k.mu.Unlock()
	r.tried = k.now()
	switch {
	case err == nil:
		r.key = got
	case errors.Is(err, cloud.NotFound), errors.Is(err, cloud.Denied):
		r.key = cloud.RoleKey{}
	}
	return err
}

// begin says how credentials are fetched and what time it is.
func (k *roleKeys) begin(fetch fetchKey, now func() time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fetch, k.now = fetch, now
}

// keep renews credentials until ctx ends.
func (k *roleKeys) keep(ctx context.Context, failed func(cloud.InstanceID, error)) {
	for ctx.Err() == nil {
		for id, r := range k.all() {
			if _, fresh := k.have(r); fresh {
				continue
			}
			if err := k.renew(ctx, id, r); err != nil && ctx.Err() == nil && !errors.Is(err, cloud.NotFound) {
				failed(id, err)
			}
		}
		pause(ctx, keysPeriod)
	}
}

func (k *roleKeys) all() map[cloud.InstanceID]*roleKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := make(map[cloud.InstanceID]*roleKey, len(k.of))
	for id, r := range k.of {
		out[id] = r
	}
	return out
}
