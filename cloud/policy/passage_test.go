package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPassages finds where statements are written and what they ask for.
func TestPassages(t *testing.T) {
	const list = `{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "é", "Effect": "Allow", "Action": "*", "Resource": ["arn:aws:s3:::${aws:username}/*", "arn:aws:s3:::x${AWS:UserName}${*}"]},
    {
      "Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::${s3:prefix, 'none'}",
      "Condition": {"StringEquals": {"aws:PrincipalTag/Team": ["${aws:RequestTag/Team}", "x"]}, "Bool": {"aws:SecureTransport": false}}
    }
  ]
}`
	const one = `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"},"Version":"2012-10-17"}`
	for name, tc := range map[string]struct {
		text string
		want []Passage
	}{
		"list": {list, []Passage{
			{Position{4, 5}, Position{4, 136}, []string{"aws:username"}},
			{Position{5, 5}, Position{8, 6}, []string{"s3:prefix", "aws:PrincipalTag/Team", "aws:RequestTag/Team", "aws:SecureTransport"}},
		}},
		"one": {one, []Passage{{Position{1, 14}, Position{1, 60}, nil}}},
	} {
		if _, err := ParseIdentity([]byte(tc.text), 6144); err != nil {
			t.Fatal(err)
		}
		got, err := Passages(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	for _, bad := range []string{"", "[]", "{", `{"Version":"2012-10-17"}`, `{"Statement":[1]}`, `{"Statement":`, `{"Statement":[{]}`} {
		if got, err := Passages(bad); err == nil {
			t.Errorf("%q has the statements %v", bad, got)
		}
	}
}

// FuzzPassages: every policy has as many passages as statements.
func FuzzPassages(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"a:b","Resource":"*"}]}`)
	f.Add(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${a:b}"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Passages(text)
		p, bad := ParseIdentity([]byte(text), 6144)
		if bad == nil && (err != nil || len(got) != len(p.statements)) {
			t.Errorf("%q: %d statements, %d passages, %v", text, len(p.statements), len(got), err)
		}
	})
}
