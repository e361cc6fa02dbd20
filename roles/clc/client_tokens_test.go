package clc_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/roles/clc/ledger/ledgertest"
	"ecc/store"
)

// requestID is what differs between an answer and its replay.
var requestID = regexp.MustCompile(`<requestId>[^<]*</requestId>`)

// tokenCases are the actions with a client token: a request of each, and what to
// change of it.
func (f *fixture) tokenCases() map[string][2]args {
	template := f.alice.template("base", args{"InstanceType": "m1.small"})
	var subnet cloud.Subnet
	f.view(func(tx *store.Tx) {
		for s := range tx.Subnets().By(store.ByAccount, string(f.alice.account.ID)) {
			subnet = s
		}
	})
	burstable := *f.alice.run(1, func(in *sdk.RunInstancesInput) { in.InstanceType = "t3.micro" }).Instances[0].InstanceId
	vpc, _ := f.alice.newVPC("10.0.0.0/16", "10.0.1.0/24")
	return map[string][2]args{
		"CopyImage":                   {{"Name": "copy", "SourceImageId": imageID, "SourceRegion": region}, {"Name": "another"}},
		"CreateLaunchTemplate":        {{"LaunchTemplateName": "web", "LaunchTemplateData.InstanceType": "m1.small"}, {"LaunchTemplateData.InstanceType": "m5.large"}},
		"CreateLaunchTemplateVersion": {{"LaunchTemplateId": template, "LaunchTemplateData.InstanceType": "m5.large"}, {"VersionDescription": "other"}},
		"CreateNetworkInterface":      {{"SubnetId": string(subnet.ID)}, {"Description": "other"}},
		"CreateRouteTable":            {{"VpcId": vpc}, {"VpcId": string(subnet.VPC)}},
		"ModifyInstanceCreditSpecification": {{"InstanceCreditSpecification.1.InstanceId": burstable, "InstanceCreditSpecification.1.CpuCredits": "standard"},
			{"InstanceCreditSpecification.1.CpuCredits": "unlimited"}},
		"ModifyLaunchTemplate": {{"LaunchTemplateId": template, "SetDefaultVersion": "$Latest"}, {"SetDefaultVersion": "1"}},
		"RunInstances":         {launch, {"InstanceType": "m5.large"}},
	}
}

// Every action with a client token answers a repeated call as it did the first
// one, and changes nothing again; the token with other parameters is refused;
// another account's is another one; DryRun does not use it up.
func TestClientTokens(t *testing.T) {
	f := newCloud(t)
	cases := f.tokenCases()
	for _, a := range clc.Actions() {
		c, known := cases[a.Name]
		in, _ := a.Shapes()
		if _, takes := in.FieldByName("ClientToken"); takes != known && a.Name != "CreateNetworkAcl" { // unsupported yet
			t.Errorf("%s takes a client token: %t, is tested: %t", a.Name, takes, known)
		}
		if known {
			f.replays(a.Name, c[0].with(args{"ClientToken": "token"}), c[1])
		}
	}
	f.audit()
}

func (f *fixture) replays(action string, a, change args) {
	t := f.t
	t.Helper()
	al := f.alice
	same(t, action+" with DryRun", "DryRunOperation", al.query(action, a.with(args{"DryRun": "true"})).code)
	first := al.query(action, a)
	if first.code != "" {
		t.Errorf("%s: %s %s", action, first.code, first.msg)
		return
	}
	f.clock.forward(time.Minute)
	before := ledgertest.Now(t, f.store)
	again := al.query(action, a)
	same(t, action+" again", requestID.ReplaceAllString(string(first.body), ""), requestID.ReplaceAllString(string(again.body), ""))
	al.refused(action, a.with(change), "IdempotentParameterMismatch")
	al.refused(action, a.with(change).with(args{"ClientToken": strings.Repeat("x", 129)}), "InvalidParameterValue")
	if before.Changed() {
		t.Errorf("%s: a replay or a mismatch changed something", action)
	}
	if other := f.bob.query(action, a); other.code == "IdempotentParameterMismatch" || string(other.body) == string(first.body) {
		t.Errorf("%s: another account's token counts: %s", action, other.body)
	}
}
