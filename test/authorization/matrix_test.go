package authorization_test

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ecc/api/awsquery"
	apiec2 "ecc/api/ec2"
	apiiam "ecc/api/iam"
	apists "ecc/api/sts"
	"ecc/internal/leastparams"
	"ecc/roles/clc"
	clciam "ecc/roles/clc/iam"
	clcsts "ecc/roles/clc/sts"
)

// row is one action of one service.
type row struct {
	service, version, action, permission string
	in                                   reflect.Type
	enums                                map[string][]string
}

func rows[S any](s awsquery.Service, table []awsquery.Action[S]) []row {
	var out []row
	for _, a := range table {
		in, _ := a.Shapes()
		out = append(out, row{s.Name, s.Versions[0], a.Name, a.Permission.Action, in, s.Enums})
	}
	return out
}

func allRows() []row {
	return slices.Concat(rows(apiec2.Service(), clc.Actions()), rows(apiiam.Service(), clciam.Actions()), rows(apists.Service(), clcsts.Actions()))
}

// open are the actions that everybody with credentials may call, or, with the
// last, who brings the token of an identity provider.
var open = []string{"GetCallerIdentity", "GetSessionToken", "AssumeRoleWithWebIdentity"}

// byResource are those which a policy of the caller's account alone does not
// open: the role has to let the caller in.
var byResource = []string{"AssumeRole"}

// TestMatrix: every action × every kind of caller.
func TestMatrix(t *testing.T) {
	w := newWorld(t)
	const everything = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	for _, r := range allRows() {
		t.Run(r.service+"/"+r.action, func(t *testing.T) {
			w.t = t
			w.grant("allowed", `{"Effect":"Allow","Action":["`+r.permission+`","ec2:CreateTags","iam:PassRole"],"Resource":"*"}`)
			w.grant("denied", everything+`,{"Effect":"Deny","Action":"`+r.permission+`","Resource":"*"}`)
			refused := map[string]bool{"poor": true, "denied": true, "anonymous": true, "expired": true}
			for _, who := range []string{"alice", "allowed", "poor", "denied", "bob", "anonymous", "expired"} {
				w.expect(r, who, refused[who])
			}
		})
	}
}

// expect sends the least request of an action, as a dry run where there are
// any, and checks whether it is refused, and how.
func (w *world) expect(r row, who string, refused bool) {
	w.t.Helper()
	got := w.send(who, r.service, r.version, r.action, w.least(r, absent))
	no := got.code == "UnauthorizedOperation" || got.code == "AccessDenied"
	switch {
	case who == "anonymous":
		if r.action != "AssumeRoleWithWebIdentity" && !slices.Contains([]string{"MissingAuthenticationToken", "MissingAuthenticationTokenException", "AuthFailure", "AccessDenied"}, got.code) {
			w.t.Errorf("%s: %+v", who, got)
		}
	case who == "expired":
		if !slices.Contains([]string{"ExpiredToken", "RequestExpired", "ExpiredTokenException"}, got.code) && r.action != "AssumeRoleWithWebIdentity" {
			w.t.Errorf("%s: %+v", who, got)
		}
	case slices.Contains(open, r.action), slices.Contains(byResource, r.action) && !refused:
	case refused:
		if !no || got.status != 403 || !strings.Contains(got.msg, "is not authorized to perform: "+r.permission) {
			w.t.Errorf("%s: %+v, want a refusal", who, got)
		}
		if r.service == "ec2" && !strings.Contains(got.msg, "Encoded authorization failure message: ") {
			w.t.Errorf("%s: no explanation: %s", who, got.msg)
		}
	case strings.Contains(got.msg, "is not authorized to perform"):
		w.t.Errorf("%s: %+v, want no refusal", who, got)
	case got.status >= 500 && got.code != "InsufficientInstanceCapacity":
		w.t.Errorf("%s: %+v", who, got)
	}
}

// ids are texts for members that name something, by the member's Go name.
type ids func(member string) string

func (w *world) least(r row, named ids) url.Values {
	w.t.Helper()
	m := leastparams.Maker{Enums: r.enums,
		Want: func(member string) bool { return member == "DryRun" || (named(member) != "" && r.service == "ec2") },
		Value: func(member, _ string) string {
			if v, ok := fixed[r.action+"."+member]; ok {
				return v
			}
			if v, ok := fixed[member]; ok {
				return v
			}
			return named(member)
		}}
	form, err := m.For(r.in)
	ok(w.t, err)
	return form
}

// fixed are values that only some texts are right for.
var fixed = map[string]string{
	"UserName": "somebody", "PolicyDocument": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
	"AssumeRolePolicyDocument": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}}`,
	"OpenIDConnectProviderArn": "arn:aws:iam::111111111111:oidc-provider/idp.example.com", "RoleArn": "arn:aws:iam::111111111111:role/nobody",
	"Strategy": "cluster", "PolicySourceArn": "arn:aws:iam::111111111111:user/nobody", "CidrBlock": "10.9.0.0/16",
}

// absent names what is not there.
func absent(member string) string {
	if kind := kinds[member]; kind != "" {
		return kind + "0123456789abcdef0"
	}
	return ""
}

// kinds are the prefixes of the ids that members take.
var kinds = map[string]string{
	"InstanceId": "i-", "InstanceIds": "i-", "ImageId": "ami-", "SourceImageId": "ami-", "KeyPairId": "key-", "KeyPairIds": "key-",
	"GroupId": "sg-", "GroupIds": "sg-", "VpcId": "vpc-", "VpcIds": "vpc-", "SubnetId": "subnet-", "SubnetIds": "subnet-",
	"NetworkInterfaceId": "eni-", "NetworkInterfaceIds": "eni-", "AllocationId": "eipalloc-", "AllocationIds": "eipalloc-",
	"RouteTableId": "rtb-", "RouteTableIds": "rtb-", "NetworkAclId": "acl-", "NetworkAclIds": "acl-", "InternetGatewayId": "igw-",
	"InternetGatewayIds": "igw-", "DhcpOptionsId": "dopt-", "DhcpOptionsIds": "dopt-", "LaunchTemplateId": "lt-", "LaunchTemplateIds": "lt-",
	"AttachmentId": "eni-attach-", "Resources": "i-", "SecurityGroupRuleId": "sgr-", "SecurityGroupRuleIds": "sgr-",
}
