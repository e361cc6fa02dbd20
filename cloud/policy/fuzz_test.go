package policy

import (
	"errors"
	"strings"
	"testing"
)

// FuzzPolicy: no document brings the parser or the evaluator down, and none
// that is taken decides differently when read again.
func FuzzPolicy(f *testing.F) {
	f.Add(statementOf(`"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:userid}*"`), "arn:aws:s3:::b/k")
	f.Add(statementOf(`"Effect": "Deny", "NotPrincipal": {"AWS": ["`+blueRoot+`"]}, "NotAction": "s3:Get?bject", "NotResource": "*",
		"Condition": {"ForAllValues:StringLikeIfExists": {"aws:referer": ["${s3:prefix, 'x'}", "?*"]}, "Null": {"aws:userid": true}}`), "arn:aws:s3:::b")
	f.Add(`{"Statement": [{"Effect": "Allow", "Principal": {"CanonicalUser": "x"}}]}`, "")
	f.Fuzz(func(t *testing.T, doc, resource string) {
		p, err := ParseResource([]byte(doc))
		if err != nil {
			var m *Malformed
			if !errors.As(err, &m) {
				t.Fatalf("%v is not for the author", err)
			}
			return
		}
		again := mustParse(t, doc)
		_ = p.CheckBucket("b", func(Principal) (bool, error) { return true, nil })
		keys := facts{"aws:userid": {resource}, "aws:referer": {resource, ""}}
		for _, c := range []Caller{anonymous, blue, ann} {
			r := &Request{Caller: c, Action: "s3:GetObject", Resource: resource, Keys: keys}
			d := Evaluate(r, p)
			if d != Evaluate(r, again) {
				t.Fatal("decided twice, differently")
			}
			if c.Anonymous && d == Allow && !p.IsPublic() && p.CheckBucket("b", nil) == nil && !strings.Contains(strings.ToLower(doc), "\"condition\"") {
				t.Fatal("a policy that is not public lets everyone in")
			}
		}
	})
}

// FuzzGlob compares the matcher with one that cannot be wrong, on short texts.
func FuzzGlob(f *testing.F) {
	f.Add("a*a*b", "aaaa")
	f.Add("*??*", "ab")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 12 || len(s) > 16 || !ascii(pattern) || !ascii(s) {
			return
		}
		g := newGlob(wildcards(pattern))
		if got, want := g.match(s), naiveLike(pattern, s); got != want {
			t.Fatalf("%q and %q: %v, want %v", pattern, s, got, want)
		}
	})
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

// FuzzARN compares ARNs part by part with a matcher that cannot be wrong.
func FuzzARN(f *testing.F) {
	f.Add("arn:aws:ec2:*:111111111111:instance/i-?", "arn:aws:ec2:r:111111111111:instance/i-1")
	f.Add("arn:*:*:*:*:a:b", "arn:aws:s3:::a:b")
	f.Add("*", "arn:::::")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 40 || len(s) > 40 || !ascii(pattern) || !ascii(s) {
			return
		}
		m, err := readARN(pattern, reading{})
		if err != nil {
			return
		}
		want := differs
		p, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(s, ":", 6)
		if pattern == "*" {
			p = []string{"*", "*", "*", "*", "*", "*"}
		}
		if strings.Contains(pattern, "${") {
			return // colons in variables do not divide
		}
		if len(parts) == 6 {
			want = fits
			for i := range p {
				if !naiveLike(p[i], parts[i]) {
					want = differs
				}
			}
		}
		if got := m.match(s, facts{}); got != want {
			t.Fatalf("%q and %q: %v, want %v", pattern, s, got, want)
		}
	})
}
