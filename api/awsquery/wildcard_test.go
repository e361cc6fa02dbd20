package awsquery

import (
	"regexp"
	"strings"
	"testing"
)

func TestPattern(t *testing.T) {
	cases := []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"abc", "abc", true},
		{"abc", "abcd", false},
		{"*", "", true},
		{"*", "anything", true},
		{"a*", "abc", true},
		{"*c", "abc", true},
		{"a*c", "ac", true},
		{"a*a", "a", false}, // the ends may not share a character
		{"ab*ba", "aba", false},
		{"a**c", "abc", true},
		{"*b*", "abc", true},
		{"*ab*ab*", "ab", false},
		{"*ab*ab*", "abab", true},
		{"?", "", false},
		{"?", "é", true},
		{"??", "é", false},
		{"a?c", "abc", true},
		{"*?", "", false},
		{"*?", "x", true},
		{"*a?*?b", "xaabb", true},
		{"*a?b", "aaab", true},
		{"*?b", "äb", true},
		{`\*`, "*", true},
		{`\*`, "x", false},
		{`\?`, "?", true},
		{`\?`, "x", false},
		{`\\`, `\`, true},
		{`\`, `\`, true},
		{`a\b`, "ab", true},
		{"A", "a", false},
		{"a.c", "abc", false},
		{"*.example.com", "www.example.com", true},
	}
	for _, c := range cases {
		if got := newPattern(c.pattern).match(c.text); got != c.want {
			t.Errorf("%q on %q: %v", c.pattern, c.text, got)
		}
	}
}

// The classic that makes backtracking matchers take for ever.
func TestPatternIsLinear(t *testing.T) {
	text := strings.Repeat("a", 10_000)
	for _, p := range []string{
		strings.Repeat("a*", 5_000) + "b", strings.Repeat("*a", 5_000) + "*b", strings.Repeat("a*", 5_000) + "b*",
		strings.Repeat("*", 10_000) + "b",
	} {
		ok, steps := newPattern(p).steps(text)
		if ok || steps > 2*(len(text)+len(p)) {
			t.Errorf("%.10s…: %v after %d steps", p, ok, steps)
		}
	}
	p := strings.Repeat("*a?", 1_000) + "b"
	if ok, steps := newPattern(p).steps(text); ok || steps > 4*len(text) {
		t.Errorf("%.10s…: %v after %d steps", p, ok, steps)
	}
}

// Against the standard library's expressions.
func FuzzPattern(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add(`\*\?\\`, `*?\`)
	f.Add("*ab*ba", "aba")
	f.Fuzz(func(t *testing.T, p, s string) {
		if len(p) > 64 || len(s) > 256 || !validText(p) || !validText(s) {
			return
		}
		if got, want := newPattern(p).match(s), reference(t, p).MatchString(s); got != want {
			t.Errorf("%q on %q: %v, want %v", p, s, got, want)
		}
	})
}

func reference(t *testing.T, p string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("(?s)^")
	rs := []rune(p)
	for i := 0; i < len(rs); i++ {
		switch {
		case rs[i] == '\\' && i+1 < len(rs):
			i++
			b.WriteString(regexp.QuoteMeta(string(rs[i])))
		case rs[i] == '*':
			b.WriteString(".*")
		case rs[i] == '?':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(rs[i])))
		}
	}
	re, err := regexp.Compile(b.String() + "$")
	if err != nil {
		t.Fatal(err)
	}
	return re
}
