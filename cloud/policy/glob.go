package policy

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// glob is a text with wildcards: * stands for any text, ? for any one
// character.
//
// It is matched without backtracking: the pieces between the stars are looked
// for from left to right, each once and only behind the one before it, the
// first and the last at the ends. The leftmost place of a piece is always a
// right one, as it leaves most text to the others.
type glob struct {
	pieces []piece // between the stars; one piece: no star at all
}

// piece is text without stars.
type piece struct {
	text string  // if it has no ?
	mask *masked // if it has
}

// symbol is a character of a glob: itself, or a wildcard.
type symbol struct {
	char rune
	kind symbolKind
}

type symbolKind uint8

const (
	literal symbolKind = iota
	single             // ?
	star
)

// wildcards reads a text in which every * and ? is a wildcard.
func wildcards(s string) []symbol {
	out := make([]symbol, 0, len(s))
	for _, r := range s {
		switch r {
		case '*':
			out = append(out, symbol{kind: star})
		case '?':
			out = append(out, symbol{kind: single})
		default:
			out = append(out, symbol{char: r})
		}
	}
	return out
}

func newGlob(symbols []symbol) glob {
	var g glob
	begin := 0
	for i, s := range symbols {
		if s.kind == star {
			g.pieces = append(g.pieces, newPiece(symbols[begin:i]))
			begin = i + 1
		}
	}
	g.pieces = append(g.pieces, newPiece(symbols[begin:]))
	return g
}

func newPiece(symbols []symbol) piece {
	var b strings.Builder
	for _, s := range symbols {
		if s.kind == single {
			return piece{mask: newMasked(symbols)}
		}
		b.WriteRune(s.char)
	}
	return piece{text: b.String()}
}

// match reports whether the whole of s fits.
func (g *glob) match(s string) bool {
	rest, ok := g.pieces[0].cutPrefix(s)
	last := len(g.pieces) - 1
	if !ok || last == 0 {
		return ok && rest == ""
	}
	for i := 1; i < last; i++ {
		if rest, ok = g.pieces[i].cutFirst(rest); !ok {
			return false
		}
	}
	return g.pieces[last].isSuffix(rest)
}

// fixed reports whether the glob has no wildcard.
func (g *glob) fixed() bool { return len(g.pieces) == 1 && g.pieces[0].mask == nil }

func (p *piece) cutPrefix(s string) (rest string, ok bool) {
	if p.mask != nil {
		return p.mask.cutPrefix(s)
	}
	return strings.CutPrefix(s, p.text)
}

// cutFirst takes s up to and with the first place of the piece off.
func (p *piece) cutFirst(s string) (rest string, ok bool) {
	if p.mask != nil {
		return p.mask.cutFirst(s)
	}
	_, rest, ok = strings.Cut(s, p.text)
	return rest, ok
}

func (p *piece) isSuffix(s string) bool {
	if p.mask == nil {
		return strings.HasSuffix(s, p.text)
	}
	at := len(s)
	for range p.mask.length {
		_, n := utf8.DecodeLastRuneInString(s[:at])
		if n == 0 {
			return false
		}
		at -= n
	}
	rest, ok := p.mask.cutPrefix(s[at:])
	return ok && rest == ""
}

// masked is a piece with ?. Its places are found by carrying one bit for each
// beginning of the piece that fits so far ("shift-and"), so that 64 of them
// cost as much as one.
type masked struct {
	symbols []symbol
	length  int
	masks   [][]uint64        // the positions a character fits: first one that the piece has not
	ascii   [128]uint8        // which of masks is whose
	beyond  map[rune][]uint64 // those of other characters that the piece has
}

func newMasked(symbols []symbol) *masked {
	m := &masked{symbols: symbols, length: len(symbols)}
	anyone := make([]uint64, (len(symbols)+63)/64) // the positions of ?
	for i, s := range symbols {
		if s.kind == single {
			anyone[i/64] |= 1 << (i % 64)
		}
	}
	m.masks = [][]uint64{anyone}
	for i, s := range symbols {
		if s.kind == literal {
			m.mask(s.char)[i/64] |= 1 << (i % 64)
		}
	}
	return m
}

// mask returns the mask of a character of the piece, to be filled.
func (m *masked) mask(r rune) []uint64 {
	if r >= 128 {
		if m.beyond[r] == nil {
			if m.beyond == nil {
				m.beyond = map[rune][]uint64{}
			}
			m.beyond[r] = slices.Clone(m.masks[0])
		}
		return m.beyond[r]
	}
	if m.ascii[r] == 0 {
		m.ascii[r] = uint8(len(m.masks))
		m.masks = append(m.masks, slices.Clone(m.masks[0]))
	}
	return m.masks[m.ascii[r]]
}

// fits returns the positions a character fits.
func (m *masked) fits(r rune) []uint64 {
	if r < 128 {
		return m.masks[m.ascii[r]]
	}
	if fits := m.beyond[r]; fits != nil {
		return fits
	}
	return m.masks[0]
}

func (m *masked) cutPrefix(s string) (rest string, ok bool) {
	at := 0
	for i, r := range s {
		if at == m.length {
			return s[i:], true
		}
		if m.symbols[at].kind == literal && m.symbols[at].char != r {
			return "", false
		}
		at++
	}
	return "", at == m.length
}

func (m *masked) cutFirst(s string) (rest string, ok bool) {
	if m.length <= 64 {
		return m.cutShort(s)
	}
	begun := make([]uint64, len(m.masks[0]))
	final := uint64(1) << ((m.length - 1) % 64)
	for i, r := range s {
		carry := uint64(1)
		for w, fits := range m.fits(r) {
			next := begun[w] >> 63
			begun[w] = (begun[w]<<1 | carry) & fits
			carry = next
		}
		if begun[len(begun)-1]&final != 0 {
			return behind(s, i), true
		}
	}
	return "", false
}

// cutShort is cutFirst for a piece that one word has room for.
func (m *masked) cutShort(s string) (rest string, ok bool) {
	begun, final := uint64(0), uint64(1)<<(m.length-1)
	for i, r := range s {
		begun = (begun<<1 | 1) & m.fits(r)[0]
		if begun&final != 0 {
			return behind(s, i), true
		}
	}
	return "", false
}

// behind returns what is behind the character at i.
func behind(s string, i int) string {
	_, n := utf8.DecodeRuneInString(s[i:])
	return s[i+n:]
}
