package policy

import (
	"strings"
	"testing"

	"ecc/cloud"
)

// doc is a policy of one statement: "Allow s3:Get*", "Deny *".
func doc(line string) cloud.Document {
	effect, action, _ := strings.Cut(line, " ")
	return cloud.Document{Name: line, Text: statementOf(`"Effect": "` + effect + `", "Action": "` + action + `", "Resource": "*"`)}
}

func docs(lines ...string) []cloud.Document {
	var out []cloud.Document
	for _, l := range lines {
		out = append(out, doc(l))
	}
	return out
}

func rightsOf(tb testing.TB, r *cloud.Rights) *Rights {
	tb.Helper()
	out, err := NewCache(1 << 20).Rights(r)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// TestRights walks what the four kinds of policies of a caller say together.
func TestRights(t *testing.T) {
	boundary := doc("Allow s3:*")
	other := doc("Allow ec2:*")
	for name, tc := range map[string]struct {
		caller Caller
		rights *cloud.Rights
		want   string
	}{
		"root":                     {green, nil, ""},
		"root of a limited one":    {green, &cloud.Rights{Account: docs("Allow ec2:*")}, "because no service control policy allows the s3:GetObject action"},
		"root of a denied one":     {green, &cloud.Rights{Account: docs("Deny s3:GetObject")}, "with an explicit deny in a service control policy"},
		"root of one denied more":  {green, &cloud.Rights{Account: docs("Deny s3:Put*")}, ""},
		"root, narrowed":           {green, &cloud.Rights{Narrowed: true, Session: docs("Allow ec2:*")}, "because no session policy allows the s3:GetObject action"},
		"user of nothing":          {ann, nil, "because no identity-based policy allows the s3:GetObject action"},
		"user":                     {ann, &cloud.Rights{Identity: docs("Allow ec2:*", "Allow S3:getobject")}, ""},
		"user denied":              {ann, &cloud.Rights{Identity: docs("Allow *", "Deny s3:Get*")}, "with an explicit deny in an identity-based policy"},
		"user in a boundary":       {ann, &cloud.Rights{Identity: docs("Allow *"), Boundary: &boundary}, ""},
		"user outside a boundary":  {ann, &cloud.Rights{Identity: docs("Allow *"), Boundary: &other}, "because no permissions boundary allows the s3:GetObject action"},
		"a boundary allows none":   {ann, &cloud.Rights{Boundary: &boundary}, "because no identity-based policy allows the s3:GetObject action"},
		"session in its policies":  {session, &cloud.Rights{Identity: docs("Allow *"), Narrowed: true, Session: docs("Allow ec2:*", "Allow s3:Get*")}, ""},
		"session, narrowed to nil": {session, &cloud.Rights{Identity: docs("Allow *"), Narrowed: true}, "because no session policy allows the s3:GetObject action"},
		"session denied":           {session, &cloud.Rights{Identity: docs("Allow *"), Narrowed: true, Session: docs("Allow *", "Deny *")}, "with an explicit deny in a session policy"},
		"a session allows none":    {session, &cloud.Rights{Identity: docs("Allow ec2:*"), Narrowed: true, Session: docs("Allow *")}, "because no identity-based policy allows the s3:GetObject action"},
		"all four":                 {session, &cloud.Rights{Identity: docs("Allow *"), Boundary: &boundary, Account: docs("Allow *"), Narrowed: true, Session: docs("Allow *")}, ""},
	} {
		q := &Request{Caller: tc.caller, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Keys: facts{}}
		got := rightsOf(t, tc.rights).Decide(q)
		if why := got.Because(q.Action); got.Allowed() != (tc.want == "") || (!got.Allowed() && why != tc.want) {
			t.Errorf("%s: %v, %s, want %q", name, got.Decision, why, tc.want)
		}
	}
}

// TestGuards walks what a resource's policy adds to the caller's: in its own
// account and from another one.
func TestGuards(t *testing.T) {
	const rest = `, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"`
	allow := func(principal string) string { return `"Effect": "Allow", "Principal": ` + principal + rest }
	toAccount, toAnn, toRole := allow(`{"AWS": "222222222222"}`), allow(`{"AWS": "`+greenUser+`"}`), allow(`{"AWS": "arn:aws:iam::222222222222:role/r"}`)
	toSession, toAll := allow(`{"AWS": "arn:aws:sts::222222222222:assumed-role/r/s"}`), allow(`"*"`)
	denied := `"Effect": "Deny", "Principal": "*"` + rest
	other := doc("Allow ec2:*")
	all, bounded := &cloud.Rights{Identity: docs("Allow *")}, &cloud.Rights{Boundary: &other}
	narrowed := &cloud.Rights{Narrowed: true, Session: docs("Allow ec2:*")}
	for name, tc := range map[string]struct {
		caller     Caller
		rights     *cloud.Rights
		policy     string
		own, other bool // in the account that owns the resource, and in another one
	}{
		"no policy":                         {ann, all, "", true, false},
		"denied":                            {ann, all, denied, false, false},
		"account, and the user may":         {ann, all, toAccount, true, true},
		"account, and the user may nothing": {ann, nil, toAccount, false, false},
		"the user, who may nothing":         {ann, nil, toAnn, true, false},
		"the user in a boundary":            {ann, bounded, toAnn, true, false},
		"everyone, in a boundary":           {ann, bounded, toAll, false, false},
		"everyone":                          {ann, nil, toAll, true, false},
		"a role":                            {session, nil, toRole, true, false},
		"a role, narrowed":                  {session, narrowed, toRole, false, false},
		"a session, narrowed":               {session, narrowed, toSession, true, false},
		"root":                              {green, nil, toAccount, true, true},
		"root, whom nobody named":           {green, nil, "", true, false},
		"anonymous":                         {anonymous, nil, toAll, true, true},
		"anonymous, whom nobody named":      {anonymous, nil, toAccount, false, false},
		"the user, of a denied account":     {ann, &cloud.Rights{Account: docs("Allow ec2:*")}, toAnn, false, false},
	} {
		var p *Policy
		if tc.policy != "" {
			p = mustParse(t, statementOf(tc.policy))
		}
		q := &Request{Caller: tc.caller, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Keys: facts{}}
		for owner, want := range map[cloud.AccountID]bool{"222222222222": tc.own, "111111111111": tc.other} {
			if got := rightsOf(t, tc.rights).DecideOn(q, Guard{Policy: p, Account: owner}); got.Allowed() != want {
				t.Errorf("%s, owned by %s: %+v, want %v", name, owner, got, want)
			}
		}
	}
}

// TestRequiredGuard: a role is assumed by whom its policy lets in, and by
// nobody else of its account.
func TestRequiredGuard(t *testing.T) {
	all := rightsOf(t, &cloud.Rights{Identity: docs("Allow *")})
	for principal, want := range map[string]struct{ mighty, poor bool }{
		`{"AWS": "222222222222"}`:          {true, false},
		`{"AWS": "` + greenUser + `"}`:     {true, true},
		`{"Service": "ec2.amazonaws.com"}`: {false, false},
		`{"AWS": "111111111111"}`:          {false, false},
	} {
		trust, err := NewCache(1 << 10).Trust(statementOf(`"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": ` + principal))
		if err != nil {
			t.Fatal(err)
		}
		q := &Request{Caller: ann, Action: "sts:AssumeRole", Resource: "arn:aws:iam::222222222222:role/r", Keys: facts{}}
		g := Guard{Policy: trust, Account: "222222222222", Required: true}
		if a, b := all.DecideOn(q, g).Allowed(), (*Rights)(nil).DecideOn(q, g).Allowed(); a != want.mighty || b != want.poor {
			t.Errorf("%s: %v and %v, want %v", principal, a, b, want)
		}
	}
}

// TestLater: what depends on a key that is not known yet is decided in the
// caller's favour, and then again.
func TestLater(t *testing.T) {
	deny := statementOf(`"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"NumericGreaterThan": {"ecc:instances": "10"}}`)
	r := rightsOf(t, &cloud.Rights{Account: []cloud.Document{{Name: "quota", Text: deny}}})
	if !r.Asks("ecc:") || r.Asks("ec2:") {
		t.Error("it asks for ecc:instances only")
	}
	for _, tc := range []struct {
		later, n string
		want     bool
	}{{"ecc:", "", true}, {"", "11", false}, {"", "10", true}, {"", "", false}} {
		q := &Request{Caller: green, Action: "ec2:RunInstances", Resource: "*", Keys: facts{}, Later: tc.later}
		if tc.n != "" {
			q.Keys = facts{"ecc:instances": {tc.n}}
		}
		if got := r.Decide(q); got.Allowed() != tc.want {
			t.Errorf("%+v: %+v", tc, got)
		}
	}
}

// TestExplain: all statements that apply are told.
func TestExplain(t *testing.T) {
	r := rightsOf(t, &cloud.Rights{Identity: docs("Allow s3:*", "Allow ec2:*", "Deny s3:Get*", "Allow *")})
	got := r.Explain(&Request{Caller: ann, Action: "s3:GetObject", Resource: "*", Keys: facts{}}, Guard{Account: "222222222222"})
	names := ""
	for _, m := range got.Matched {
		names += m.Policy + "; "
	}
	if names != "Allow s3:*; Deny s3:Get*; Allow *; " || got.Decision != ExplicitDeny {
		t.Errorf("%s, %v", names, got.Decision)
	}
}

// TestCache: what is there is not parsed again, and there is never too much.
func TestCache(t *testing.T) {
	a, b := doc("Allow s3:*"), doc("Deny s3:*")
	c := NewCache(len(a.Text) + 1)
	first, err := c.Rights(&cloud.Rights{Identity: []cloud.Document{a}})
	if err != nil {
		t.Fatal(err)
	}
	again, _ := c.Rights(&cloud.Rights{Identity: []cloud.Document{a}})
	if first.identity[0].policy != again.identity[0].policy {
		t.Error("parsed twice")
	}
	if _, err := c.Rights(&cloud.Rights{Identity: []cloud.Document{a, b}}); err != nil {
		t.Fatal(err)
	}
	if c.bytes > c.most || len(c.has) != c.used.Len() || len(c.has) != 1 {
		t.Errorf("%d of %d bytes, %d and %d policies", c.bytes, c.most, len(c.has), c.used.Len())
	}
	if _, err := c.Rights(&cloud.Rights{Account: []cloud.Document{{Text: "{"}}}); err == nil {
		t.Error("a policy nobody can read denies nothing")
	}
}

// BenchmarkRights decides for a user with ten policies of five statements, none
// of which but the last allows.
func BenchmarkRights(b *testing.B) {
	var r cloud.Rights
	for i := range 10 {
		var s []string
		for _, service := range []string{"sqs", "dynamodb", "ec2", "s3", "iam"} {
			s = append(s, `{"Effect": "Allow", "Action": ["`+service+`:Get*", "`+service+`:List*", "`+service+`:PutItem"],
				"Resource": ["arn:aws:`+service+`:*:*:team-`+string(rune('a'+i))+`/*", "arn:aws:`+service+`:::x-${aws:username}/*"],
				"Condition": {"Bool": {"aws:SecureTransport": "true"}, "IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}}}`)
		}
		r.Identity = append(r.Identity, cloud.Document{Text: `{"Version": "2012-10-17", "Statement": [` + strings.Join(s, ",") + `]}`})
	}
	r.Identity = append(r.Identity, doc("Allow s3:GetObject"))
	c := NewCache(1 << 20)
	q := &Request{Caller: ann, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k",
		Keys: facts{"aws:securetransport": {"true"}, "aws:sourceip": {"10.1.2.3"}, "aws:username": {"ann"}}}
	b.ReportAllocs()
	for b.Loop() {
		rights, err := c.Rights(&r)
		if err != nil || !rights.Decide(q).Allowed() {
			b.Fatal(err)
		}
	}
}
