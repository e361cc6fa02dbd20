package policy

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ecc/cloud"
)

// naiveRights decides as AWS's flow chart of policy evaluation is read to
// people, with the naive evaluator for each document.
func naiveRights(r *cloud.Rights, trust string, owner string, q *Request) bool {
	says := func(docs ...cloud.Document) Decision {
		out := None
		for _, d := range docs {
			out = max(out, naive(d.Text, q))
		}
		return out
	}
	resource, direct := None, false
	if trust != "" {
		resource, direct = naiveResource(trust, q)
	}
	boundary := []cloud.Document{}
	if r.Boundary != nil {
		boundary = append(boundary, *r.Boundary)
	}
	for _, d := range []Decision{says(r.Identity...), says(boundary...), says(r.Session...), says(r.Account...), resource} {
		if d == ExplicitDeny {
			return false
		}
	}
	limits := slices.ContainsFunc(r.Account, func(d cloud.Document) bool { return strings.Contains(d.Text, `"Allow"`) })
	switch {
	case limits && says(r.Account...) != Allow:
		return false
	case q.Caller.Account == owner && direct:
		return true
	case r.Boundary != nil && says(boundary...) != Allow, r.Narrowed && says(r.Session...) != Allow:
		return false
	case q.Caller.Account == owner && resource == Allow:
		return true
	}
	identity := says(r.Identity...) == Allow || strings.HasSuffix(q.Caller.ARN, ":root")
	return identity && (q.Caller.Account == owner || resource != None)
}

// naiveResource evaluates a resource's policy one statement at a time, to tell
// who is meant: everyone, the account, or the caller by name.
func naiveResource(doc string, q *Request) (out Decision, direct bool) {
	var p struct {
		Version   string
		Statement []map[string]any
	}
	if err := json.Unmarshal([]byte(doc), &p); err != nil {
		panic(err)
	}
	for _, s := range p.Statement {
		who := s["Principal"].(map[string]any)["AWS"].(string)
		delete(s, "Principal")
		one, err := json.Marshal(map[string]any{"Version": p.Version, "Statement": []any{s}})
		if err != nil {
			panic(err)
		}
		d := naive(string(one), q)
		root := strings.HasSuffix(q.Caller.ARN, ":root")
		switch {
		case who == "*", who == q.Caller.ARN, who == q.Caller.Role && who != "":
		case who == q.Caller.Account && (root || d == ExplicitDeny):
		case who == q.Caller.Account && d == Allow:
			d = Delegated
		default:
			d = None
		}
		out = max(out, d)
		direct = direct || (d == Allow && who == q.Caller.ARN)
	}
	return out, direct
}

// drawStatement makes a statement without principals.
func drawStatement(t *rapid.T) map[string]any {
	s := map[string]any{
		"Effect":   rapid.SampledFrom([]string{"Allow", "Allow", "Allow", "Deny"}).Draw(t, "effect"),
		"Action":   []string{rapid.SampledFrom([]string{"*", "s3:*", "s3:Get*", "s3:PutObject", "s3:?etObject", "ec2:*"}).Draw(t, "action")},
		"Resource": []string{rapid.SampledFrom([]string{"*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/a*", "arn:aws:s3:::b"}).Draw(t, "resource")},
	}
	if rapid.IntRange(0, 3).Draw(t, "conditional") == 0 {
		op := rapid.StringMatching(`(ForAnyValue:|ForAllValues:)?String(Not)?(Equals|Like)(IfExists)?`).Draw(t, "operator")
		value := rapid.SampledFrom([]string{"a", "a*", "${aws:userid}", "x${aws:userid}", "U"}).Draw(t, "value")
		s["Condition"] = map[string]any{op: map[string]any{"aws:referer": []string{value}}}
	}
	return s
}

func drawDocument(t *rapid.T) cloud.Document {
	var list []any
	for range rapid.IntRange(1, 2).Draw(t, "statements") {
		list = append(list, drawStatement(t))
	}
	b, err := json.Marshal(map[string]any{"Version": newVersion, "Statement": list})
	if err != nil {
		t.Fatal(err)
	}
	return cloud.Document{Name: "d", Text: string(b)}
}

func drawDocuments(t *rapid.T, most int) []cloud.Document {
	return rapid.SliceOfN(rapid.Custom(drawDocument), 0, most).Draw(t, "documents")
}

func drawRights(t *rapid.T) *cloud.Rights {
	r := &cloud.Rights{Identity: drawDocuments(t, 2), Narrowed: rapid.Bool().Draw(t, "narrowed")}
	if rapid.Bool().Draw(t, "bounded") {
		d := drawDocument(t)
		r.Boundary = &d
	}
	if r.Narrowed {
		r.Session = drawDocuments(t, 2)
	}
	if rapid.IntRange(0, 2).Draw(t, "limited") == 0 {
		r.Account = drawDocuments(t, 2)
	}
	return r
}

// TestRightsAgainstNaive compares the two ways to put policies together.
func TestRightsAgainstNaive(t *testing.T) {
	callers := []Caller{green, ann, session}
	rapid.Check(t, func(t *rapid.T) {
		r := drawRights(t)
		q := drawRequest(t)
		q.Caller = rapid.SampledFrom(callers).Draw(t, "caller")
		trust := ""
		if rapid.Bool().Draw(t, "guarded") {
			s := drawStatement(t)
			s["Principal"] = map[string]any{"AWS": rapid.SampledFrom([]string{"*", "222222222222", greenUser, session.ARN, session.Role}).Draw(t, "principal")}
			b, err := json.Marshal(map[string]any{"Version": newVersion, "Statement": []any{s}})
			if err != nil {
				t.Fatal(err)
			}
			trust = string(b)
		}
		owner := rapid.SampledFrom([]string{"222222222222", "111111111111"}).Draw(t, "owner")
		g := Guard{Account: cloud.AccountID(owner)}
		if trust != "" {
			p, err := ParseResource([]byte(trust))
			if err != nil {
				t.Fatal(err)
			}
			g.Policy = p
		}
		rights, err := NewCache(1 << 20).Rights(r)
		if err != nil {
			t.Fatal(err)
		}
		got, again, want := rights.DecideOn(q, g), rights.Explain(q, g), naiveRights(r, trust, owner, q)
		if got.Allowed() != want || again.Decision != got.Decision || again.Source != got.Source {
			t.Fatalf("%+v, %s, of %s, %+v: %+v and %+v, want %v", r, trust, owner, q, got, again, want)
		}
	})
}

// TestNarrowerIsNarrower: a session's policies, a boundary and an account's
// policies only ever take away, as long as no resource names the caller.
func TestNarrowerIsNarrower(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, q := drawRights(t), drawRequest(t)
		q.Caller = rapid.SampledFrom([]Caller{green, ann, session}).Draw(t, "caller")
		wide := &cloud.Rights{Identity: r.Identity}
		cache := NewCache(1 << 20)
		a, errA := cache.Rights(r)
		b, errB := cache.Rights(wide)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if a.Decide(q).Allowed() && !b.Decide(q).Allowed() {
			t.Fatalf("%+v allows what its identity does not", r)
		}
	})
}

// FuzzIdentity: no document of IAM brings the parsers or the evaluator down,
// and the limits hold.
func FuzzIdentity(f *testing.F) {
	f.Add(statementOf(`"Effect": "Allow", "NotAction": ["ec2:Run*", "iam:?etUser"], "NotResource": "arn:aws:iam::*:user/${aws:username, 'x'}/*",
		"Condition": {"ForAnyValue:StringLike": {"aws:TagKeys": ["${aws:PrincipalTag/a}*", "${*}"]}, "NumericLessThan": {"ecc:instances": 5}}`), "arn:aws:iam::1:user/x")
	f.Add(statementOf(`"Effect": "Allow", "Principal": {"Federated": "idp"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"idp/x:aud": "y"}}`), "")
	f.Fuzz(func(t *testing.T, doc, resource string) {
		trust, err := ParseTrust([]byte(doc), 2048)
		if err != nil {
			trust = nil
		}
		p, err := ParseIdentity([]byte(doc), 6144)
		if err != nil && trust == nil {
			return
		}
		if Size(doc) > 6144 {
			t.Fatal("it is too long")
		}
		r := &Rights{narrowed: true}
		if p != nil {
			r = &Rights{identity: []named{{policy: p}}}
		}
		q := &Request{Caller: ann, Action: "ec2:RunInstances", Resource: resource, Keys: facts{"aws:tagkeys": {resource, "a"}, "aws:username": {resource}}}
		o := r.DecideOn(q, Guard{Policy: trust, Account: "222222222222", Required: trust != nil})
		if e := r.Explain(q, Guard{Policy: trust, Account: "222222222222", Required: trust != nil}); e.Decision != o.Decision {
			t.Fatal("explained otherwise than decided")
		}
		if p == nil && o.Allowed() && o.Source == ByIdentity {
			t.Fatal("no policy of the identity, and it allows")
		}
	})
}
