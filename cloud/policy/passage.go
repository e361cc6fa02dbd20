package policy

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// Position is a place in a text; lines and columns are counted from 1, columns
// in characters.
type Position struct{ Line, Column int }

// Passage is one statement of a policy, as it is written.
type Passage struct {
	Begin, End Position // of its first character, and behind its last
	Keys       []string // that it asks for, in conditions and as variables, as they are written
}

// Passages finds the statements in the text of a policy, in their order. The
// text is one that was parsed as a policy; of any other, failures are *Malformed.
func Passages(text string) ([]Passage, error) {
	d := json.NewDecoder(strings.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errJSON
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, errJSON
		}
		value, at, err := rawValue(d, 0)
		if err != nil {
			return nil, err
		}
		if name == "Statement" {
			return passages(text, value, at)
		}
	}
	return nil, absent("Statement")
}

// rawValue reads a value and where it begins, if the decoder's text begins at
// offset.
func rawValue(d *json.Decoder, offset int) (value json.RawMessage, at int, err error) {
	if err := d.Decode(&value); err != nil {
		return nil, 0, errJSON
	}
	return value, offset + int(d.InputOffset()) - len(value), nil
}

// passages finds the statements of the value of Statement: a list, or one.
func passages(text string, value json.RawMessage, at int) ([]Passage, error) {
	if len(value) == 0 || value[0] != '[' {
		p, err := passage(text, value, at)
		return []Passage{p}, err
	}
	d := json.NewDecoder(bytes.NewReader(value))
	if _, err := d.Token(); err != nil {
		return nil, errJSON
	}
	var out []Passage
	for d.More() {
		item, begin, err := rawValue(d, at)
		if err != nil {
			return nil, err
		}
		p, err := passage(text, item, begin)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func passage(text string, value json.RawMessage, at int) (Passage, error) {
	n, err := readDocument(value, len(value))
	return Passage{Begin: position(text, at), End: position(text, at+len(value)), Keys: n.keys()}, err
}

// position is where a byte of a text is.
func position(text string, at int) Position {
	before := text[:at]
	line := strings.LastIndexByte(before, '\n') + 1
	return Position{Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(before[line:]) + 1}
}

// keys lists what a statement asks for, without what it asks for again.
func (n node) keys() []string {
	var out []string
	add := func(key string) {
		if !slices.ContainsFunc(out, func(has string) bool { return keyName(has) == keyName(key) }) {
			out = append(out, key)
		}
	}
	for _, m := range n.members {
		switch m.name {
		case "Resource", "NotResource":
			m.value.variables(add)
		case "Condition":
			for _, op := range m.value.members {
				for _, line := range op.value.members {
					add(line.name)
					line.value.variables(add)
				}
			}
		}
	}
	return out
}

// variables finds the policy variables in a text or a list of them.
func (n node) variables(add func(string)) {
	for _, item := range n.items {
		item.variables(add)
	}
	for rest := n.text; n.kind == text; {
		_, after, ok := strings.Cut(rest, "${")
		if !ok {
			return
		}
		name, behind, _ := strings.Cut(after, "}")
		name, _, _ = strings.Cut(name, ",")
		if name = strings.TrimSpace(name); strings.Contains(name, ":") {
			add(name)
		}
		rest = behind
	}
}

// KeyName writes a condition key as Keys wants it: in lower case up to a slash.
func KeyName(key string) string { return keyName(key) }

// Concerns reports whether a statement, by its number from 0, is about an action.
func (p *Policy) Concerns(i int, action string) bool {
	return p.statements[i].hasAction(strings.ToLower(action))
}
