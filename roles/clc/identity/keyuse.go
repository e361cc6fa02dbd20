package identity

import (
	"context"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/store"
)

// keyUses is what keys were used for since it was written down last. A request
// costs no write: a loop calls FlushUses now and then, and what was not written
// yet when the process ends is forgotten.
type keyUses struct {
	mu   sync.Mutex
	uses map[string]cloud.KeyUse // by access key
}

// Used remembers that a request signed with an access key was let through.
// Temporary keys are not remembered: they are gone soon.
func (s *Service) Used(key, service, region string) {
	if len(key) < 4 || key[:4] != keyPrefix {
		return
	}
	s.uses.mu.Lock()
	defer s.uses.mu.Unlock()
	if s.uses.uses == nil {
		s.uses.uses = map[string]cloud.KeyUse{}
	}
	s.uses.uses[key] = cloud.KeyUse{At: s.now().UTC().Truncate(time.Second), Service: service, Region: region}
}

// LastUsed is when and for what a key was used last.
func (s *Service) LastUsed(k cloud.AccessKey) cloud.KeyUse {
	s.uses.mu.Lock()
	defer s.uses.mu.Unlock()
	if u, ok := s.uses.uses[k.ID]; ok && u.At.After(k.LastUsed.At) {
		return u
	}
	return k.LastUsed
}

// flushBatch is how many keys one transaction of FlushUses writes.
const flushBatch = 500

// FlushUses writes down what keys were used for.
func (s *Service) FlushUses(ctx context.Context) error {
	for {
		batch := s.uses.take(flushBatch)
		if len(batch) == 0 {
			return nil
		}
		err := s.store.Update(ctx, func(tx *store.Tx) error {
			for id, use := range batch {
				k, ok := tx.AccessKeys().Get(id)
				if !ok || !use.At.After(k.LastUsed.At) {
					continue
				}
				k.LastUsed = use
				if err := tx.AccessKeys().Put(k); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			s.uses.restore(batch)
			return err
		}
	}
}

// take removes some uses and returns them.
func (u *keyUses) take(most int) map[string]cloud.KeyUse {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := map[string]cloud.KeyUse{}
	for k, use := range u.uses {
		if len(out) == most {
			break
		}
		out[k] = use
		delete(u.uses, k)
	}
	return out
}

// restore puts uses back that could not be written, under newer ones.
func (u *keyUses) restore(batch map[string]cloud.KeyUse) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for k, use := range batch {
		if _, newer := u.uses[k]; !newer {
			u.uses[k] = use
		}
	}
}
