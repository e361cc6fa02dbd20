package policy

import (
	"slices"
	"strings"
)

// bucketARN is what the ARN of every bucket, and of its objects, begins with.
const bucketARN = "arn:aws:s3:::"

// CheckBucket checks a resource's policy as S3 does before it becomes that of a
// bucket: its actions are S3's, its resources the bucket's or its objects',
// each action has a resource it can be done to, the condition keys are known
// and say something about the actions, and the principals exist, which the
// callback is asked of all but Everyone. Failures are *Malformed, or the
// callback's own.
func (p *Policy) CheckBucket(bucket string, exists func(Principal) (bool, error)) error {
	for i := range p.statements {
		s := &p.statements[i]
		if err := s.checkPrincipals(exists); err != nil {
			return err
		}
		if err := s.checkScopes(bucket); err != nil {
			return err
		}
		if err := s.checkKeys(); err != nil {
			return err
		}
	}
	return nil
}

func (s *statement) checkPrincipals(exists func(Principal) (bool, error)) error {
	for _, p := range s.principals {
		if p.Type == Everyone {
			continue
		}
		ok, err := exists(p)
		if err != nil {
			return err
		}
		if !ok {
			return errPrincipal
		}
	}
	return nil
}

// checkScopes checks that every action can be done to some resource.
func (s *statement) checkScopes(bucket string) error {
	reach := scope(0)
	for i := range s.resources {
		r := s.resources[i].scope(bucket)
		if r == 0 {
			return malformed("Policy has invalid resource")
		}
		reach |= r
	}
	for i := range s.actions {
		on := scopeOf(&s.actions[i])
		switch {
		case on == 0:
			return malformed("Policy has invalid action")
		case s.notActions || s.notResources: // they say what is not meant
		case on&reach == 0:
			return malformed("Action does not apply to any resource(s) in statement")
		}
	}
	return nil
}

// scope says what an action is done to, and what a resource may be.
type scope uint8

const (
	onBucket scope = 1 << iota
	onObject
	onService // no bucket's policy can allow it
)

// scopeOf returns all that the actions of a pattern are done to, 0 if there
// are none.
func scopeOf(action *glob) scope {
	out := scope(0)
	for a, on := range s3Actions {
		if action.match(a) {
			out |= on
		}
	}
	return out
}

// scope says what a resource of a bucket's policy may be: the bucket, its
// objects, or both; 0 if it is not about that bucket alone.
func (p *pattern) scope(bucket string) scope {
	rest, ok := strings.CutPrefix(p.beginning(), bucketARN+bucket)
	switch {
	case !ok:
		return 0
	case strings.HasPrefix(rest, "/"):
		return onObject
	case rest != "": // another bucket, whose name begins with this one's
		return 0
	case p.fixed():
		return onBucket
	case p.parts == nil && p.glob.match(bucketARN+bucket):
		return onBucket | onObject
	}
	return onObject
}

// beginning returns the text in front of the first wildcard or variable.
func (p *pattern) beginning() string {
	var symbols []symbol
	switch {
	case p.parts != nil:
		symbols = p.parts[0].symbols
	case p.glob.pieces[0].mask != nil:
		symbols = p.glob.pieces[0].mask.symbols
	default:
		return p.glob.pieces[0].text
	}
	var b strings.Builder
	for _, s := range symbols {
		if s.kind != literal {
			break
		}
		b.WriteRune(s.char)
	}
	return b.String()
}

// checkKeys checks that each condition key is known, and that some action of
// the statement has it.
func (s *statement) checkKeys() error {
	for _, c := range s.conditions {
		with, known := keyActions(c.key)
		switch {
		case !known:
			return malformed("Policy has an invalid condition key")
		case with == nil || s.notActions || slices.ContainsFunc(with, s.hasAction):
		default:
			return malformed("Conditions do not apply to combination of actions and resources in statement")
		}
	}
	return nil
}
