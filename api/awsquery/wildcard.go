package awsquery

import "strings"

// pattern is a filter's value: * stands for any text, ? for any one
// character, a backslash takes the next character as itself.
//
// It is matched without backtracking: the pieces between the stars are looked
// for from left to right, each once and only behind the one before it, the
// first and the last at the ends. The leftmost place of a piece is always a
// right one, as it leaves most text to the others.
type pattern struct {
	pieces []piece // between the stars; one piece: no star at all
}

// piece is text without stars. Where single is set, any character fits.
type piece struct {
	runes  []rune
	single []bool
	text   string // the piece when it has no ?, to be found by strings.Index
	plain  bool
}

func newPattern(s string) pattern {
	var p pattern
	var cur piece
	escaped := false
	for _, r := range s {
		switch {
		case !escaped && r == '\\':
			escaped = true
			continue
		case !escaped && r == '*':
			p.pieces = append(p.pieces, cur.done())
			cur = piece{}
		default:
			cur.runes = append(cur.runes, r)
			cur.single = append(cur.single, !escaped && r == '?')
		}
		escaped = false
	}
	if escaped { // a backslash at the end is itself
		cur.runes, cur.single = append(cur.runes, '\\'), append(cur.single, false)
	}
	p.pieces = append(p.pieces, cur.done())
	return p
}

func (pc piece) done() piece {
	pc.plain = true
	for _, s := range pc.single {
		pc.plain = pc.plain && !s
	}
	pc.text = string(pc.runes)
	return pc
}

// match reports whether the whole of s fits.
func (p pattern) match(s string) bool {
	ok, _ := p.steps(s)
	return ok
}

// steps also counts the characters compared. For n characters of text that is
// at most n plus, for each piece with a ?, the characters it passes times its
// length.
func (p pattern) steps(s string) (bool, int) {
	first, last := p.pieces[0], p.pieces[len(p.pieces)-1]
	if len(p.pieces) == 1 {
		rest, ok := first.cutPrefix(s)
		return ok && rest == "", len(s)
	}
	rest, ok := first.cutPrefix(s)
	if !ok {
		return false, len(s)
	}
	n := len(s) - len(rest)
	for _, pc := range p.pieces[1 : len(p.pieces)-1] {
		var cost int
		if rest, cost, ok = pc.cutFirst(rest); !ok {
			return false, n + cost
		}
		n += cost
	}
	return last.isSuffix(rest), n + len(last.runes)
}

// cutPrefix takes the piece off the beginning of s.
func (pc piece) cutPrefix(s string) (rest string, ok bool) {
	if pc.plain {
		return strings.CutPrefix(s, pc.text)
	}
	at := 0
	for i, r := range s {
		if at == len(pc.runes) {
			return s[i:], true
		}
		if !pc.single[at] && pc.runes[at] != r {
			return "", false
		}
		at++
	}
	return "", at == len(pc.runes)
}

// cutFirst takes s up to and with the first place of the piece off.
func (pc piece) cutFirst(s string) (rest string, steps int, ok bool) {
	if pc.plain {
		_, rest, ok = strings.Cut(s, pc.text)
		return rest, len(s) - len(rest), ok
	}
	for i := range s {
		steps += len(pc.runes)
		if rest, ok := pc.cutPrefix(s[i:]); ok {
			return rest, steps, true
		}
	}
	return "", steps, false
}

// isSuffix reports whether s ends with the piece.
func (pc piece) isSuffix(s string) bool {
	if pc.plain {
		return strings.HasSuffix(s, pc.text)
	}
	rs := []rune(s)
	if len(rs) < len(pc.runes) {
		return false
	}
	rest, ok := pc.cutPrefix(string(rs[len(rs)-len(pc.runes):]))
	return ok && rest == ""
}
