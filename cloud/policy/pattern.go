package policy

import "strings"

// pattern is a text of a policy: with wildcards or without, and with policy
// variables, whose values the request brings.
type pattern struct {
	glob   glob   // if there are no variables
	parts  []part // if there are
	prefix string // what is in front of the first variable or wildcard, if there are
}

// part is a run of symbols, or a variable.
type part struct {
	symbols  []symbol
	key      string  // of the variable, as the condition keys are named
	fallback *string // what it is without a value
}

// verdict is the outcome of a comparison.
type verdict uint8

const (
	differs    verdict = iota
	fits               // the text is the pattern's
	unresolved         // a variable has no value: it fits nothing, and proves nothing
)

// reading says how a text of a policy is to be read.
type reading struct {
	variables bool // of a policy of 2012-10-17
	literally bool // * and ? are themselves
}

// parse reads a text.
func (rd reading) parse(s string) (pattern, error) {
	parts, err := rd.parts(s)
	if err != nil {
		return pattern{}, err
	}
	for _, p := range parts {
		if p.key != "" {
			out := pattern{parts: parts}
			out.prefix = out.beginning()
			return out, nil
		}
	}
	var symbols []symbol
	for _, p := range parts {
		symbols = append(symbols, p.symbols...)
	}
	return pattern{glob: newGlob(symbols)}, nil
}

func (rd reading) parts(s string) ([]part, error) {
	var parts []part
	for rd.variables {
		before, after, ok := strings.Cut(s, "${")
		if !ok {
			break
		}
		name, rest, ok := strings.Cut(after, "}")
		if !ok {
			return nil, malformed("The policy variable %q is not closed.", "${"+after)
		}
		p, err := variable(name)
		if err != nil {
			return nil, err
		}
		parts, s = append(parts, part{symbols: rd.symbols(before)}, p), rest
	}
	return append(parts, part{symbols: rd.symbols(s)}), nil
}

func (rd reading) symbols(s string) []symbol {
	if rd.literally {
		return literally(s)
	}
	return wildcards(s)
}

func literally(s string) []symbol {
	out := make([]symbol, 0, len(s))
	for _, r := range s {
		out = append(out, symbol{char: r})
	}
	return out
}

// variable reads what is between ${ and }: a condition key, with a fallback in
// single quotes perhaps, or one of * ? $, which stands for itself.
func variable(s string) (part, error) {
	if s == "*" || s == "?" || s == "$" {
		return part{symbols: literally(s)}, nil
	}
	name, quoted, has := strings.Cut(s, ",")
	p := part{key: keyName(strings.TrimSpace(name))}
	if !strings.Contains(p.key, ":") {
		return p, malformed("%q is no policy variable.", "${"+s+"}")
	}
	if !has {
		return p, nil
	}
	quoted = strings.TrimSpace(quoted)
	if len(quoted) < 2 || quoted[0] != '\'' || quoted[len(quoted)-1] != '\'' {
		return p, malformed("The default value of %q must be in single quotes.", "${"+s+"}")
	}
	p.fallback = new(string)
	*p.fallback = quoted[1 : len(quoted)-1]
	return p, nil
}

// match compares s with the pattern as this request has it.
func (p *pattern) match(s string, keys Keys) verdict {
	if p.parts == nil {
		return verdictOf(p.glob.match(s))
	}
	if !strings.HasPrefix(s, p.prefix) {
		return p.cannotFit(keys)
	}
	g, ok := p.resolve(keys)
	if !ok {
		return unresolved
	}
	return verdictOf(g.match(s))
}

// cannotFit is the verdict of a pattern whose beginning is another: only whether
// its variables have values is still to be seen.
func (p *pattern) cannotFit(keys Keys) verdict {
	for i := range p.parts {
		if p.parts[i].key == "" {
			continue
		}
		if _, ok := p.parts[i].value(keys); !ok {
			return unresolved
		}
	}
	return differs
}

// resolve puts the variables' values in. Wildcards in them are themselves: they
// are the request's, not the author's.
func (p *pattern) resolve(keys Keys) (glob, bool) {
	if p.parts == nil {
		return p.glob, true
	}
	var symbols []symbol
	for _, part := range p.parts {
		symbols = append(symbols, part.symbols...)
		if part.key == "" {
			continue
		}
		value, ok := part.value(keys)
		if !ok {
			return glob{}, false
		}
		symbols = append(symbols, literally(value)...)
	}
	return newGlob(symbols), true
}

// value returns what a variable stands for. A key with several values is no
// variable.
func (p *part) value(keys Keys) (string, bool) {
	values, _ := keys.Values(p.key)
	switch {
	case len(values) == 1:
		return values[0], true
	case len(values) == 0 && p.fallback != nil:
		return *p.fallback, true
	}
	return "", false
}

// fixed reports whether the pattern is one text, whatever the request.
func (p *pattern) fixed() bool { return p.parts == nil && p.glob.fixed() }

func verdictOf(same bool) verdict {
	if same {
		return fits
	}
	return differs
}
