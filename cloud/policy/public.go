package policy

import "strings"

// IsPublic reports whether a bucket's policy is public as S3 means it: some
// statement lets a caller who is not fixed do something to the data. Callers
// are fixed by name, or by a condition on one of the keys that bind a request
// to an owner or a network, with values that hold no wildcard and no variable.
// What a Deny takes back does not count.
func (p *Policy) IsPublic() bool {
	for i := range p.statements {
		if p.statements[i].public() {
			return true
		}
	}
	return false
}

// Asks reports whether a condition asks for a key, or for one that begins so.
func (p *Policy) Asks(key string) bool {
	for i := range p.statements {
		for _, c := range p.statements[i].conditions {
			if strings.HasPrefix(c.key, key) {
				return true
			}
		}
	}
	return false
}

func (s *statement) public() bool {
	if !s.allow || !s.exposes() || s.names() {
		return false
	}
	for i := range s.conditions {
		if s.conditions[i].binds() {
			return false
		}
	}
	return true
}

// names reports whether all the statement's principals are fixed.
func (s *statement) names() bool {
	for _, p := range s.principals {
		if p.Type == Everyone {
			return false
		}
	}
	return !s.notPrincipals
}

// exposing are the beginnings of actions that let data out, or in.
var exposing = []string{"s3:get", "s3:list", "s3:abortmultipartupload", "s3:delete", "s3:put", "s3:restoreobject"}

// exposes reports whether the statement is about an action that exposes data.
func (s *statement) exposes() bool {
	for action := range s3Actions {
		for _, prefix := range exposing {
			if strings.HasPrefix(action, prefix) && s.hasAction(action) {
				return true
			}
		}
	}
	return false
}

// binding are the keys whose fixed values fix who calls.
var binding = map[string]bool{
	"aws:sourceip": true, "aws:sourcearn": true, "aws:sourcevpc": true, "aws:sourcevpce": true,
	"aws:sourceowner": true, "aws:sourceaccount": true, "aws:userid": true,
	"aws:principalorgid": true, "aws:principalaccount": true, "aws:principalarn": true,
	"s3:dataaccesspointarn": true, "s3:dataaccesspointaccount": true,
	"s3:x-amz-server-side-encryption-aws-kms-key-id": true,
}

// binds reports whether a condition, of those that must all hold, lets none
// but fixed callers through. A request without the key must not get through.
func (c *condition) binds() bool {
	if !binding[c.key] || c.operator.negated || c.operator == nullOperator || c.ifExists || c.quantifier == everyOne {
		return false
	}
	for _, m := range c.values {
		if !fixedValue(m) {
			return false
		}
	}
	return true
}

// Networks wider than these hold half the world.
const (
	widest4 = 8
	widest6 = 32
)

func fixedValue(m matcher) bool {
	switch m := m.(type) {
	case *pattern:
		return m.fixed()
	case *foldedText:
		return m.fixed()
	case *arn:
		for i := range m {
			if !m[i].fixed() {
				return false
			}
		}
		return true
	case network:
		if m.Addr().Is4() {
			return m.Bits() >= widest4
		}
		return m.Bits() >= widest6
	}
	return false
}
