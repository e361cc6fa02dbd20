package clc

import (
	"context"
	"errors"
	"fmt"

	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/store"
)

// SampleImageName is the image a simulated cloud begins with.
const SampleImageName = "ecc-sample-simulated"

// Bootstrap makes what a cloud cannot be without: the administrator's account,
// the account of the image store, the parts of VPCs and, when simulating, the
// sample image. What exists is left alone.
func (s *Service) Bootstrap(ctx context.Context) error {
	if err := s.SealSecrets(ctx); err != nil {
		return err
	}
	for _, name := range []string{s.cfg.Administrator, identity.SystemAccount} {
		_, _, err := s.CreateAccount(ctx, name, true)
		if err != nil && !errors.Is(err, cloud.AlreadyExists) {
			return fmt.Errorf("make the account %s: %w", name, err)
		}
		if err == nil {
			s.log.Info("made account", "account", name)
		}
	}
	if err := s.furnish(ctx); err != nil {
		return err
	}
	if s.cfg.Simulated {
		return s.registerSample(ctx)
	}
	return nil
}

// registerSample registers the sample image once; one that was deregistered
// stays so.
func (s *Service) registerSample(ctx context.Context) error {
	admin, err := s.accountNamed(ctx, s.cfg.Administrator)
	if err != nil {
		return err
	}
	id, err := s.id(cloud.PrefixImage)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		if _, done := tx.Meta().Get(metaSample); done {
			return nil
		}
		if err := tx.Meta().Put(metaSample, id); err != nil {
			return err
		}
		return tx.Images().Put(cloud.Image{ID: cloud.ImageID(id), Account: admin.ID, Name: SampleImageName,
			Description: "boots in the simulator only", Location: "ecc-images/" + SampleImageName,
			Architecture: "x86_64", RootDevice: "/dev/sda1", Public: true, State: cloud.ImageAvailable,
			Created: tx.Now, Simulated: true, Blob: cloud.ImageBlob{Size: 1 * cloud.GiB}})
	})
}

// metaSample remembers that the sample image was registered.
const metaSample = "sample-image"
