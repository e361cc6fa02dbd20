package policy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestGlobAgainstNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?]{0,12}`).Draw(t, "pattern")
		s := rapid.StringMatching(`[ab]{0,16}`).Draw(t, "text")
		g := newGlob(wildcards(pattern))
		if got, want := g.match(s), naiveLike(pattern, s); got != want {
			t.Fatalf("%q and %q: %v, want %v", pattern, s, got, want)
		}
	})
}

// TestLongPieces: pieces with ? of more than one machine word, at every place.
func TestLongPieces(t *testing.T) {
	for _, n := range []int{1, 63, 64, 65, 127, 128, 129, 200} {
		piece := strings.Repeat("x", n-1) + "?"
		for _, pad := range []int{0, 1, 63, 64, 65} {
			s := strings.Repeat("y", pad) + strings.Repeat("x", n-1) + "ü" + strings.Repeat("z", pad)
			for pattern, want := range map[string]bool{
				"*" + piece + "*": true, piece + "*": pad == 0 || n == 1, "*" + piece: pad == 0 || n == 1, piece: pad == 0 || (n == 1 && pad == 0),
				"*" + piece + "q*": false,
			} {
				g := newGlob(wildcards(pattern))
				if got := g.match(s); got != want {
					t.Errorf("piece of %d behind %d, %.3q…: %v, want %v", n, pad, pattern, got, want)
				}
			}
		}
	}
}

// hostile are patterns of the greatest size that nearly fit a text of 10 KB,
// which brings backtracking matchers to their knees: they would not end.
var hostile = map[string]string{
	"stars":     strings.Repeat("a*", 9<<10) + "b",
	"questions": "*" + strings.Repeat("a?", 4<<10) + "b*",
	"both":      strings.Repeat("a?*", 5<<10) + "b",
}

// TestCharacters: ? is a character, of however many bytes.
func TestCharacters(t *testing.T) {
	for _, tc := range []struct {
		pattern, text string
		want          bool
	}{
		{"*ü?ß*", "aüüßb", true}, {"*ü?ß*", "aüßb", false}, {"*ü?ß", "üüß", true}, {"ü?ß*", "üaßü", true}, {"*?ü", "ü", false},
		{"*a?*", "bé", false}, {"*a?*", "aé", true}, {"*a?é*", "aaéaéé", true}, {"?", "", false}, {"?*?", "€", false}, {"?*?", "€€", true},
	} {
		g := newGlob(wildcards(tc.pattern))
		if got := g.match(tc.text); got != tc.want {
			t.Errorf("%q and %q: %v", tc.pattern, tc.text, got)
		}
	}
}

func TestHostile(t *testing.T) {
	text := strings.Repeat("a", 10<<10)
	for name, pattern := range hostile {
		nearly, fully := newGlob(wildcards(pattern)), newGlob(wildcards(strings.ReplaceAll(pattern, "b", "")))
		if nearly.match(text) || !fully.match(text) {
			t.Errorf("%s: nearly %v, fully %v", name, nearly.match(text), fully.match(text))
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	text := strings.Repeat("a", 10<<10)
	for name, pattern := range hostile {
		g := newGlob(wildcards(pattern))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if g.match(text) {
					b.Fatal("fits")
				}
			}
		})
	}
}
