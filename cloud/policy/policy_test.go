package policy

import (
	"errors"
	"strings"
	"testing"
)

// facts are the keys of a request; those of the aws and s3 services are known.
type facts map[string][]string

func (f facts) Values(key string) ([]string, bool) { return f[key], KnownKey(key) || f[key] != nil }

const (
	blueRoot  = "arn:aws:iam::111111111111:root"
	greenRoot = "arn:aws:iam::222222222222:root"
	greenUser = "arn:aws:iam::222222222222:user/ann"
)

var (
	anonymous = Caller{Anonymous: true}
	blue      = Caller{Account: "111111111111", Canonical: strings.Repeat("b", 64), ARN: blueRoot}
	green     = Caller{Account: "222222222222", Canonical: strings.Repeat("9", 64), ARN: greenRoot}
	ann       = Caller{Account: "222222222222", Canonical: strings.Repeat("9", 64), ARN: greenUser}
	session   = Caller{Account: "222222222222", ARN: "arn:aws:sts::222222222222:assumed-role/r/s", Role: "arn:aws:iam::222222222222:role/r"}
)

func mustParse(tb testing.TB, doc string) *Policy {
	tb.Helper()
	p, err := ParseResource([]byte(doc))
	if err != nil {
		tb.Fatalf("%s: %v", doc, err)
	}
	return p
}

// statementOf wraps the elements of one statement into a policy.
func statementOf(elements string) string {
	return `{"Version": "2012-10-17", "Statement": {` + elements + `}}`
}

func TestPrincipals(t *testing.T) {
	const rest = `, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"`
	for _, tc := range []struct {
		elements string
		want     map[string]Decision // of anonymous, blue, green, ann, session
	}{
		{`"Effect": "Allow", "Principal": "*"`, map[string]Decision{"anonymous": Allow, "blue": Allow, "green": Allow, "ann": Allow, "session": Allow}},
		{`"Effect": "Allow", "Principal": {"AWS": "*"}`, map[string]Decision{"anonymous": Allow, "blue": Allow, "green": Allow, "ann": Allow, "session": Allow}},
		{`"Effect": "Allow", "Principal": {"AWS": "222222222222"}`, map[string]Decision{"green": Allow, "ann": Delegated, "session": Delegated}},
		{`"Effect": "Allow", "Principal": {"AWS": "` + greenRoot + `"}`, map[string]Decision{"green": Allow, "ann": Delegated, "session": Delegated}},
		{`"Effect": "Allow", "Principal": {"AWS": ["` + greenUser + `", "` + blueRoot + `"]}`, map[string]Decision{"blue": Allow, "ann": Allow}},
		{`"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/r"}`, map[string]Decision{"session": Allow}},
		{`"Effect": "Allow", "Principal": {"AWS": "arn:aws:sts::222222222222:assumed-role/r/s"}`, map[string]Decision{"session": Allow}},
		{`"Effect": "Allow", "Principal": {"CanonicalUser": "` + green.Canonical + `"}`, map[string]Decision{"green": Allow, "ann": Delegated}},
		{`"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com", "Federated": "x"}`, nil},
		{`"Effect": "Deny", "Principal": {"AWS": "222222222222"}`, map[string]Decision{"green": ExplicitDeny, "ann": ExplicitDeny, "session": ExplicitDeny}},
		{`"Effect": "Deny", "Principal": "*"`, map[string]Decision{"anonymous": ExplicitDeny, "blue": ExplicitDeny, "green": ExplicitDeny, "ann": ExplicitDeny, "session": ExplicitDeny}},
		{`"Effect": "Allow", "NotPrincipal": {"AWS": "222222222222"}`, map[string]Decision{"anonymous": Allow, "blue": Allow}},
		{`"Effect": "Deny", "NotPrincipal": {"AWS": "222222222222"}`, map[string]Decision{"anonymous": ExplicitDeny, "blue": ExplicitDeny, "ann": ExplicitDeny, "session": ExplicitDeny}},
		{`"Effect": "Deny", "NotPrincipal": {"AWS": ["222222222222", "` + greenUser + `"]}`, map[string]Decision{"anonymous": ExplicitDeny, "blue": ExplicitDeny, "session": ExplicitDeny}},
		{`"Effect": "Deny", "NotPrincipal": "*"`, nil},
	} {
		p := mustParse(t, statementOf(tc.elements+rest))
		for name, caller := range map[string]Caller{"anonymous": anonymous, "blue": blue, "green": green, "ann": ann, "session": session} {
			r := &Request{Caller: caller, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Keys: facts{}}
			if got := Evaluate(r, p); got != tc.want[name] {
				t.Errorf("%s: %s: %v, want %v", tc.elements, name, got, tc.want[name])
			}
		}
	}
}

// TestNobodyIsNoPrincipal: a caller of whom nothing is known is nobody's
// principal, and an empty name is nobody's name.
func TestNobodyIsNoPrincipal(t *testing.T) {
	for _, p := range []Principal{{Account, ""}, {ARN, ""}, {Canonical, ""}, {Service, ""}, {Federated, ""}} {
		for _, c := range []Caller{{}, anonymous, blue} {
			if p.holds(&c) != stranger {
				t.Errorf("%v is %+v", p, c)
			}
		}
	}
}

func TestActionsAndResources(t *testing.T) {
	for _, tc := range []struct {
		elements, action, resource string
		want                       Decision
	}{
		{`"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"`, "s3:GetObject", "arn:aws:s3:::b/k", Allow},
		{`"Action": "S3:getobject", "Resource": "arn:aws:s3:::b/*"`, "s3:GetObject", "arn:aws:s3:::b/k", Allow},
		{`"Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"`, "s3:GetObjectAcl", "arn:aws:s3:::b/a/b", Allow},
		{`"Action": "s3:?etObject", "Resource": "arn:aws:s3:::b/?"`, "s3:GetObject", "arn:aws:s3:::b/ü", Allow},
		{`"Action": "s3:?etObject", "Resource": "arn:aws:s3:::b/?"`, "s3:GetObject", "arn:aws:s3:::b/kk", None},
		{`"Action": "*", "Resource": "arn:aws:s3:::b/*"`, "s3:DeleteObject", "arn:aws:s3:::b/k", Allow},
		{`"Action": "s3:*", "Resource": "arn:aws:s3:::b/*"`, "s3:PutBucketPolicy", "arn:aws:s3:::b", None},
		{`"Action": "s3:*", "Resource": "arn:aws:s3:::b*"`, "s3:PutBucketPolicy", "arn:aws:s3:::b", Allow},
		{`"Action": "s3:*", "Resource": "arn:aws:s3:::b/K"`, "s3:GetObject", "arn:aws:s3:::b/k", None},
		{`"Action": "s3:GetObject", "Resource": "*"`, "s3:GetObjectVersion", "arn:aws:s3:::b/k", None},
		{`"NotAction": "s3:Get*", "Resource": "*"`, "s3:GetObject", "arn:aws:s3:::b/k", None},
		{`"NotAction": "s3:Get*", "Resource": "*"`, "s3:PutObject", "arn:aws:s3:::b/k", Allow},
		{`"Action": "s3:*", "NotResource": ["arn:aws:s3:::b/x", "arn:aws:s3:::b/y*"]`, "s3:PutObject", "arn:aws:s3:::b/yy", None},
		{`"Action": "s3:*", "NotResource": ["arn:aws:s3:::b/x", "arn:aws:s3:::b/y*"]`, "s3:PutObject", "arn:aws:s3:::b/z", Allow},
		{`"Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:userid}/*"`, "s3:PutObject", "arn:aws:s3:::b/a*/k", Allow},
		{`"Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:userid}/*"`, "s3:PutObject", "arn:aws:s3:::b/aa/k", None},
		{`"Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username, 'x y'}/*"`, "s3:PutObject", "arn:aws:s3:::b/x y/k", Allow},
		{`"Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}*"`, "s3:PutObject", "arn:aws:s3:::b/", None},
		{`"Action": "s3:*", "NotResource": "arn:aws:s3:::b/${aws:username}"`, "s3:PutObject", "arn:aws:s3:::b/k", None},
		{`"Action": "s3:*", "Resource": "arn:aws:s3:::b/${*}${?}${$}"`, "s3:PutObject", "arn:aws:s3:::b/*?$", Allow},
		{`"Action": "s3:*", "Resource": "arn:aws:s3:::b/${*}"`, "s3:PutObject", "arn:aws:s3:::b/k", None},
	} {
		p := mustParse(t, statementOf(`"Effect": "Allow", "Principal": "*", `+tc.elements))
		r := &Request{Caller: blue, Action: tc.action, Resource: tc.resource, Keys: facts{"aws:userid": {"a*"}}}
		if got := Evaluate(r, p); got != tc.want {
			t.Errorf("%s: %s on %s: %v, want %v", tc.elements, tc.action, tc.resource, got, tc.want)
		}
	}
}

// TestOldVersion: before 2012-10-17 a dollar was a dollar.
func TestOldVersion(t *testing.T) {
	for _, version := range []string{`"Version": "2008-10-17", `, ``} {
		p := mustParse(t, `{`+version+`"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:userid}"}]}`)
		for resource, want := range map[string]Decision{"arn:aws:s3:::b/${aws:userid}": Allow, "arn:aws:s3:::b/a": None} {
			if got := Evaluate(&Request{Caller: blue, Action: "s3:GetObject", Resource: resource, Keys: facts{"aws:userid": {"a"}}}, p); got != want {
				t.Errorf("%s: %v, want %v", resource, got, want)
			}
		}
	}
}

// TestDenyWins: over all allows, of any policy, in any order.
func TestDenyWins(t *testing.T) {
	allow := mustParse(t, statementOf(`"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"`))
	deny := mustParse(t, statementOf(`"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/secret"`))
	for resource, want := range map[string]Decision{"arn:aws:s3:::b/secret": ExplicitDeny, "arn:aws:s3:::b/k": Allow, "arn:aws:s3:::c/k": None} {
		r := &Request{Caller: blue, Action: "s3:GetObject", Resource: resource, Keys: facts{}}
		if a, b := Evaluate(r, allow, deny, nil), Evaluate(r, deny, allow); a != want || b != want {
			t.Errorf("%s: %v and %v, want %v", resource, a, b, want)
		}
	}
}

func TestIdentity(t *testing.T) {
	p, err := ParseIdentity([]byte(statementOf(`"Effect": "Allow", "Action": "s3:*", "Resource": "*"`)), 6144)
	if err != nil {
		t.Fatal(err)
	}
	if got := Evaluate(&Request{Caller: ann, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Keys: facts{}}, p); got != Allow {
		t.Error(got)
	}
	for _, doc := range []string{
		statementOf(`"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"`),
		`{"Statement": [{"Sid": "a", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}, {"Sid": "a", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}`,
	} {
		if _, err := ParseIdentity([]byte(doc), 6144); err == nil {
			t.Errorf("%s is taken", doc)
		}
	}
}

func TestMalformed(t *testing.T) {
	const fine = `"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"`
	deep := strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)
	for doc, want := range map[string]string{
		``:                       errJSON.Msg,
		` ` + statementOf(fine):  errJSON.Msg,
		`[]`:                     errJSON.Msg,
		`{`:                      errJSON.Msg,
		"{\"a\xff\": 1}":         errJSON.Msg,
		statementOf(fine) + `{}`: errJSON.Msg,
		statementOf(fine) + `x`:  errJSON.Msg,
		`{}`:                     "Missing required field Statement",
		`{"Statement": []}`:      "Could not parse the policy: Statement is empty!",
		`{"Statement": 1}`:       errSyntax.Msg,
		`{"statement": []}`:      "Unknown field statement",
		`{"Version": "2012", "Statement": {` + fine + `}}`:                                               "The policy must contain a valid version string",
		`{"Version": 2012, "Statement": {` + fine + `}}`:                                                 "The policy must contain a valid version string",
		`{"Id": 1, "Statement": {` + fine + `}}`:                                                         "The field Id must be a string.",
		`{"Statement": {` + fine + `, "Sid": 1}}`:                                                        "The field Sid must be a string.",
		`{"Statement": {` + fine + `, "Effect": "Deny"}}`:                                                `Duplicate field "Effect".`,
		`{"Statement": {` + fine + `}, "Statement": {` + fine + `}}`:                                     `Duplicate field "Statement".`,
		`{"Statement": {` + fine + `, "Efect": "Deny"}}`:                                                 "Unknown field Efect",
		`{"Statement": {` + fine + `, "NotAction": "s3:*"}}`:                                             "A statement must not contain both Action and NotAction",
		`{"Statement": {` + fine + `, "NotPrincipal": "*"}}`:                                             "A statement must not contain both Principal and NotPrincipal",
		`{"Statement": {` + fine + `, "NotResource": "*"}}`:                                              "A statement must not contain both Resource and NotResource",
		`{"Statement": ` + deep + `}`:                                                                    errSyntax.Msg,
		statementOf(strings.Replace(fine, "Allow", "allow", 1)):                                          "Invalid effect: allow",
		statementOf(`"Principal": "*", "Action": "s3:*", "Resource": "*"`):                               "Missing required field Effect",
		statementOf(`"Effect": "Allow", "Action": "s3:*", "Resource": "*"`):                              "Missing required field Principal",
		statementOf(`"Effect": "Allow", "Principal": "*", "Resource": "*"`):                              "Missing required field Action",
		statementOf(`"Effect": "Allow", "Principal": "*", "Action": "s3:*"`):                             "Missing required field Resource",
		statementOf(`"Effect": "Allow", "Principal": "*", "Action": [], "Resource": "*"`):                "The field Action must not be empty.",
		statementOf(`"Effect": "Allow", "Principal": "*", "Action": [1], "Resource": "*"`):               "The field Action must be a string or a list of strings.",
		statementOf(`"Effect": "Allow", "Principal": "*", "Action": "GetObject", "Resource": "*"`):       "Policy has invalid action",
		statementOf(`"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "b/*"`):          "Policy has invalid resource",
		statementOf(`"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:${x"`):      `The policy variable "${x" is not closed.`,
		statementOf(`"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:${x}"`):     `"${x}" is no policy variable.`,
		statementOf(`"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:${a:b,c}"`): `The default value of "${a:b,c}" must be in single quotes.`,
		statementOf(fine + `, "Condition": []`):                                                          errSyntax.Msg,
		statementOf(fine + `, "Condition": {"StringEqual": {"aws:referer": "x"}}`):                       "Invalid Condition type : StringEqual",
		statementOf(fine + `, "Condition": {"NullIfExists": {"aws:referer": "true"}}`):                   "Invalid Condition type : NullIfExists",
		statementOf(fine + `, "Condition": {"ForAnyValue:Null": {"aws:referer": "true"}}`):               "Invalid Condition type : ForAnyValue:Null",
		statementOf(fine + `, "Condition": {"Bool": {"aws:securetransport": "yes"}}`):                    `Invalid boolean in a condition: "yes"`,
		statementOf(fine + `, "Condition": {"IpAddress": {"aws:sourceip": "300.0.0.0/8"}}`):              `Invalid IP address in a condition: "300.0.0.0/8"`,
		statementOf(fine + `, "Condition": {"NumericEquals": {"s3:max-keys": "NaN"}}`):                   `Invalid number in a condition: "NaN"`,
		statementOf(fine + `, "Condition": {"DateLessThan": {"aws:currenttime": "soon"}}`):               `Invalid date in a condition: "soon"`,
		statementOf(fine + `, "Condition": {"BinaryEquals": {"aws:referer": "%"}}`):                      `Invalid base64 in a condition: "%"`,
		statementOf(fine + `, "Condition": {"ArnLike": {"aws:sourcearn": "x"}}`):                         `Invalid ARN in a condition: "x"`,
		statementOf(fine + `, "Condition": {"Bool": {"nokey": "true"}}`):                                 "Policy has an invalid condition key",
		statementOf(fine + `, "Condition": {"Bool": {"a:b": "true", "A:B": "true"}}`):                    "Policy has an invalid condition key",
		statementOf(fine + `, "Condition": {"Bool": {}}`):                                                errSyntax.Msg,
		statementOf(fine + `, "Condition": {"Bool": {"a:b": []}}`):                                       errSyntax.Msg,
		statementOf(fine + `, "Condition": {"Bool": {"a:b": [{}]}}`):                                     errSyntax.Msg,
		statementOf(fine + `, "Sid": "` + strings.Repeat("x", MaxBucketPolicy) + `"`):                    "Policy exceeds the maximum allowed document size.",
	} {
		_, err := ParseResource([]byte(doc))
		var m *Malformed
		if !errors.As(err, &m) || m.Msg != want {
			t.Errorf("%.200s: %v, want %s", doc, err, want)
		}
	}
}

func TestMalformedPrincipals(t *testing.T) {
	for _, p := range []string{`""`, `"x"`, `[]`, `{}`, `{"AWS": []}`, `{"AWS": "x"}`, `{"AWS": "1234"}`, `{"aws": "*"}`, `{"AWS": 1}`,
		`{"AWS": "arn:aws:iam::111111111111:user/*"}`, `{"AWS": "arn:aws:iam::111111111111:group/g"}`, `{"AWS": "arn:aws:iam::*:root"}`,
		`{"CanonicalUser": "x"}`, `{"Service": "*"}`, `{"Federated": ""}`} {
		_, err := ParseResource([]byte(statementOf(`"Effect": "Allow", "Principal": ` + p + `, "Action": "s3:*", "Resource": "*"`)))
		if !errors.Is(err, errPrincipal) {
			t.Errorf("%s: %v", p, err)
		}
	}
}

// TestGreatestDocument: a policy of just the greatest size is taken.
func TestGreatestDocument(t *testing.T) {
	doc := statementOf(`"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", "Sid": "x"`)
	doc = strings.Replace(doc, `"x"`, `"`+strings.Repeat("x", MaxBucketPolicy-len(doc)+1)+`"`, 1)
	if len(doc) != MaxBucketPolicy {
		t.Fatal(len(doc))
	}
	mustParse(t, doc)
}

// TestSearches: so many patterns with ?, and no more, wherever they are.
func TestSearches(t *testing.T) {
	list := func(n int, item string) string { return "[" + strings.Repeat(item+",", n-1) + item + "]" }
	const rest = `"Effect": "Allow", "Principal": "*", `
	for item, elements := range map[string]string{
		`"s3:*?et*"`:        rest + `"Resource": "*", "Action": `,
		`"arn:*?a*"`:        rest + `"Action": "s3:*", "Resource": `,
		`"*?${aws:userid}"`: rest + `"Action": "s3:*", "Resource": "*", "Condition": {"StringLike": {"aws:referer": `,
		`"arn:a:b:c:?:e"`:   rest + `"Action": "s3:*", "Resource": "*", "Condition": {"ArnLike": {"aws:sourcearn": `,
	} {
		end := strings.Repeat("}", strings.Count(elements, "{"))
		mustParse(t, statementOf(elements+list(maxSearches, item)+end))
		if _, err := ParseResource([]byte(statementOf(elements + list(maxSearches+1, item) + end))); err == nil {
			t.Errorf("%d times %s are taken", maxSearches+1, item)
		}
	}
}
