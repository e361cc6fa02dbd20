package policy

import (
	"strings"

	"ecc/cloud"
)

// Rights are the policies of one caller, compiled. They do not change and are
// safe for concurrent use. The nil Rights have no policies.
type Rights struct {
	identity []named
	boundary []named // one or none
	session  []named
	account  []named
	narrowed bool // the session has policies of its own, though there may be none
	limited  bool // some policy of the account allows something: then one must
}

// named is a policy and what it is called.
type named struct {
	name   string
	policy *Policy
}

// Guard is what stands before a resource, besides the caller's own policies.
type Guard struct {
	Policy   *Policy         // of the resource; nil for none
	Account  cloud.AccountID // that owns the resource
	Required bool            // nobody may without the resource's policy, not even its own account: roles
}

// Plain reports whether the rights say nothing that could stop an account's
// root.
func (r *Rights) Plain() bool { return r == nil || (len(r.account) == 0 && !r.narrowed) }

// Asks reports whether a condition of any of the policies asks for a key that
// begins so.
func (r *Rights) Asks(prefix string) bool {
	if r == nil {
		return false
	}
	for _, list := range [][]named{r.identity, r.boundary, r.session, r.account} {
		for _, n := range list {
			if n.policy.Asks(prefix) {
				return true
			}
		}
	}
	return false
}

// Decide decides a request by the caller's own policies: what the identity's
// allow, and the boundary, the session and the account allow, too, where they
// have policies. A Deny in any ends it. To an account's root its identity
// allows everything.
func (r *Rights) Decide(q *Request) Outcome {
	return r.decide(q, Guard{Account: cloud.AccountID(q.Caller.Account)}, false)
}

// DecideOn decides a request to a resource that has a policy. In the account
// that owns it, either the caller's policies or the resource's allow; from
// another one, both must. What a resource's policy allows, a boundary and a
// session still limit, unless it names the user, or the session, itself.
func (r *Rights) DecideOn(q *Request, g Guard) Outcome { return r.decide(q, g, false) }

// Explain is DecideOn that also tells all statements that apply.
func (r *Rights) Explain(q *Request, g Guard) Outcome { return r.decide(q, g, true) }

func (r *Rights) decide(q *Request, g Guard, explain bool) Outcome {
	if r == nil {
		r = &Rights{}
	}
	h := hearing{q: q, action: strings.ToLower(q.Action), explain: explain}
	account := h.ask(ByAccount, r.account)
	var on vote
	if g.Policy != nil {
		on = h.ask(ByResource, []named{{policy: g.Policy}})
	}
	own := h.ask(ByIdentity, r.identity)
	boundary := h.ask(ByBoundary, r.boundary)
	session := h.ask(BySession, r.session)
	switch {
	case h.denied != 0:
		return h.outcome(ExplicitDeny, h.denied)
	case r.limited && account.decision != Allow:
		return h.outcome(None, ByAccount)
	case q.Caller.root():
		own.decision = Allow
	}
	inner := limits{boundary: r.boundary == nil || boundary.decision == Allow, session: !r.narrowed || session.decision == Allow}
	return h.combine(g, own, on, inner)
}

// limits says which of them let the request through.
type limits struct{ boundary, session bool }

func (l limits) refuser() Source {
	if !l.boundary {
		return ByBoundary
	}
	return BySession
}

// combine puts together what the caller's policies and the resource's allow.
func (h *hearing) combine(g Guard, own, on vote, l limits) Outcome {
	open := l.boundary && l.session
	mine := own.decision == Allow && open
	c := &h.q.Caller
	same := c.Account != "" && c.Account == string(g.Account)
	switch {
	case c.Account == "" && on.decision == Allow: // nobody, a service, or whom a provider sent: they have no policies
		return h.outcome(Allow, ByResource)
	case same && on.decision == Allow && (on.byName || open):
		return h.outcome(Allow, ByResource)
	case mine && ((same && !g.Required) || on.decision >= Delegated):
		return h.outcome(Allow, ByIdentity)
	case mine || c.Account == "":
		return h.outcome(None, ByResource)
	case own.decision != Allow:
		return h.outcome(None, ByIdentity)
	}
	return h.outcome(None, l.refuser())
}
