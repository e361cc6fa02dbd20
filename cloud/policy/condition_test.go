package policy

import "testing"

// TestConditions walks the operators: the condition, the request's keys, and
// whether a statement that allows and one that denies apply.
func TestConditions(t *testing.T) {
	for _, tc := range []struct {
		condition string
		keys      facts
		holds     bool
	}{
		{`"StringEquals": {"aws:referer": ["x", "y"]}`, facts{"aws:referer": {"y"}}, true},
		{`"StringEquals": {"aws:Referer": "x"}`, facts{"aws:referer": {"X"}}, false},
		{`"StringEquals": {"aws:referer": "x*"}`, facts{"aws:referer": {"xx"}}, false},
		{`"StringEquals": {"aws:referer": "x*"}`, facts{"aws:referer": {"x*"}}, true},
		{`"StringEquals": {"aws:referer": "x"}`, facts{}, false},
		{`"StringEqualsIfExists": {"aws:referer": "x"}`, facts{}, true},
		{`"StringEqualsIfExists": {"aws:referer": "x"}`, facts{"aws:referer": {"y"}}, false},
		{`"StringNotEquals": {"aws:referer": ["x", "y"]}`, facts{"aws:referer": {"y"}}, false},
		{`"StringNotEquals": {"aws:referer": ["x", "y"]}`, facts{"aws:referer": {"z"}}, true},
		{`"StringNotEquals": {"aws:referer": "x"}`, facts{}, true},
		{`"stringequalsignorecase": {"aws:referer": "Xy"}`, facts{"aws:referer": {"xY"}}, true},
		{`"StringNotEqualsIgnoreCase": {"aws:referer": "Xy"}`, facts{"aws:referer": {"xY"}}, false},
		{`"StringEqualsIgnoreCase": {"aws:referer": "${aws:userid}"}`, facts{"aws:referer": {"A"}, "aws:userid": {"a"}}, true},
		{`"StringEqualsIgnoreCase": {"aws:referer": "${aws:userid}"}`, facts{"aws:referer": {"A"}}, false},
		{`"StringLike": {"aws:referer": "http://*.example.com/*"}`, facts{"aws:referer": {"http://a.example.com/"}}, true},
		{`"StringLike": {"aws:referer": "?"}`, facts{"aws:referer": {""}}, false},
		{`"StringNotLike": {"aws:referer": "a*"}`, facts{"aws:referer": {"b"}}, true},
		{`"StringLike": {"s3:prefix": "${aws:userid}/*"}`, facts{"s3:prefix": {"a*/x"}, "aws:userid": {"a*"}}, true},
		{`"StringLike": {"s3:prefix": "${aws:userid}/*"}`, facts{"s3:prefix": {"ab/x"}, "aws:userid": {"a*"}}, false},
		{`"StringLike": {"s3:prefix": "${aws:userid}*"}`, facts{"s3:prefix": {"x"}}, false},
		{`"StringEquals": {"s3:existingobjecttag/Project": "X"}`, facts{"s3:existingobjecttag/Project": {"X"}}, true},
		{`"StringEquals": {"S3:ExistingObjectTag/project": "X"}`, facts{"s3:existingobjecttag/Project": {"X"}}, false},
		{`"StringEquals": {"aws:referer": "x"}, "Bool": {"aws:securetransport": true}`, facts{"aws:referer": {"x"}, "aws:securetransport": {"false"}}, false},
		{`"StringEquals": {"aws:referer": "x", "aws:useragent": "y"}`, facts{"aws:referer": {"x"}, "aws:useragent": {"y"}}, true},

		{`"NumericLessThanEquals": {"s3:max-keys": 10}`, facts{"s3:max-keys": {"10"}}, true},
		{`"NumericLessThan": {"s3:max-keys": "10"}`, facts{"s3:max-keys": {"10"}}, false},
		{`"NumericGreaterThan": {"s3:max-keys": "1e1"}`, facts{"s3:max-keys": {"10.5"}}, true},
		{`"NumericGreaterThanEquals": {"s3:max-keys": "10"}`, facts{"s3:max-keys": {"9"}}, false},
		{`"NumericEquals": {"s3:max-keys": ["1", "2"]}`, facts{"s3:max-keys": {"2"}}, true},
		{`"NumericNotEquals": {"s3:max-keys": ["1", "2"]}`, facts{"s3:max-keys": {"2"}}, false},
		{`"NumericEquals": {"s3:max-keys": "0"}`, facts{"s3:max-keys": {"many"}}, false},
		{`"NumericLessThan": {"s3:max-keys": "10"}`, facts{"s3:max-keys": {"NaN"}}, false},

		{`"DateGreaterThan": {"aws:currenttime": "2026-01-01T00:00:00Z"}`, facts{"aws:currenttime": {"2026-01-01T00:00:01Z"}}, true},
		{`"DateLessThan": {"aws:currenttime": "2026-01-01"}`, facts{"aws:currenttime": {"2025-12-31T23:59:59.9Z"}}, true},
		{`"DateLessThanEquals": {"aws:currenttime": "2026-01-01T01:00+01:00"}`, facts{"aws:currenttime": {"2026-01-01T00:00:00Z"}}, true},
		{`"DateEquals": {"aws:epochtime": "1767225600"}`, facts{"aws:epochtime": {"1767225600"}}, true},
		{`"DateNotEquals": {"aws:currenttime": "2026"}`, facts{"aws:currenttime": {"2026-01-01T00:00:00Z"}}, false},
		{`"DateGreaterThanEquals": {"aws:currenttime": "2026-02"}`, facts{"aws:currenttime": {"2026-01-01T00:00:00Z"}}, false},
		{`"NumericGreaterThan": {"aws:epochtime": "1767225600"}`, facts{"aws:epochtime": {"1767225601"}}, true},

		{`"Bool": {"aws:securetransport": "true"}`, facts{"aws:securetransport": {"true"}}, true},
		{`"Bool": {"aws:SecureTransport": false}`, facts{"aws:securetransport": {"true"}}, false},
		{`"BinaryEquals": {"aws:referer": "QQ=="}`, facts{"aws:referer": {"QQ=="}}, true},
		{`"BinaryEquals": {"aws:referer": "QQ=="}`, facts{"aws:referer": {"A"}}, false},

		{`"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}`, facts{"aws:sourceip": {"10.1.2.3"}}, true},
		{`"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}`, facts{"aws:sourceip": {"2001:db8::1"}}, true},
		{`"IpAddress": {"aws:SourceIp": "10.1.2.3/8"}`, facts{"aws:sourceip": {"10.9.9.9"}}, true},
		{`"IpAddress": {"aws:SourceIp": "10.1.2.3"}`, facts{"aws:sourceip": {"::ffff:10.1.2.3"}}, true},
		{`"IpAddress": {"aws:SourceIp": "10.1.2.3"}`, facts{"aws:sourceip": {"10.1.2.4"}}, false},
		{`"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}`, facts{"aws:sourceip": {"nowhere"}}, false},
		{`"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}`, facts{"aws:sourceip": {"11.0.0.1"}}, true},

		{`"ArnLike": {"aws:sourcearn": "arn:aws:s3:*:*:b*"}`, facts{"aws:sourcearn": {"arn:aws:s3:::bucket"}}, true},
		{`"ArnEquals": {"aws:sourcearn": "arn:aws:*:::b"}`, facts{"aws:sourcearn": {"arn:aws:s3:x::b"}}, false},
		{`"ArnLike": {"aws:sourcearn": "arn:aws:*:*:*:b"}`, facts{"aws:sourcearn": {"arn:aws:s3:::b"}}, true},
		{`"ArnNotLike": {"aws:sourcearn": "arn:aws:s3:::b"}`, facts{"aws:sourcearn": {"arn:aws:s3:::c"}}, true},
		{`"ArnNotEquals": {"aws:sourcearn": "arn:aws:s3:::*"}`, facts{"aws:sourcearn": {"arn:aws:s3:::c"}}, false},
		{`"ArnLike": {"aws:sourcearn": "*"}`, facts{"aws:sourcearn": {"arn:aws:s3:::c:d"}}, true},
		{`"ArnLike": {"aws:sourcearn": "arn:aws:iam::${aws:principalaccount}:*"}`, facts{"aws:sourcearn": {"arn:aws:iam::1:x"}, "aws:principalaccount": {"1"}}, true},
		{`"ArnLike": {"aws:sourcearn": "*"}`, facts{"aws:sourcearn": {"c"}}, false},

		{`"Null": {"aws:referer": "true"}`, facts{}, true},
		{`"Null": {"aws:referer": true}`, facts{"aws:referer": {""}}, false},
		{`"Null": {"aws:referer": "false"}`, facts{"aws:referer": {"x"}}, true},

		{`"ForAnyValue:StringEquals": {"s3:requestobjecttagkeys": ["a", "b"]}`, facts{"s3:requestobjecttagkeys": {"c", "b"}}, true},
		{`"ForAnyValue:StringEquals": {"s3:requestobjecttagkeys": ["a", "b"]}`, facts{}, false},
		{`"ForAnyValue:StringNotEquals": {"s3:requestobjecttagkeys": "a"}`, facts{"s3:requestobjecttagkeys": {"a", "b"}}, true},
		{`"ForAnyValue:StringNotEquals": {"s3:requestobjecttagkeys": "a"}`, facts{"s3:requestobjecttagkeys": {"a"}}, false},
		{`"ForAnyValue:StringNotEquals": {"s3:requestobjecttagkeys": "a"}`, facts{}, false},
		{`"ForAllValues:StringEquals": {"s3:requestobjecttagkeys": ["a", "b"]}`, facts{"s3:requestobjecttagkeys": {"a", "c"}}, false},
		{`"ForAllValues:StringLike": {"s3:requestobjecttagkeys": ["a*"]}`, facts{"s3:requestobjecttagkeys": {"a", "ab"}}, true},
		{`"ForAllValues:StringEquals": {"s3:requestobjecttagkeys": "a"}`, facts{}, true},
		{`"ForAllValues:StringNotEquals": {"s3:requestobjecttagkeys": "a"}`, facts{"s3:requestobjecttagkeys": {"b", "a"}}, false},
		{`"StringEquals": {"s3:requestobjecttagkeys": "a"}`, facts{"s3:requestobjecttagkeys": {"b", "a"}}, true},
		{`"StringNotEquals": {"s3:requestobjecttagkeys": "a"}`, facts{"s3:requestobjecttagkeys": {"b", "a"}}, false},
	} {
		allow, deny := byCondition(t, tc.condition, tc.keys)
		if allow != tc.holds || deny != tc.holds {
			t.Errorf("%s with %v: allows %v, denies %v, want %v", tc.condition, tc.keys, allow, deny, tc.holds)
		}
	}
}

// byCondition returns whether statements with a condition apply, one that
// allows and one that denies.
func byCondition(tb testing.TB, condition string, keys facts) (allow, deny bool) {
	tb.Helper()
	const rest = `", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {`
	r := &Request{Caller: blue, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Keys: keys}
	allow = Evaluate(r, mustParse(tb, statementOf(`"Effect": "Allow`+rest+condition+`}`))) == Allow
	deny = Evaluate(r, mustParse(tb, statementOf(`"Effect": "Deny`+rest+condition+`}`))) == ExplicitDeny
	return allow, deny
}

// TestUnknownFailsClosed: what cannot be told allows nothing, and denies.
func TestUnknownFailsClosed(t *testing.T) {
	for condition, want := range map[string]struct{ allow, deny bool }{
		`"StringEquals": {"aws:novelty": "x"}`:                   {false, true},
		`"StringNotEquals": {"aws:novelty": "x"}`:                {false, true},
		`"Null": {"aws:novelty": "true"}`:                        {false, true},
		`"Null": {"aws:novelty": "false"}`:                       {false, true},
		`"ForAllValues:StringEquals": {"aws:novelty": "x"}`:      {false, true},
		`"ForAnyValue:StringEquals": {"aws:novelty": "x"}`:       {false, true},
		`"StringEqualsIfExists": {"aws:novelty": "x"}`:           {true, true},
		`"StringNotEquals": {"aws:referer": "${aws:userid}"}`:    {false, true},
		`"ArnNotLike": {"aws:referer": "arn:${aws:userid}::::"}`: {false, true},
		`"StringLike": {"aws:referer": "${aws:userid}"}`:         {false, false},
	} {
		allow, deny := byCondition(t, condition, facts{"aws:referer": {"arn:x::::"}})
		if allow != want.allow || deny != want.deny {
			t.Errorf("%s: allows %v, denies %v, want %v", condition, allow, deny, want)
		}
	}
}
