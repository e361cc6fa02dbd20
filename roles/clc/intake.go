package clc

import (
	"context"
	"errors"
	"sync"

	"ecc/cloud"
	"ecc/store"
)

// intakes is how many images are taken in at once, each by a loop of its own,
// so that a huge one keeps nobody waiting but its owner.
const intakes = 2

// intake says which images are being taken in: one of an account.
type intake struct {
	mu sync.Mutex
	of map[cloud.AccountID]cloud.ImageID
}

func newIntake() *intake { return &intake{of: map[cloud.AccountID]cloud.ImageID{}} }

// claim reports whether the caller may take the image in; it is to release it.
func (t *intake) claim(img cloud.Image) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of[img.Account] != "" {
		return false
	}
	t.of[img.Account] = img.ID
	return true
}

func (t *intake) release(img cloud.Image) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.of, img.Account)
}

// busy reports whether the image is being taken in.
func (t *intake) busy(img cloud.Image) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.of[img.Account] == img.ID
}

// ingestRound takes in the bytes of pending images one after the other, each
// once, until there are none that another loop leaves to it. What a process
// that ended had begun is begun again.
func (s *Service) ingestRound(ctx context.Context) error {
	tried := map[cloud.ImageID]bool{}
	var errs []error
	for ctx.Err() == nil {
		img, found, err := s.claimPending(ctx, tried)
		if err != nil || !found {
			return errors.Join(append(errs, err)...)
		}
		tried[img.ID] = true
		errs = append(errs, s.takeIn(ctx, img))
		s.taking.release(img)
		s.removal.Kick() // it may have been deregistered
	}
	return ctx.Err()
}

// claimPending claims the next pending image that was not tried. It is read
// again once it is claimed: from then on nobody removes its bytes.
func (s *Service) claimPending(ctx context.Context, tried map[cloud.ImageID]bool) (claimed cloud.Image, found bool, err error) {
	var pending []cloud.Image
	err = s.store.View(ctx, func(tx *store.Tx) error {
		for img := range tx.Images().All() {
			if img.State == cloud.ImagePending && !tried[img.ID] {
				pending = append(pending, img)
			}
		}
		return nil
	})
	for _, img := range pending {
		if !s.taking.claim(img) {
			continue
		}
		err := s.store.View(ctx, func(tx *store.Tx) error {
			now, ok := tx.Images().Get(img.ID)
			found = ok && now.State == cloud.ImagePending
			return nil
		})
		if err == nil && found {
			return img, true, nil
		}
		s.taking.release(img)
		if err != nil {
			return img, false, err
		}
	}
	return claimed, false, err
}
