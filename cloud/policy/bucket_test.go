package policy

import (
	"errors"
	"testing"
)

func TestCheckBucket(t *testing.T) {
	const (
		action    = "Policy has invalid action"
		resource  = "Policy has invalid resource"
		scopes    = "Action does not apply to any resource(s) in statement"
		key       = "Policy has an invalid condition key"
		unrelated = "Conditions do not apply to combination of actions and resources in statement"
	)
	both := `"Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]`
	for elements, want := range map[string]string{
		both: "",
		`"Action": "*", "Resource": "arn:aws:s3:::b"`:                                                                 "",
		`"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"`:                                                    "",
		`"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b*"`:                                                     "",
		`"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b*"`:                                                    "",
		`"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:userid}/*"`:                                      "",
		`"Action": ["s3:ListBucket", "s3:PutObject"], ` + both[len(`"Action": "s3:*", `):]:                            "",
		`"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b"`:                                                      scopes,
		`"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b/*"`:                                                   scopes,
		`"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::b/*"`:                                 scopes,
		`"Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::b"`:                                               scopes,
		`"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b${aws:userid}"`:                                        scopes,
		`"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b?"`:                                                    scopes,
		`"NotAction": "s3:ListBucket", "Resource": "arn:aws:s3:::b/*"`:                                                "",
		`"Action": "s3:ListBucket", "NotResource": "arn:aws:s3:::b/*"`:                                                "",
		`"Action": "ec2:*", "Resource": "arn:aws:s3:::b"`:                                                             action,
		`"Action": "s3:GetObjects", "Resource": "arn:aws:s3:::b"`:                                                     action,
		`"Action": "s3:*", "Resource": "*"`:                                                                           resource,
		`"Action": "s3:*", "Resource": "arn:aws:s3:::*"`:                                                              resource,
		`"Action": "s3:*", "Resource": "arn:aws:s3:::bb/*"`:                                                           resource,
		`"Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::c/*"]`:                                        resource,
		`"Action": "s3:*", "Resource": "arn:aws:ec2:::b"`:                                                             resource,
		`"Action": "s3:*", "Resource": "arn:aws:s3:::${aws:userid}"`:                                                  resource,
		both + `, "Condition": {"StringEquals": {"s3:prefix": "x"}}`:                                                  "",
		both + `, "Condition": {"StringEquals": {"aws:sourcevpc": "x"}}`:                                              "",
		both + `, "Condition": {"StringEquals": {"s3:ExistingObjectTag/a/b": "x"}}`:                                   "",
		both + `, "Condition": {"StringEquals": {"s3:ExistingObjectTag": "x"}}`:                                       key,
		both + `, "Condition": {"StringEquals": {"aws:sourcevpc/x": "x"}}`:                                            key,
		both + `, "Condition": {"StringEquals": {"s3:novelty": "x"}}`:                                                 key,
		both + `, "Condition": {"StringEquals": {"ec2:region": "x"}}`:                                                 key,
		`"Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEquals": {"s3:prefix": "x"}}`: unrelated,
	} {
		p := mustParse(t, statementOf(`"Effect": "Deny", "Principal": "*", `+elements))
		err := p.CheckBucket("b", nil)
		var m *Malformed
		switch {
		case want == "" && err == nil:
		case !errors.As(err, &m) || m.Msg != want:
			t.Errorf("%s: %v, want %q", elements, err, want)
		}
	}
}

func TestCheckBucketPrincipals(t *testing.T) {
	broken := errors.New("the registry is away")
	exists := func(p Principal) (bool, error) {
		if p.Type == Service {
			return false, broken
		}
		return p == Principal{Account, "111111111111"}, nil
	}
	for principal, want := range map[string]error{
		`"*"`:                         nil,
		`{"AWS": "` + blueRoot + `"}`: nil,
		`{"AWS": ["111111111111", "222222222222"]}`: errPrincipal,
		`{"AWS": "` + greenUser + `"}`:              errPrincipal,
		`{"Service": "x.amazonaws.com"}`:            broken,
	} {
		p := mustParse(t, statementOf(`"Effect": "Allow", "Principal": `+principal+`, "Action": "s3:*", "Resource": "arn:aws:s3:::b"`))
		if err := p.CheckBucket("b", exists); !errors.Is(err, want) || (want == nil && err != nil) {
			t.Errorf("%s: %v, want %v", principal, err, want)
		}
	}
}

func TestIsPublic(t *testing.T) {
	for elements, want := range map[string]bool{
		`"Effect": "Allow", "Principal": "*"`:                                     true,
		`"Effect": "Allow", "Principal": {"AWS": "*"}`:                            true,
		`"Effect": "Allow", "Principal": {"AWS": ["` + blueRoot + `", "*"]}`:      true,
		`"Effect": "Allow", "NotPrincipal": {"AWS": "` + blueRoot + `"}`:          true,
		`"Effect": "Deny", "Principal": "*"`:                                      false,
		`"Effect": "Allow", "Principal": {"AWS": "` + blueRoot + `"}`:             false,
		`"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}`: false,
	} {
		wantPublic(t, elements, want)
	}
	for condition, want := range map[string]bool{
		`"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}`:             false,
		`"IpAddress": {"aws:SourceIp": ["192.0.2.1"]}`:                               false,
		`"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "128.0.0.0/1"]}`:             true,
		`"IpAddress": {"aws:SourceIp": "2000::/3"}`:                                  true,
		`"IpAddressIfExists": {"aws:SourceIp": "192.0.2.1"}`:                         true,
		`"NotIpAddress": {"aws:SourceIp": "192.0.2.1"}`:                              true,
		`"StringEquals": {"aws:PrincipalAccount": "111111111111"}`:                   false,
		`"StringEquals": {"aws:PrincipalAccount": ["111111111111", "${s3:prefix}"]}`: true,
		`"StringLike": {"aws:PrincipalAccount": "1*"}`:                               true,
		`"StringLike": {"aws:PrincipalAccount": "111111111111"}`:                     false,
		`"StringNotEquals": {"aws:PrincipalAccount": "111111111111"}`:                true,
		`"ForAllValues:StringEquals": {"aws:PrincipalAccount": "111111111111"}`:      true,
		`"ForAnyValue:StringEquals": {"aws:PrincipalAccount": "111111111111"}`:       false,
		`"StringEqualsIgnoreCase": {"aws:userid": "x"}`:                              false,
		`"ArnEquals": {"aws:SourceArn": "arn:aws:sns:us-east-1:111111111111:t"}`:     false,
		`"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:t"}`:                          true,
		`"Null": {"aws:PrincipalArn": "false"}`:                                      true,
		`"StringEquals": {"aws:Referer": "x"}`:                                       true,
		`"StringEquals": {"aws:Referer": "x", "aws:SourceVpc": "vpc-1"}`:             false,
	} {
		wantPublic(t, `"Effect": "Allow", "Principal": "*", "Condition": {`+condition+`}`, want)
	}
	harmless := mustParse(t, statementOf(`"Effect": "Allow", "Principal": "*", "Action": "s3:CreateBucket", "Resource": "arn:aws:s3:::b"`))
	if harmless.IsPublic() {
		t.Error("an action that exposes nothing makes a policy public")
	}
}

func wantPublic(tb testing.TB, elements string, want bool) {
	tb.Helper()
	p := mustParse(tb, statementOf(elements+`, "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"`))
	if got := p.IsPublic(); got != want {
		tb.Errorf("%s: public %v, want %v", elements, got, want)
	}
}
