package policy

import "strings"

// Keys tells what is known of a request.
type Keys interface {
	// Values returns the values of a condition key. The key is in lower case
	// up to its first slash, and as the policy has it behind that
	// ("s3:existingobjecttag/Project"). No values mean that this request has
	// none; known is false if no request ever has, because whoever answers
	// does not know the key.
	Values(key string) (values []string, known bool)
}

// keyName writes a condition key as Keys wants it.
func keyName(s string) string {
	name, tag, has := strings.Cut(s, "/")
	if !has {
		return strings.ToLower(s)
	}
	return strings.ToLower(name) + "/" + tag
}

// condition is one line of a Condition element: an operator, a key, and values
// of which one must fit.
type condition struct {
	key        string
	operator   *operator
	quantifier quantifier
	ifExists   bool
	values     []matcher
}

// quantifier says how many of the request's values must fit.
type quantifier uint8

const (
	anyOf    quantifier = iota // one of the values; none, if the operator is negated
	someOne                    // ForAnyValue: at least one
	everyOne                   // ForAllValues: each, of which there may be none
)

// condition reads a Condition element. Every line of it must hold.
func (p parser) condition(s *statement, n node) error {
	if n.kind != object {
		return errSyntax
	}
	for _, op := range n.members {
		c, err := newCondition(op.name)
		if err != nil {
			return err
		}
		if op.value.kind != object || len(op.value.members) == 0 {
			return errSyntax
		}
		seen := map[string]bool{}
		for _, line := range op.value.members {
			c.key = keyName(line.name)
			if !strings.Contains(c.key, ":") || seen[c.key] {
				return malformed("Policy has an invalid condition key")
			}
			seen[c.key] = true
			if c.values, err = p.values(c.operator, line.value); err != nil {
				return err
			}
			s.conditions = append(s.conditions, c)
		}
	}
	return nil
}

// newCondition reads the name of an operator, with what is before and behind it.
func newCondition(name string) (condition, error) {
	var c condition
	bare := name
	if rest, ok := cutPrefixFold(bare, "ForAnyValue:"); ok {
		c.quantifier, bare = someOne, rest
	} else if rest, ok := cutPrefixFold(bare, "ForAllValues:"); ok {
		c.quantifier, bare = everyOne, rest
	}
	bare = strings.ToLower(bare)
	bare, c.ifExists = strings.CutSuffix(bare, "ifexists")
	c.operator = operators[bare]
	if c.operator == nil || (c.operator == nullOperator && (c.ifExists || c.quantifier != anyOf)) {
		return c, malformed("Invalid Condition type : %s", name)
	}
	return c, nil
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// values reads the values of a line. Numbers and booleans may be written
// without quotes.
func (p parser) values(op *operator, n node) ([]matcher, error) {
	list := n.items
	if n.kind != array {
		list = []node{n}
	}
	var out []matcher
	for _, item := range list {
		if item.kind != text && item.kind != scalar {
			return nil, errSyntax
		}
		m, err := op.read(item.text, p.reading)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	if len(out) == 0 {
		return nil, errSyntax
	}
	return out, nil
}

// holds reports whether the condition holds. Where that cannot be told, it
// does for a Deny and does not for an Allow.
func (c *condition) holds(keys Keys, allow bool) bool {
	values, known := keys.Values(c.key)
	switch {
	case len(values) == 0 && !known && !c.ifExists:
		return !allow
	case c.operator == nullOperator:
		return c.fits(map[bool]string{true: "true", false: "false"}[len(values) == 0], keys) == fits
	case len(values) == 0:
		return c.ifExists || c.quantifier == everyOne || (c.quantifier == anyOf && c.operator.negated)
	}
	return c.quantify(values, keys, allow)
}

func (c *condition) quantify(values []string, keys Keys, allow bool) bool {
	some, every, unclear := false, true, false
	for _, value := range values {
		v := c.fits(value, keys)
		unclear = unclear || v == unresolved
		some = some || v == fits
		every = every && v == fits
	}
	if !c.operator.negated {
		if c.quantifier == everyOne {
			return every
		}
		return some
	}
	if unclear && allow {
		return false // "is not ${…}", and nobody knows what that is
	}
	if c.quantifier == someOne {
		return !every
	}
	return !some
}

// fits compares one value of the request with those of the policy.
func (c *condition) fits(value string, keys Keys) verdict {
	out := differs
	for _, m := range c.values {
		switch m.match(value, keys) {
		case fits:
			return fits
		case unresolved:
			out = unresolved
		case differs:
		}
	}
	return out
}
