package identity

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"

	"ecc/cloud"
	"ecc/roles/clc/identity/vault"
	"ecc/store"
)

// metaVault remembers the fingerprint of the master key that sealed the secrets.
const metaVault = "identity-key"

// OpenVault opens the master key of a store's secrets. The first time it is
// made; later it must be there, and be the one that sealed what the store has.
func OpenVault(ctx context.Context, st *store.Store, path string, entropy io.Reader) (*vault.Vault, error) {
	known := ""
	if err := st.View(ctx, func(tx *store.Tx) error {
		known, _ = tx.Meta().Get(metaVault)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("look for the identity key's fingerprint: %w", err)
	}
	v, err := vault.Load(path, entropy)
	switch {
	case errors.Is(err, vault.ErrMissing) && known == "":
		v, err = vault.Create(path, entropy)
	case errors.Is(err, vault.ErrMissing):
		return nil, fmt.Errorf("%w: the secrets of this cloud's access keys are sealed with it (fingerprint %s); put it back from where you keep it, or name its place in clc.identity_key", err, known)
	}
	if err != nil {
		return nil, err
	}
	if known != "" && v.Fingerprint() != known {
		return nil, fmt.Errorf("the identity key %s (fingerprint %s) is not the one this cloud's secrets are sealed with (%s): put that one back, or name its place in clc.identity_key", path, v.Fingerprint(), known)
	}
	if known == "" {
		err = st.Update(ctx, func(tx *store.Tx) error { return tx.Meta().Put(metaVault, v.Fingerprint()) })
	}
	return v, err
}

// NewAccessKey makes a key of the form AWS clients expect, 20 characters and a
// secret of 40, for a user or, with "", for an account's root: as it is shown
// once, and as the store keeps it.
func (s *Service) NewAccessKey(a cloud.AccountID, user string) (shown, kept cloud.AccessKey, err error) {
	var b [40]byte
	if _, err := io.ReadFull(s.entropy, b[:]); err != nil {
		return shown, kept, fmt.Errorf("make an access key: %w", err)
	}
	shown = cloud.AccessKey{ID: keyPrefix + base32.StdEncoding.EncodeToString(b[:10]), Account: a, User: user,
		Secret: base64.StdEncoding.EncodeToString(b[10:]), Active: true, Created: s.now().UTC()}
	kept, err = s.conceal(shown)
	return shown, kept, err
}

// conceal is a key as the store keeps it.
func (s *Service) conceal(k cloud.AccessKey) (cloud.AccessKey, error) {
	sealed, err := s.vault.SealKey(k.ID, k.Secret)
	if err != nil {
		return cloud.AccessKey{}, fmt.Errorf("seal the secret of access key %s: %w", k.ID, err)
	}
	k.Secret, k.Sealed = "", sealed
	return k, nil
}

// reveal is a kept key with its secret.
func (s *Service) reveal(k cloud.AccessKey) (cloud.AccessKey, error) {
	if len(k.Sealed) == 0 {
		return k, nil // of an ecc that did not seal; SealSecrets will have it
	}
	secret, err := s.vault.OpenKey(k.ID, k.Sealed)
	if err != nil {
		return cloud.AccessKey{}, fmt.Errorf("open the secret of access key %s: %w", k.ID, err)
	}
	k.Secret, k.Sealed = secret, nil
	return k, nil
}

// sealBatch is how many keys are sealed in one transaction.
const sealBatch = 500

// SealSecrets seals what an ecc that did not seal has left in clear. It runs
// before anything else does.
func (s *Service) SealSecrets(ctx context.Context) error {
	var plain []cloud.AccessKey
	err := s.store.View(ctx, func(tx *store.Tx) error {
		for k := range tx.AccessKeys().All() {
			if k.Secret != "" {
				plain = append(plain, k)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for secrets in clear: %w", err)
	}
	for batch := range slices.Chunk(plain, sealBatch) {
		for i := range batch {
			if batch[i], err = s.conceal(batch[i]); err != nil {
				return err
			}
		}
		if err := s.store.Update(ctx, func(tx *store.Tx) error { return putKeys(tx, batch) }); err != nil {
			return fmt.Errorf("seal secrets: %w", err)
		}
	}
	return nil
}

// putKeys writes keys that are still there.
func putKeys(tx *store.Tx, keys []cloud.AccessKey) error {
	for _, k := range keys {
		if now, ok := tx.AccessKeys().Get(k.ID); !ok || now.Secret == "" {
			continue
		}
		if err := tx.AccessKeys().Put(k); err != nil {
			return err
		}
	}
	return nil
}
