// Package access decides for the fronts of EC2 and IAM whether a caller may do
// what a request asks for: which permissions that takes on which resources (of
// IAM here, of EC2 in package clc), what is known of the request and of the
// resources, what the policies of package cloud/policy make of it, and how a
// refusal reads. STS decides in its own package: who may become a role is the
// role's to say.
//
// It changes nothing and keeps nothing but parsed policies. Package clc and its
// parts import it.
package access

import (
	"context"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/cloud/policy"
	"ecc/store"
)

// parsedPolicies is how many bytes of policies are kept parsed.
const parsedPolicies = 32 << 20

// Config is what the decisions depend on besides policies.
type Config struct {
	Region string
	Seal   func(a cloud.AccountID, text string) (string, error) // an explanation for the caller's account, for DecodeAuthorizationMessage; nil for none
}

// Guard decides.
type Guard struct {
	cfg   Config
	store *store.Store
	cache *policy.Cache
}

// New makes a guard.
func New(cfg Config, s *store.Store) *Guard {
	return &Guard{cfg: cfg, store: s, cache: policy.NewCache(parsedPolicies)}
}

// Need is one permission a request takes.
type Need struct {
	Action   string // "ec2:StartInstances"
	Resource Resource
	Keys     map[string][]string // condition keys of this action in this request, in lower case up to a slash
	Guard    *policy.Guard       // a policy of the resource itself; nil for none
	Granted  bool                // by something else than a policy: only a Deny is in the way
}

// Resource is what is known of what a permission is needed on. A resource of
// another account is as one that is not there: the caller's own by its ARN, of
// which nothing is known.
type Resource struct {
	ARN   string              // "" for an action that is not done to anything: policies name it "*"
	Tags  map[string]string   //
	Facts map[string][]string // its condition keys: "ec2:vpc", …
	Owner cloud.AccountID     // "" for the caller
}

// Free reports whether a caller needs no permission for anything.
func Free(c *cloud.Caller) bool {
	return c.Kind == cloud.PrincipalRoot && c.Rights == nil
}

// Decide returns nil if the caller has all that a request needs, or Denied with
// the sentence AWS has for it.
func (g *Guard) Decide(_ context.Context, c *awsquery.Call, needs []Need) error {
	rights, err := g.cache.Rights(c.Caller.Rights)
	if err != nil {
		return err
	}
	if err := g.decide(c, rights, needs, nil); err != nil {
		return err
	}
	if c.Access == awsquery.Write && rights.Asks(policy.QuotaKeys) {
		c.Again = func(values map[string]int64) error {
			if values == nil {
				values = map[string]int64{}
			}
			return g.decide(c, rights, needs, values)
		}
	}
	return nil
}

func (g *Guard) decide(c *awsquery.Call, rights *policy.Rights, needs []Need, quotas map[string]int64) error {
	for i := range needs {
		n := &needs[i]
		q := g.question(c, n, quotas)
		if quotas == nil {
			q.Later = policy.QuotaKeys
		}
		on := policy.Guard{Account: c.Caller.Account}
		if n.Guard != nil {
			on = *n.Guard
		}
		if o := rights.DecideOn(q, on); o.Allowed() || (n.Granted && o.Decision != policy.ExplicitDeny) {
			continue
		}
		return g.refuse(c, n, q, rights.Explain(q, on))
	}
	return nil
}

func (g *Guard) question(c *awsquery.Call, n *Need, quotas map[string]int64) *policy.Request {
	resource := n.Resource.ARN
	if resource == "" {
		resource = "*"
	}
	return &policy.Request{Caller: policy.CallerOf(&c.Caller, ""), Action: n.Action, Resource: resource,
		Keys: &keys{guard: g, call: c, need: n, quotas: quotas}}
}

// stamp writes a time as condition keys have it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
