package policy

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// TestPrivateIsPrivate: a policy that is not public lets nobody in who brings
// no credentials and is on no network.
func TestPrivateIsPrivate(t *testing.T) {
	lines := map[string][]string{
		"aws:SourceIp":         {"10.0.0.0/8", "0.0.0.0/0", "192.0.2.1"},
		"aws:PrincipalAccount": {"111111111111", "1*", "${aws:userid}", "*"},
		"aws:SourceArn":        {"arn:aws:s3:::x", "arn:aws:s3:*:*:*"},
		"aws:Referer":          {"x", "*"},
	}
	operators := map[string][]string{
		"aws:SourceIp":         {"IpAddress", "NotIpAddress", "IpAddressIfExists", "ForAllValues:IpAddress", "ForAnyValue:IpAddress"},
		"aws:PrincipalAccount": {"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists", "ForAllValues:StringLike", "StringEqualsIgnoreCase"},
		"aws:SourceArn":        {"ArnLike", "ArnNotEquals", "ArnEqualsIfExists", "ForAllValues:ArnLike", "StringEquals"},
		"aws:Referer":          {"StringEquals", "StringNotLike", "StringLikeIfExists"},
	}
	rapid.Check(t, func(t *rapid.T) {
		type object = map[string]any
		var statements []object
		for range rapid.IntRange(1, 3).Draw(t, "statements") {
			condition := object{}
			for range rapid.IntRange(0, 2).Draw(t, "conditions") {
				key := rapid.SampledFrom([]string{"aws:SourceIp", "aws:PrincipalAccount", "aws:SourceArn", "aws:Referer"}).Draw(t, "key")
				values := rapid.SliceOfN(rapid.SampledFrom(lines[key]), 1, 2).Draw(t, "values")
				condition[rapid.SampledFrom(operators[key]).Draw(t, "operator")] = object{key: values}
			}
			statements = append(statements, object{
				"Effect":    rapid.SampledFrom([]string{"Allow", "Allow", "Deny"}).Draw(t, "effect"),
				"Principal": rapid.SampledFrom([]any{"*", object{"AWS": "111111111111"}, object{"AWS": []string{"111111111111", "*"}}}).Draw(t, "principal"),
				"Action":    rapid.SampledFrom([]string{"s3:*", "s3:Get*", "s3:CreateBucket"}).Draw(t, "action"), "Resource": "arn:aws:s3:::b/*", "Condition": condition,
			})
		}
		doc, err := json.Marshal(object{"Version": newVersion, "Statement": statements})
		if err != nil {
			t.Fatal(err)
		}
		p, err := ParseResource(doc)
		if err != nil {
			t.Skip() // a value that is none for the operator
		}
		r := &Request{Caller: anonymous, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Keys: facts{"aws:userid": {"anonymous"}, "aws:referer": {"x"}}}
		if got := Evaluate(r, p); got == Allow && !p.IsPublic() {
			t.Fatalf("%s is not public and lets everybody in", doc)
		}
	})
}
