package policy

import "strings"

// Request is what is to be decided.
type Request struct {
	Caller   Caller
	Action   string // "s3:GetObject"
	Resource string // the ARN of what is touched
	Keys     Keys

	// Later is what the condition keys begin with, "ecc:" say, whose values are
	// not known yet. Who sets it decides again once they are: until then an Allow
	// that asks for one applies, and a Deny does not.
	Later string
}

// Evaluate decides a request by the policies. All of them are heard: one that
// denies counts more than any that allow.
func Evaluate(r *Request, policies ...*Policy) Decision {
	action := strings.ToLower(r.Action)
	var v vote
	for _, p := range policies {
		if p != nil {
			v.hear(r, action, p, nil)
		}
	}
	return v.decision
}

// vote is what the statements that were heard have to say together.
type vote struct {
	decision Decision
	byName   bool // some statement allows the caller by its own ARN
}

// hear adds a policy's statements; found is told of those that apply, nil if
// nobody asks.
func (v *vote) hear(r *Request, action string, p *Policy, found func(i int, allow bool)) {
	for i := range p.statements {
		s := &p.statements[i]
		if found == nil && (v.decision == ExplicitDeny || (s.allow && v.decision == Allow && (v.byName || s.principals == nil))) {
			continue
		}
		d, h := s.decide(r, action)
		v.decision = max(v.decision, d)
		v.byName = v.byName || (d == Allow && h == byName)
		if found != nil && d != None {
			found(i, s.allow)
		}
	}
}

// decide says what one statement has to say, and how far it means the caller.
func (s *statement) decide(r *Request, action string) (Decision, hold) {
	if !s.hasAction(action) {
		return None, stranger
	}
	h := s.holds(&r.Caller)
	if h == stranger || !s.hasResource(r.Resource, r.Keys) || !s.conditionsHold(r) {
		return None, stranger
	}
	switch {
	case !s.allow:
		return ExplicitDeny, h
	case h == account:
		return Delegated, h
	}
	return Allow, h
}

func (s *statement) conditionsHold(r *Request) bool {
	for i := range s.conditions {
		c := &s.conditions[i]
		switch {
		case r.Later != "" && strings.HasPrefix(c.key, r.Later):
			if !s.allow {
				return false
			}
		case !c.holds(r.Keys, s.allow):
			return false
		}
	}
	return true
}

func (s *statement) hasAction(action string) bool {
	for i := range s.actions {
		if s.actions[i].match(action) {
			return !s.notActions
		}
	}
	return s.notActions
}

func (s *statement) hasResource(resource string, keys Keys) bool {
	if s.resources == nil {
		return true // a role's: it is about that role
	}
	unclear := false
	for i := range s.resources {
		switch s.resources[i].match(resource, keys) {
		case fits:
			return !s.notResources
		case unresolved:
			unclear = true
		case differs:
		}
	}
	if unclear && s.allow {
		return false // "all but ${…}", and nobody knows what that is
	}
	return s.notResources
}
