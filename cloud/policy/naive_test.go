package policy

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// naive decides a request straight from the JSON, as the language is explained
// to people: slowly, and with nothing in common with the package's own code.
func naive(doc string, r *Request) Decision {
	var p struct {
		Version   string
		Statement []struct {
			Effect                  string
			Principal, NotPrincipal map[string][]string
			Action, NotAction       []string
			Resource, NotResource   []string
			Condition               map[string]map[string][]string
		}
	}
	if err := json.Unmarshal([]byte(doc), &p); err != nil {
		panic(err)
	}
	some := func(list []string, ok func(string) bool) bool { return slices.ContainsFunc(list, ok) }
	allowed := None
	for _, s := range p.Statement {
		named := func(list []string) bool {
			return some(list, func(id string) bool { return id == "*" || (!r.Caller.Anonymous && id == r.Caller.Account) })
		}
		action := func(a string) bool { return naiveLike(strings.ToLower(a), strings.ToLower(r.Action)) }
		resource := func(a string) bool { return naiveLike(a, r.Resource) }
		applies := (s.Principal == nil || named(s.Principal["AWS"])) && (s.NotPrincipal == nil || !named(s.NotPrincipal["AWS"])) &&
			(s.Action == nil || some(s.Action, action)) && (s.NotAction == nil || !some(s.NotAction, action)) &&
			(s.Resource == nil || some(s.Resource, resource)) && (s.NotResource == nil || !some(s.NotResource, resource))
		for op, lines := range s.Condition {
			for key, values := range lines {
				applies = applies && naiveCondition(op, values, r.Keys.(facts)[key], r.Keys.(facts))
			}
		}
		switch {
		case applies && s.Effect == "Deny":
			return ExplicitDeny
		case applies:
			allowed = Allow
		}
	}
	return allowed
}

func naiveCondition(op string, want, have []string, keys facts) bool {
	quantifier := ""
	if before, after, ok := strings.Cut(op, ":"); ok {
		quantifier, op = before, after
	}
	op, ifExists := strings.CutSuffix(op, "IfExists")
	if len(have) == 0 && ifExists {
		return true
	}
	fine := func(v string) bool {
		same := slices.ContainsFunc(want, func(w string) bool {
			w = strings.ReplaceAll(w, "${aws:userid}", "\x00")
			if strings.HasSuffix(op, "Like") {
				return naiveLike(strings.ReplaceAll(w, "\x00", "\x01"), strings.ReplaceAll(v, keys["aws:userid"][0], "\x01")) ||
					naiveLike(w, v)
			}
			return strings.ReplaceAll(w, "\x00", keys["aws:userid"][0]) == v
		})
		return same != strings.Contains(op, "Not")
	}
	switch {
	case quantifier == "ForAnyValue":
		return slices.ContainsFunc(have, fine)
	case quantifier == "ForAllValues" || strings.Contains(op, "Not"):
		return !slices.ContainsFunc(have, func(v string) bool { return !fine(v) })
	}
	return slices.ContainsFunc(have, fine)
}

func naiveLike(pattern, s string) bool {
	switch {
	case pattern == "":
		return s == ""
	case pattern[0] == '*':
		return naiveLike(pattern[1:], s) || (s != "" && naiveLike(pattern, s[1:]))
	case s == "":
		return false
	}
	return (pattern[0] == '?' || pattern[0] == s[0]) && naiveLike(pattern[1:], s[1:])
}

// TestAgainstNaive compares the two on policies and requests that nearly match.
func TestAgainstNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := drawPolicy(t)
		p, err := ParseResource([]byte(doc))
		if err != nil {
			t.Fatalf("%s: %v", doc, err)
		}
		r := drawRequest(t)
		if got, want := Evaluate(r, p), naive(doc, r); got != want {
			t.Fatalf("%s\n%+v: %v, want %v", doc, r, got, want)
		}
	})
}

func drawRequest(t *rapid.T) *Request {
	return &Request{
		Caller:   rapid.SampledFrom([]Caller{anonymous, blue, green}).Draw(t, "caller"),
		Action:   rapid.SampledFrom([]string{"s3:GetObject", "s3:PutObject", "s3:ListBucket"}).Draw(t, "action"),
		Resource: "arn:aws:s3:::" + rapid.StringMatching(`b(/[ab]{0,3})?`).Draw(t, "resource"),
		Keys: facts{
			"aws:userid":  {"U"},
			"aws:referer": rapid.SliceOfN(rapid.StringMatching(`[abU]{0,3}`), 0, 2).Draw(t, "referer"),
		},
	}
}

// drawPolicy makes a policy as JSON, every list written as one.
func drawPolicy(t *rapid.T) string {
	type object = map[string]any
	list := func(name, form string) []string {
		return rapid.SliceOfN(rapid.StringMatching(form), 1, 3).Draw(t, name)
	}
	not := func(name string) string {
		return rapid.SampledFrom([]string{"", "", "Not"}).Draw(t, "not "+name) + name
	}
	var statements []object
	for range rapid.IntRange(1, 4).Draw(t, "statements") {
		s := object{
			"Effect":         rapid.SampledFrom([]string{"Allow", "Allow", "Deny"}).Draw(t, "effect"),
			not("Principal"): object{"AWS": list("principal", `\*|111111111111|222222222222`)},
			not("Action"):    list("action", `\*|s3:(\*|Get\*|[GP][e?u]tObject|List*Bucket)`),
			not("Resource"):  list("resource", `arn:aws:s3:::(\*|b/[ab*?]{0,4}|b)`),
		}
		if rapid.Bool().Draw(t, "conditional") {
			op := rapid.StringMatching(`(ForAnyValue:|ForAllValues:)?String(Not)?(Equals|Like)(IfExists)?`).Draw(t, "operator")
			s["Condition"] = object{op: object{"aws:referer": list("value", `([ab*?]|\$\{aws:userid\}){0,3}`)}}
		}
		statements = append(statements, s)
	}
	b, err := json.Marshal(object{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
