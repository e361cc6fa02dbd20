package clc_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/store"
)

// profile makes an instance profile of an account, with a role, and returns its
// ARN.
func (tn *tenant) profile(name string) string {
	tn.f.t.Helper()
	role := cloud.Role{ID: "AROA" + strings.ToUpper(name) + string(tn.account.ID), Account: tn.account.ID, Name: name, Path: "/", Created: begin,
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`}
	p := cloud.InstanceProfile{ID: "AIPA" + strings.ToUpper(name) + string(tn.account.ID), Account: tn.account.ID, Name: name, Path: "/apps/", Role: role.ID, Created: begin}
	tn.f.change(func(tx *store.Tx) error {
		if err := tx.Roles().Put(role); err != nil {
			return err
		}
		return tx.InstanceProfiles().Put(p)
	})
	return p.ARN()
}

// What clients read about associations of instance profiles, to the letter.
func TestProfileAssociationsGolden(t *testing.T) {
	f := newCloud(t)
	tp := newTape(f)
	alice := f.alice
	alice.profile("web")
	alice.profile("batch")
	if got := alice.query("RunInstances", launch); got.code != "" {
		t.Fatal(got.msg)
	}
	id := args{"InstanceId": string(f.instanceIDs()[0])}
	tp.do(alice, "AssociateIamInstanceProfile", id.with(args{"IamInstanceProfile.Name": "web"}))
	tp.do(alice, "AssociateIamInstanceProfile", id.with(args{"IamInstanceProfile.Name": "web"}))
	tp.do(alice, "DescribeIamInstanceProfileAssociations", nil)
	association := args{"AssociationId": f.association(id["InstanceId"])}
	tp.do(alice, "ReplaceIamInstanceProfileAssociation", association.with(args{"IamInstanceProfile.Arn": "arn:aws:iam::" + string(alice.account.ID) + ":instance-profile/apps/batch"}))
	tp.do(alice, "DisassociateIamInstanceProfile", association)
	tp.do(alice, "DisassociateIamInstanceProfile", args{"AssociationId": f.association(id["InstanceId"])})
	tp.do(alice, "DescribeIamInstanceProfileAssociations", nil)
	tp.check()
}

// association is the id of an instance's association.
func (f *fixture) association(instance string) (id string) {
	f.t.Helper()
	f.view(func(tx *store.Tx) {
		for a := range tx.ProfileAssociations().By(store.ByInstance, instance) {
			id = string(a.ID)
		}
	})
	return id
}

// Bad input is refused, and nothing is associated.
func TestProfileAssociationsRefused(t *testing.T) {
	f := newCloud(t)
	alice := f.alice
	alice.profile("web")
	bobs := f.bob.profile("bobs")
	for _, who := range []*tenant{alice, f.bob} {
		if got := who.query("RunInstances", launch.with(args{"ImageId": publicID})); got.code != "" {
			t.Fatal(got.msg)
		}
	}
	mine, theirs := "", ""
	f.view(func(tx *store.Tx) {
		for i := range tx.Instances().All() {
			if i.Account == alice.account.ID {
				mine = string(i.ID)
			} else {
				theirs = string(i.ID)
			}
		}
	})
	good := args{"InstanceId": mine, "IamInstanceProfile.Name": "web"}
	for name, c := range map[string]struct {
		change args
		code   string
	}{
		"no instance":      {args{"InstanceId": "-"}, "MissingParameter"},
		"bad instance":     {args{"InstanceId": "i-1"}, "InvalidInstanceID.Malformed"},
		"absent instance":  {args{"InstanceId": "i-00000000000000000"}, "InvalidInstanceID.NotFound"},
		"bob's instance":   {args{"InstanceId": theirs}, "InvalidInstanceID.NotFound"},
		"no profile":       {args{"IamInstanceProfile.Name": "-"}, "MissingParameter"},
		"an empty profile": {args{"IamInstanceProfile.Name": ""}, "MissingParameter"},
		"name and ARN":     {args{"IamInstanceProfile.Arn": bobs}, "InvalidParameterCombination"},
		"absent profile":   {args{"IamInstanceProfile.Name": "none"}, "InvalidParameterValue"},
		"in another case":  {args{"IamInstanceProfile.Name": "Web"}, "InvalidParameterValue"},
		"bob's profile":    {args{"IamInstanceProfile.Name": "bobs"}, "InvalidParameterValue"},
		"bob's, by ARN":    {args{"IamInstanceProfile.Name": "-", "IamInstanceProfile.Arn": bobs}, "InvalidParameterValue"},
		"of another path":  {args{"IamInstanceProfile.Name": "-", "IamInstanceProfile.Arn": "arn:aws:iam::" + string(alice.account.ID) + ":instance-profile/web"}, "InvalidParameterValue"},
		"a role's ARN":     {args{"IamInstanceProfile.Name": "-", "IamInstanceProfile.Arn": "arn:aws:iam::" + string(alice.account.ID) + ":role/web"}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := alice.query("AssociateIamInstanceProfile", good.with(c.change)); got.code != c.code {
				t.Errorf("%q (%s), want %q", got.code, got.msg, c.code)
			}
			if c.change["InstanceId"] == "" {
				if got := alice.query("RunInstances", launch.with(args{"IamInstanceProfile.Name": "web"}).with(c.change)); got.code != c.code && name != "no profile" {
					t.Errorf("RunInstances: %q (%s), want %q", got.code, got.msg, c.code)
				}
			}
		})
	}
	f.view(func(tx *store.Tx) {
		for a := range tx.ProfileAssociations().All() {
			t.Errorf("there is %+v", a)
		}
	})
	if got := f.bob.query("AssociateIamInstanceProfile", args{"InstanceId": theirs, "IamInstanceProfile.Arn": bobs}); got.code != "" {
		t.Fatal(got.msg)
	}
	foreign := args{"AssociationId": f.association(theirs), "IamInstanceProfile.Name": "web"}
	for _, c := range []struct{ id, code string }{{foreign["AssociationId"], "InvalidAssociationID.NotFound"},
		{"iip-assoc-00000000000000000", "InvalidAssociationID.NotFound"}, {"eipassoc-00000000000000000", "InvalidAssociationID.Malformed"}} {
		alice.refused("ReplaceIamInstanceProfileAssociation", foreign.with(args{"AssociationId": c.id}), c.code)
		alice.refused("DisassociateIamInstanceProfile", args{"AssociationId": c.id}, c.code)
		alice.refused("DescribeIamInstanceProfileAssociations", args{"AssociationId.1": c.id}, c.code)
	}
	alice.refused("DescribeIamInstanceProfileAssociations", args{"Filter.1.Name": "color", "Filter.1.Value.1": "red"}, "InvalidParameterValue")
	alice.refused("AssociateIamInstanceProfile", good.with(args{"DryRun": "true"}), "UnknownParameter")
	if got := f.bob.query("TerminateInstances", args{"InstanceId.1": theirs}); got.code != "" {
		t.Fatal(got.msg)
	}
	f.bob.refused("AssociateIamInstanceProfile", args{"InstanceId": theirs, "IamInstanceProfile.Arn": bobs}, "IncorrectInstanceState")
}

// A launch hands the profile to each of its instances, which are found by it; a
// terminated one has it no longer.
func TestLaunchWithProfile(t *testing.T) {
	f := newCloud(t)
	alice, ctx := f.alice, t.Context()
	arn := alice.profile("web")
	run := must[*sdk.RunInstancesOutput](t)(alice.ec2.RunInstances(ctx, &sdk.RunInstancesInput{ImageId: aws.String(imageID), InstanceType: "m1.small",
		MinCount: aws.Int32(2), MaxCount: aws.Int32(2), IamInstanceProfile: &types.IamInstanceProfileSpecification{Arn: &arn}}))
	for _, i := range run.Instances {
		if i.IamInstanceProfile == nil || *i.IamInstanceProfile.Arn != arn || !strings.HasPrefix(*i.IamInstanceProfile.Id, "AIPA") {
			t.Errorf("%s has the profile %+v", *i.InstanceId, i.IamInstanceProfile)
		}
	}
	for name, value := range map[string]string{"iam-instance-profile.arn": arn, "iam-instance-profile.id": "AIPAWEB*", "iam-instance-profile.name": "web"} {
		for want, v := range map[int]string{2: value, 0: "x" + value} {
			got := must[*sdk.DescribeInstancesOutput](t)(alice.ec2.DescribeInstances(ctx, &sdk.DescribeInstancesInput{Filters: []types.Filter{{Name: &name, Values: []string{v}}}}))
			n := 0
			for _, r := range got.Reservations {
				n += len(r.Instances)
			}
			if n != want {
				t.Errorf("%s=%s finds %d instances, want %d", name, v, n, want)
			}
		}
	}
	associations := func(filter, value string) int {
		return len(must[*sdk.DescribeIamInstanceProfileAssociationsOutput](t)(alice.ec2.DescribeIamInstanceProfileAssociations(ctx,
			&sdk.DescribeIamInstanceProfileAssociationsInput{Filters: []types.Filter{{Name: &filter, Values: []string{value}}}})).IamInstanceProfileAssociations)
	}
	first := *run.Instances[0].InstanceId
	if a, b, c, d := associations("instance-id", first), associations("instance-id", "i-*"), associations("state", "associated"), associations("state", "disassociated"); a != 1 || b != 2 || c != 2 || d != 0 {
		t.Errorf("filters find %d, %d, %d, %d associations", a, b, c, d)
	}
	if got := f.bob.query("DescribeIamInstanceProfileAssociations", nil); strings.Contains(string(got.body), "iip-assoc") {
		t.Errorf("bob sees %s", got.body)
	}
	must[*sdk.TerminateInstancesOutput](t)(alice.ec2.TerminateInstances(ctx, &sdk.TerminateInstancesInput{InstanceIds: []string{first}}))
	f.zone.see(first, cloud.PhaseGone)
	f.zoneB.see(first, cloud.PhaseGone)
	gone := f.instance(first)
	if n := associations("instance-id", first); gone.State() != cloud.StateTerminated || n != 0 {
		t.Errorf("%d associations of an instance that is %v", n, gone.State())
	}
	if n := associations("state", "associated"); n != 1 {
		t.Errorf("%d associations are left", n)
	}
}

// Pages of associations.
func TestProfileAssociationsPages(t *testing.T) {
	f := newCloud(t)
	alice := f.alice
	alice.profile("web")
	if got := alice.query("RunInstances", launch.with(args{"MinCount": "7", "MaxCount": "7", "IamInstanceProfile.Name": "web"})); got.code != "" {
		t.Fatal(got.msg)
	}
	all := 0
	for p := sdk.NewDescribeIamInstanceProfileAssociationsPaginator(alice.ec2, &sdk.DescribeIamInstanceProfileAssociationsInput{MaxResults: aws.Int32(5)}); p.HasMorePages(); {
		page := must[*sdk.DescribeIamInstanceProfileAssociationsOutput](t)(p.NextPage(t.Context()))
		if n := len(page.IamInstanceProfileAssociations); n > 5 {
			t.Errorf("a page of %d", n)
		}
		all += len(page.IamInstanceProfileAssociations)
	}
	if all != 7 {
		t.Errorf("%d associations, want 7", all)
	}
}

// ownProfile hands alice's instance a profile.
func (f *fixture) ownProfile(own map[string]string) {
	f.t.Helper()
	f.alice.profile("web")
	ok(f.t, f.alice.query2("AssociateIamInstanceProfile", args{"InstanceId": own["instance"], "IamInstanceProfile.Name": "web"}))
	own["profile association"] = f.association(own["instance"])
}

func foreignProfiles(own map[string]string) []foreignCase {
	const none = "InvalidAssociationID.NotFound"
	web, id := args{"IamInstanceProfile.Name": "web"}, args{"AssociationId": own["profile association"]}
	return []foreignCase{
		{"AssociateIamInstanceProfile", web.with(args{"InstanceId": own["instance"]}), "InvalidInstanceID.NotFound"},
		{"DescribeIamInstanceProfileAssociations", args{"AssociationId.1": own["profile association"]}, none},
		{"DisassociateIamInstanceProfile", id, none},
		{"ReplaceIamInstanceProfileAssociation", web.with(id), none},
	}
}
