package auth

import (
	"strings"
	"sync"
	"time"
)

// Bounds of what is remembered of signing keys.
const (
	keyLife = time.Minute
	maxKeys = 1000
)

// signingKeys remembers for a moment the keys that secrets were derived to:
// deriving costs as much as all else in checking a signature. What one holds
// is no right: the access key is looked up for every request first.
type signingKeys struct {
	mu    sync.Mutex
	begun time.Time // of this life of the map
	keys  map[scope]derived
}

// scope is what a signing key is for.
type scope struct{ key, date, region, service string }

// derived is a signing key beside the secret it came from.
type derived struct {
	secret  string
	signing []byte
}

// find returns the key of a secret for a claim, if it is remembered.
func (k *signingKeys) find(secret string, c *claim, now time.Time) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	if age := now.Sub(k.begun); age > keyLife || age < 0 {
		k.begun, k.keys = now, map[scope]derived{}
	}
	if d := k.keys[c.keyScope()]; d.secret == secret {
		return d.signing
	}
	return nil
}

// remember keeps a key with which a signature was right: nobody else can fill
// the map. The strings are parts of the request's head, which must not stay.
func (k *signingKeys) remember(secret string, c *claim, signing []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := c.keyScope()
	if k.keys == nil || k.keys[s].secret == secret {
		return
	}
	if len(k.keys) >= maxKeys {
		clear(k.keys)
	}
	k.keys[s.clone()] = derived{secret, signing}
}

func (s scope) clone() scope {
	return scope{strings.Clone(s.key), strings.Clone(s.date), strings.Clone(s.region), strings.Clone(s.service)}
}

func (c *claim) keyScope() scope { return scope{c.key, c.date, c.region, c.service} }

// signingKey derives the key of one day, region and service.
func signingKey(secret string, c *claim) []byte {
	k := []byte("AWS4" + secret)
	for _, part := range []string{c.date, c.region, c.service, terminator} {
		k = sign(k, part)
	}
	return k
}
