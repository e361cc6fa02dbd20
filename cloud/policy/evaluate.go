package policy

import "strings"

// Request is what is to be decided.
type Request struct {
	Caller   Caller
	Action   string // "s3:GetObject"
	Resource string // the ARN of what is touched
	Keys     Keys
}

// Evaluate decides a request by the policies. All of them are heard: one that
// denies counts more than any that allow.
func Evaluate(r *Request, policies ...*Policy) Decision {
	action := strings.ToLower(r.Action)
	out := None
	for _, p := range policies {
		if p == nil {
			continue
		}
		for i := range p.statements {
			s := &p.statements[i]
			if out >= Allow && s.allow {
				continue
			}
			if out = max(out, s.decide(r, action)); out == ExplicitDeny {
				return out
			}
		}
	}
	return out
}

// decide says what one statement has to say.
func (s *statement) decide(r *Request, action string) Decision {
	h := s.holds(&r.Caller)
	if h == stranger || !s.hasAction(action) || !s.hasResource(r.Resource, r.Keys) {
		return None
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(r.Keys, s.allow) {
			return None
		}
	}
	switch {
	case !s.allow:
		return ExplicitDeny
	case h == account:
		return Delegated
	}
	return Allow
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
