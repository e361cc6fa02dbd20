package policy

import "testing"

// BenchmarkEvaluate decides what most requests to buckets with a policy are:
// reads of everyone under one prefix, and of one account from one network.
func BenchmarkEvaluate(b *testing.B) {
	p := mustParse(b, `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
		{"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": "arn:aws:s3:::b/public/*"},
		{"Effect": "Allow", "Principal": {"AWS": "`+greenRoot+`"}, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}]}`)
	keys := facts{"aws:securetransport": {"true"}, "aws:sourceip": {"10.1.2.3"}}
	for name, r := range map[string]*Request{
		"everyone": {Caller: anonymous, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/public/k", Keys: keys},
		"account":  {Caller: green, Action: "s3:PutObject", Resource: "arn:aws:s3:::b/private/k", Keys: keys},
		"refused":  {Caller: anonymous, Action: "s3:PutObject", Resource: "arn:aws:s3:::b/private/k", Keys: keys},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Evaluate(r, p)
			}
		})
	}
}
