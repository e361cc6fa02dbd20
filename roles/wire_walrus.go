package roles

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/roles/walrus"
	"ecc/rpc"
)

// buildWalrus makes the object store.
func (p *Process) buildWalrus() error {
	if !p.cfg.Has(RoleWalrus) {
		return nil
	}
	var ident rpc.Identity
	var used func(string)
	if p.head != nil {
		ident = p.head.service
		used = func(key string) { p.head.service.Used(key, "s3", p.cfg.Region) }
	} else {
		client, _, err := p.join(RoleWalrus)
		if err != nil {
			return err
		}
		ident = newKeyCache(client.Identity())
	}
	files, closing, err := WalrusFiles(p.ctx, p.cfg, p.log)
	if err != nil {
		return err
	}
	p.atClose(closing)
	keys, err := p.cfg.Keyring()
	if err != nil {
		return err
	}
	hooks, err := p.cfg.Walrus.webhooks()
	if err != nil {
		return err
	}
	w, err := walrus.New(walrus.Config{Dir: p.cfg.Walrus.Dir, Region: p.cfg.Region, Domain: p.cfg.Walrus.Domain, Version2: p.cfg.SignatureV2, Used: used,
		Kept: p.cfg.Images.Bucket, KeptFor: identity.SystemAccount, Webhooks: hooks, Files: files,
		Quota: p.cfg.Walrus.everyQuota(), Quotas: p.cfg.Walrus.quotas(),
		ScrubEvery: time.Duration(p.cfg.Walrus.ScrubEvery), ScrubRate: cloud.Bytes(p.cfg.Walrus.ScrubRate),
		Keyring: keys.Path, KeyringKey: keys.Wrap, EncryptAlways: p.cfg.Walrus.Encrypt == encryptAlways,
		CustomerKeysAnywhere: p.cfg.Walrus.CustomerKeys == keysAnywhere}, ident, p.log)
	if err != nil {
		return fmt.Errorf("open the object store: %w", err)
	}
	p.atClose(w.Close)
	p.roles = append(p.roles, Func("object store", func(ctx context.Context, ready func()) error {
		ready()
		return w.Run(ctx) // takes deleted files away; an error means the disk failed
	}))
	p.mux.s3 = w.Handler()
	p.metrics = append(p.metrics, w.WriteMetrics)
	return p.buildOperate(w)
}

// keyCache remembers access keys for a moment, so that a walrus on a host of
// its own does not ask the head for every request. A key that is revoked works
// for that moment more.
type keyCache struct {
	rpc.Identity
	mu   sync.Mutex
	keys map[[sha256.Size]byte]cachedKey // by key and token: tokens are long
}

type cachedKey struct {
	found cloud.Credential
	until time.Time
}

const (
	keyLife = time.Second
	maxKeys = 10_000
)

func newKeyCache(i rpc.Identity) *keyCache {
	return &keyCache{Identity: i, keys: map[[sha256.Size]byte]cachedKey{}}
}

// Credential returns an access key, as it was a moment ago at the most.
func (c *keyCache) Credential(ctx context.Context, id, token string) (cloud.Credential, error) {
	name := sha256.Sum256([]byte(id + "/" + token))
	c.mu.Lock()
	k, ok := c.keys[name]
	c.mu.Unlock()
	if ok && time.Now().Before(k.until) {
		return k.found, nil
	}
	found, err := c.Identity.Credential(ctx, id, token)
	if err != nil {
		return found, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.keys) >= maxKeys {
		clear(c.keys)
	}
	c.keys[name] = cachedKey{found, time.Now().Add(keyLife)}
	return found, nil
}
