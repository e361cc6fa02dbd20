package keyring

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"ecc/cloud"
)

const (
	// Master is the id of the key of SSE-S3.
	Master = "master"
	// DefaultAlias is the alias of the key that each account has unasked.
	DefaultAlias = "alias/aws/s3"
	// sharedAccount is in the ARN of keys that are no account's.
	sharedAccount = "000000000000"

	maxKeys     = 10_000
	maxVersions = 10_000
)

// Key is a key as people see it: everything but its secrets.
type Key struct {
	ID       string          `json:"id"`      // a UUID, or Master
	ARN      string          `json:"arn"`     // "" for the master key
	Account  cloud.AccountID `json:"account"` // whose it is; "" if all accounts may use it
	Aliases  []string        `json:"aliases"` // each "alias/…"
	Created  time.Time       `json:"created"`
	Rotated  time.Time       `json:"rotated"` // when the newest version was made
	Versions int             `json:"versions"`
	Disabled bool            `json:"disabled"`
}

// record is a key in the file.
type record struct {
	ID       string          `json:"id"`
	Account  cloud.AccountID `json:"account,omitempty"`
	Aliases  []string        `json:"aliases,omitempty"`
	Disabled bool            `json:"disabled,omitempty"`
	Versions []version       `json:"versions"` // the last one seals
}

type version struct {
	Created time.Time `json:"created"`
	Secret  []byte    `json:"secret"`
}

func (k record) clone() record {
	k.Aliases, k.Versions = slices.Clone(k.Aliases), slices.Clone(k.Versions)
	return k
}

func (r *Ring) newRecord(id string) (record, error) {
	v, err := r.newVersion()
	return record{ID: id, Versions: []version{v}}, err
}

func (r *Ring) newVersion() (version, error) {
	v := version{Created: r.cfg.Now().UTC().Truncate(time.Second), Secret: make([]byte, secretSize)}
	if _, err := io.ReadFull(r.cfg.Entropy, v.Secret); err != nil {
		return v, fmt.Errorf("make a key: %w", err)
	}
	return v, nil
}

func (r *Ring) show(k *record) Key {
	s := Key{
		ID: k.ID, Account: k.Account, Aliases: slices.Clone(k.Aliases), Disabled: k.Disabled, Versions: len(k.Versions),
		Created: k.Versions[0].Created, Rotated: k.Versions[len(k.Versions)-1].Created,
	}
	if k.ID != Master {
		s.ARN = r.arn(k.Account) + "key/" + k.ID
	}
	return s
}

// arn returns the ARN of an account's keys up to what names one.
func (r *Ring) arn(account cloud.AccountID) string {
	if account == "" {
		account = sharedAccount
	}
	return "arn:aws:kms:" + r.cfg.Region + ":" + string(account) + ":"
}

// find returns the key with an id, nil if there is none.
func (c *content) find(id string) *record {
	if id == Master {
		return &c.Master
	}
	for i := range c.Keys {
		if c.Keys[i].ID == id {
			return &c.Keys[i]
		}
	}
	return nil
}

func (c *content) usable(id string) (*record, error) {
	k := c.find(id)
	switch {
	case k == nil:
		return nil, fmt.Errorf("key %s: %w", id, ErrNotFound)
	case k.Disabled:
		return nil, fmt.Errorf("key %s: %w", id, ErrDisabled)
	}
	return k, nil
}

// Keys lists the keys: the master key first, then in the order they were made.
func (r *Ring) Keys() ([]Key, error) {
	c, err := r.current()
	if err != nil {
		return nil, err
	}
	list := []Key{r.show(&c.Master)}
	for i := range c.Keys {
		list = append(list, r.show(&c.Keys[i]))
	}
	return list, nil
}

// Key returns the key with an id, ErrNotFound if there is none.
func (r *Ring) Key(id string) (Key, error) {
	c, err := r.current()
	if c == nil {
		return Key{}, err
	}
	k := c.find(id)
	if k == nil {
		return Key{}, fmt.Errorf("key %s: %w", id, ErrNotFound)
	}
	return r.show(k), nil
}

// Find finds the key an account means by an id, an alias or the ARN of one of
// them: its own, or one that is shared. The keys of others are ErrNotFound.
func (r *Ring) Find(account cloud.AccountID, name string) (Key, error) {
	c, err := r.current()
	if err != nil {
		return Key{}, err
	}
	for _, owner := range []cloud.AccountID{account, ""} {
		short := strings.TrimPrefix(strings.TrimPrefix(name, r.arn(owner)), "key/")
		for i := range c.Keys {
			k := &c.Keys[i]
			if k.Account == owner && (k.ID == short || slices.Contains(k.Aliases, short)) {
				return r.show(k), nil
			}
		}
	}
	return Key{}, fmt.Errorf("key %s: %w", name, ErrNotFound)
}

var aliasForm = regexp.MustCompile(`^alias/[A-Za-z0-9/_-]{1,250}$`)

// Create makes a key of an account, or of all ("" for the account). An alias
// is "alias/…"; "" is none. One the account has, or that is shared with it, is
// ErrExists.
func (r *Ring) Create(account cloud.AccountID, alias string) (Key, error) {
	if alias != "" && (!aliasForm.MatchString(alias) || strings.HasPrefix(alias, "alias/aws/")) {
		return Key{}, fmt.Errorf("alias %q: write alias/ and letters, digits, '/', '_', '-'; names that begin with aws/ are kept for ecc itself", alias)
	}
	return r.create(account, alias)
}

func (r *Ring) create(account cloud.AccountID, alias string) (made Key, err error) {
	err = r.change(func(c *content) error {
		if alias != "" && c.taken(account, alias) {
			return fmt.Errorf("%s: %w", alias, ErrExists)
		}
		if len(c.Keys) >= maxKeys {
			return fmt.Errorf("there are %d keys, as many as there may be", maxKeys)
		}
		id, err := r.uuid()
		if err != nil {
			return err
		}
		k, err := r.newRecord(id)
		if err != nil {
			return err
		}
		k.Account = account
		if alias != "" {
			k.Aliases = []string{alias}
		}
		c.Keys = append(c.Keys, k)
		made = r.show(&k)
		return nil
	})
	return made, err
}

// Default returns the key an account has unasked, and makes it if need be.
func (r *Ring) Default(account cloud.AccountID) (Key, error) {
	k, err := r.Find(account, DefaultAlias)
	if !errors.Is(err, ErrNotFound) {
		return k, err
	}
	k, err = r.create(account, DefaultAlias)
	if errors.Is(err, ErrExists) { // another request was faster
		return r.Find(account, DefaultAlias)
	}
	return k, err
}

func (c *content) taken(account cloud.AccountID, alias string) bool {
	return slices.ContainsFunc(c.Keys, func(k record) bool { return k.Account == account && slices.Contains(k.Aliases, alias) })
}

// Rotate adds a version to a key, which seals from now on.
func (r *Ring) Rotate(id string) (Key, error) {
	return r.edit(id, func(k *record) error {
		if len(k.Versions) >= maxVersions {
			return fmt.Errorf("key %s has %d versions, as many as there may be", id, maxVersions)
		}
		v, err := r.newVersion()
		k.Versions = append(k.Versions, v)
		return err
	})
}

// SetDisabled makes a named key refuse to seal and to open, or serve again.
func (r *Ring) SetDisabled(id string, disabled bool) (Key, error) {
	if id == Master {
		return Key{}, errors.New("the master key cannot be disabled: without it no object of SSE-S3 can be read")
	}
	return r.edit(id, func(k *record) error { k.Disabled = disabled; return nil })
}

func (r *Ring) edit(id string, fn func(*record) error) (edited Key, err error) {
	err = r.change(func(c *content) error {
		k := c.find(id)
		if k == nil {
			return fmt.Errorf("key %s: %w", id, ErrNotFound)
		}
		if err := fn(k); err != nil {
			return err
		}
		edited = r.show(k)
		return nil
	})
	return edited, err
}
