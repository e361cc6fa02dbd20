package clc

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ecc/cloud"
	"ecc/store"
)

// removeRound removes the bytes of deregistered images that nothing uses. It
// may be begun again after a crash.
func (s *Service) removeRound(ctx context.Context) error {
	var unused []cloud.Image
	err := s.store.View(ctx, func(tx *store.Tx) error {
		used := map[cloud.ImageID]bool{}
		for i := range tx.Instances().All() {
			used[i.Image] = used[i.Image] || i.State() != cloud.StateTerminated
		}
		for img := range tx.Images().All() {
			if img.State == cloud.ImageDeregistered && !used[img.ID] {
				unused = append(unused, img)
			}
		}
		return nil
	})
	errs := []error{err}
	for _, img := range unused {
		if s.taking.busy(img) {
			continue // its bytes are still being written; the loop is kicked then
		}
		errs = append(errs, s.dropImage(ctx, img))
	}
	return errors.Join(errs...)
}

// takeIn takes in one image. What can never succeed makes it failed.
func (s *Service) takeIn(ctx context.Context, img cloud.Image) error {
	bucket, key, _ := strings.Cut(img.Location, "/")
	as, err := s.readerOf(ctx, img)
	var blob cloud.ImageBlob
	if err == nil {
		blob, err = s.images.Ingest(ctx, Object{Bucket: bucket, Key: key, As: as}, img.ID)
	}
	if err != nil && !inVain(err) {
		return fmt.Errorf("take in image %s: %w", img.ID, err)
	}
	s.log.Info("image taken in", "image", img.ID, "err", err)
	return s.store.Update(ctx, func(tx *store.Tx) error {
		now, ok := tx.Images().Get(img.ID)
		if !ok || now.State != cloud.ImagePending {
			return nil // deregistered meanwhile: the next round removes the bytes
		}
		now.State, now.Blob, now.Reader = cloud.ImageAvailable, blob, nil
		if err != nil {
			now.State = cloud.ImageFailed
			now.Reason = cloud.Reason{Code: cloud.ReasonImageUnreadable, Message: cloud.AsError(err).Msg}
		}
		return tx.Images().Put(now)
	})
}

// readerOf is with whose rights an image is read. One that an older ecc left
// pending is read with those of the account.
func (s *Service) readerOf(ctx context.Context, img cloud.Image) (cloud.SessionKey, error) {
	if img.Reader == nil {
		k, err := s.RootKey(ctx, img.Account)
		return cloud.SessionKey{ID: k.ID, Secret: k.Secret}, err
	}
	found, err := s.Credential(ctx, img.Reader.ID, img.Reader.Token)
	if errors.Is(err, cloud.Malformed) || errors.Is(err, cloud.Stale) {
		err = &cloud.Error{Kind: cloud.Denied, Resource: cloud.ResManifest, Msg: "The rights with which the image was registered have ended.", Err: err}
	}
	return cloud.SessionKey{ID: img.Reader.ID, Secret: found.Key.Secret, Token: img.Reader.Token}, err
}

// inVain reports whether trying again is. The outermost kind counts: the image
// store may be unavailable because something was denied or not found there.
func inVain(err error) bool {
	k := cloud.AsError(err).Kind
	return k == cloud.Invalid || k == cloud.NotFound || k == cloud.Denied
}

// dropImage removes the bytes, unless they are another image's too, then the
// record. There is no other way to come to share the bytes of an image that is
// deregistered.
func (s *Service) dropImage(ctx context.Context, img cloud.Image) error {
	if img.Blob.Index == "" && !img.Simulated {
		img.Blob.Index = prefix(string(img.ID)) + "index" // of an ingest that was cut off
	}
	shared := false
	err := s.store.View(ctx, func(tx *store.Tx) error {
		for other := range tx.Images().All() {
			shared = shared || (other.ID != img.ID && other.Blob.Index == img.Blob.Index)
		}
		return nil
	})
	if err == nil && !shared {
		err = s.images.Remove(ctx, img.Blob)
	}
	if err != nil {
		return fmt.Errorf("remove image %s: %w", img.ID, err)
	}
	return s.store.Update(ctx, func(tx *store.Tx) error { return tx.Images().Delete(img.ID) })
}
