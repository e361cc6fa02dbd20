package policy

import (
	"container/list"
	"fmt"
	"sync"

	"ecc/cloud"
)

// Cache keeps parsed policies by their texts, those used last. It is safe for
// concurrent use.
type Cache struct {
	most int // bytes of text

	mu    sync.Mutex
	bytes int
	used  list.List // of *cached, the last used first
	has   map[cacheKey]*list.Element
}

type cacheKey struct {
	kind kind
	text string
}

type cached struct {
	key    cacheKey
	policy *Policy
}

// NewCache makes a cache of policies whose texts have so many bytes at most.
func NewCache(bytes int) *Cache {
	return &Cache{most: bytes, has: map[cacheKey]*list.Element{}}
}

// Rights compiles what is known of a caller's rights; nil has none. A policy
// that cannot be read is an error: it may have denied what others allow.
func (c *Cache) Rights(of *cloud.Rights) (*Rights, error) {
	if of == nil {
		return nil, nil
	}
	r := &Rights{narrowed: of.Narrowed}
	var err error
	if r.identity, err = c.all(of.Identity); err != nil {
		return nil, err
	}
	if r.session, err = c.all(of.Session); err != nil {
		return nil, err
	}
	if r.account, err = c.all(of.Account); err != nil {
		return nil, err
	}
	for _, n := range r.account {
		r.limited = r.limited || n.policy.allows()
	}
	if of.Boundary != nil {
		r.boundary, err = c.all([]cloud.Document{*of.Boundary})
	}
	return r, err
}

func (c *Cache) all(docs []cloud.Document) ([]named, error) {
	var out []named
	for _, d := range docs {
		if d.Text == "" { // it is gone, and its absence allows nothing
			out = append(out, named{d.Name, &Policy{}})
			continue
		}
		p, err := c.parsed(cacheKey{ofIdentity, d.Text})
		if err != nil {
			return nil, fmt.Errorf("read the policy %s: %w", d.Name, err)
		}
		out = append(out, named{d.Name, p})
	}
	return out, nil
}

// Trust parses the policy that says who may assume a role.
func (c *Cache) Trust(text string) (*Policy, error) { return c.parsed(cacheKey{ofRole, text}) }

// parsed parses a text unless it is there. Texts were checked when they were
// written: what was allowed then still is.
func (c *Cache) parsed(k cacheKey) (*Policy, error) {
	if p := c.find(k); p != nil {
		return p, nil
	}
	p, err := parseIAM(parser{kind: k.kind}, []byte(k.text), maxIAMDocument)
	if err != nil {
		return nil, err
	}
	c.keep(k, p)
	return p, nil
}

func (c *Cache) find(k cacheKey) *Policy {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.has[k]
	if e == nil {
		return nil
	}
	c.used.MoveToFront(e)
	return e.Value.(*cached).policy
}

func (c *Cache) keep(k cacheKey, p *Policy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.has[k] != nil || len(k.text) > c.most {
		return
	}
	c.has[k] = c.used.PushFront(&cached{k, p})
	for c.bytes += len(k.text); c.bytes > c.most; {
		e := c.used.Back()
		old := c.used.Remove(e).(*cached)
		delete(c.has, old.key)
		c.bytes -= len(old.key.text)
	}
}

// allows reports whether a policy has a statement that allows something.
func (p *Policy) allows() bool {
	for i := range p.statements {
		if p.statements[i].allow {
			return true
		}
	}
	return false
}
