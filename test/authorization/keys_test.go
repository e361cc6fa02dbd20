package authorization_test

import (
	"net/url"
	"testing"
)

// globals are condition keys that every front knows, whether its requests have
// them or not. A front that did not would let every Deny apply that asks for one.
var globals = []string{"aws:CurrentTime", "aws:EpochTime", "aws:SourceIp", "aws:SecureTransport", "aws:UserAgent", "aws:RequestedRegion",
	"aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:PrincipalTag/x", "aws:PrincipalIsAWSService", "aws:ViaAWSService", "aws:userid",
	"aws:username", "aws:TokenIssueTime", "aws:SourceIdentity", "aws:FederatedProvider", "aws:ResourceAccount", "aws:RequestTag/x", "aws:ResourceTag/x",
	"aws:TagKeys", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp", "aws:PrincipalOrgID",
	"aws:CalledVia", "aws:SourceArn", "aws:SourceAccount", "aws:Referer", "ecc:instances"}

// TestKeysAreKnown: a Deny that asks for a key and a value that no request has
// stops nobody, in any service; one that asks for a key nobody knows stops all.
func TestKeysAreKnown(t *testing.T) {
	w := newWorld(t)
	requests := []struct{ service, version, action string }{
		{"ec2", "2016-11-15", "DescribeVpcs"}, {"ec2", "2016-11-15", "CreateInternetGateway"}, {"iam", "2010-05-08", "ListUsers"},
		{"sts", "2011-06-15", "DecodeAuthorizationMessage"},
	}
	for _, key := range append(globals, "aws:Novelty", "nobody:knows") {
		w.grant("allowed", `{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"`+key+`":"never"}}}`)
		for _, r := range requests {
			form := url.Values{}
			if r.service == "sts" {
				form.Set("EncodedMessage", "x")
			}
			got := w.send("allowed", r.service, r.version, r.action, form)
			refused := got.code == "UnauthorizedOperation" || got.code == "AccessDenied"
			if want := key == "aws:Novelty" || key == "nobody:knows"; refused != want {
				t.Errorf("%s with %s: %+v, want it refused: %v", r.action, key, got, want)
			}
		}
	}
}

// TestOnlyTheConnectionTellsTheAddress: no header and no parameter stands for a
// condition key.
func TestOnlyTheConnectionTellsTheAddress(t *testing.T) {
	w := newWorld(t)
	w.header = map[string]string{"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7", "X-Real-Ip": "203.0.113.7", "Aws-Sourceip": "203.0.113.7",
		"X-Amz-Source-Ip": "203.0.113.7", "Aws-Userid": "root"}
	for condition, want := range map[string]bool{
		`"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`:          false,
		`"IpAddress":{"aws:SourceIp":["127.0.0.0/8","::1/128"]}`: true,
		`"StringEquals":{"aws:userid":"root"}`:                   false,
	} {
		w.grant("allowed", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{`+condition+`}}`)
		got := w.send("allowed", "ec2", "2016-11-15", "DescribeVpcs", url.Values{})
		if (got.code == "") != want {
			t.Errorf("%s: %+v", condition, got)
		}
	}
}
