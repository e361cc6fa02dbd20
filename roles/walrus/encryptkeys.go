package walrus

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"ecc/api/s3"
	"ecc/cloud"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/keyring"
)

// openKeyring opens the keyring beside the store, and makes it if nothing in
// the store was ever encrypted with one.
func openKeyring(cfg Config, idx *index.Index) (*keyring.Ring, error) {
	var needed string
	if err := idx.View(func(tx *index.Tx) error { needed = tx.Keyring(); return nil }); err != nil {
		return nil, err
	}
	conf := keyring.Config{Path: cfg.Keyring, Region: cfg.Region, Wrap: cfg.KeyringKey, Now: cfg.Now, Entropy: cfg.Entropy}
	r, err := keyring.Open(conf)
	switch {
	case errors.Is(err, keyring.ErrMissing) && needed != "":
		return nil, fmt.Errorf("objects in %s are encrypted, and their keyring (id %s) is not at %s: put it back from its backup, or set walrus.keyring to where it is. Without it they cannot be read, and nothing was changed", cfg.Dir, needed, cfg.Keyring)
	case errors.Is(err, keyring.ErrMissing):
		return keyring.Create(conf)
	case err != nil:
		return nil, err
	case needed != "" && needed != r.ID():
		return nil, fmt.Errorf("objects in %s are encrypted with the keys of keyring %s, and %s is keyring %s: put the right one back, or set walrus.keyring to where it is", cfg.Dir, needed, cfg.Keyring, r.ID())
	}
	return r, nil
}

// bindKeyring makes the store remember its keyring before the first key is
// sealed with it.
func (w *Walrus) bindKeyring(ctx context.Context) error {
	if w.bound.Load() {
		return nil
	}
	err := w.index.Update(ctx, func(tx *index.Tx) error {
		if tx.Keyring() == w.keys.ID() {
			return nil
		}
		return tx.PutKeyring(w.keys.ID())
	})
	if err == nil {
		w.bound.Store(true)
	}
	return err
}

// kmsCover makes the cover of a named key of an account; "" is its default.
func (w *Walrus) kmsCover(c *call, account cloud.AccountID, name string) (*cover, error) {
	if err := requireV4(c); err != nil {
		return nil, err
	}
	find := w.keys.Find
	if name == "" {
		name, find = keyring.DefaultAlias, func(a cloud.AccountID, _ string) (keyring.Key, error) { return w.keys.Default(a) }
	}
	k, err := find(account, name)
	if err == nil && k.Disabled {
		err = keyring.ErrDisabled
	}
	if err != nil {
		return nil, w.keyFailure(err, name)
	}
	return &cover{kind: s3.AWSKMS, key: k}, nil
}

// requireV4 refuses a request for something encrypted with a named key whose
// sender is not known for sure.
func requireV4(c *call) error {
	if !signedWithV4(c) {
		return s3.InvalidArgumentf("Authorization", "null", "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.")
	}
	return nil
}

var keyIDForm = regexp.MustCompile(`^([0-9a-f-]{36}|arn:aws:kms:.*|alias/.*)$`)

// keyFailure gives a failure of the keyring the code S3 has for it. A key of
// another account is not told from one that is not there.
func (w *Walrus) keyFailure(err error, name string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrDisabled):
		return s3.Errorf(s3.KMSDisabled, "%s is disabled.", w.keyName(name))
	case errors.Is(err, keyring.ErrNotFound) && !keyIDForm.MatchString(name):
		return s3.Errorf(s3.KMSNotFound, "Invalid keyId '%s'", name)
	case errors.Is(err, keyring.ErrNotFound):
		return s3.Errorf(s3.KMSNotFound, "Key '%s' does not exist", name)
	}
	return &cloud.Error{Kind: cloud.Unavailable, Msg: "The keys of this server cannot be used at the moment.", Err: err}
}

// keyName is the ARN of a key, if it is there, or else what it was called.
func (w *Walrus) keyName(name string) string {
	if k, err := w.keys.Key(name); err == nil && k.ARN != "" {
		return k.ARN
	}
	return name
}
