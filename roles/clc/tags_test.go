package clc_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// tagsOf are the tags of a resource, as DescribeTags tells them.
func (tn *tenant) tagsOf(resource string) map[string]string {
	tn.f.t.Helper()
	out := must[*sdk.DescribeTagsOutput](tn.f.t)(tn.ec2.DescribeTags(tn.f.t.Context(), &sdk.DescribeTagsInput{
		Filters: []types.Filter{{Name: aws.String("resource-id"), Values: []string{resource}}}}))
	tags := map[string]string{}
	for _, t := range out.Tags {
		tags[*t.Key] = *t.Value
	}
	return tags
}

// Every kind of resource takes tags, shows them and is found by them.
func TestTagsOnEverything(t *testing.T) {
	f := newCloud(t)
	ok(t, f.alice.query2("CreateKeyPair", args{"KeyName": "k", "KeyType": "ed25519"}))
	i := f.instance(*f.alice.run(1).Instances[0].InstanceId)
	resources := map[string]string{string(i.ID): "instance", string(i.ENI): "network-interface", string(i.VPC): "vpc",
		string(i.Subnet): "subnet", string(i.Groups[0]): "security-group", imageID: "image"}
	f.view(func(tx *store.Tx) {
		g, _ := tx.Groups().Get(i.Groups[0])
		resources[string(g.Ingress[0].ID)] = "security-group-rule"
		for k := range tx.KeyPairs().All() {
			resources[string(k.ID)] = "key-pair"
		}
	})
	own := map[string]string{"vpc": string(i.VPC), "instance": string(i.ID), "eni": string(i.ENI)}
	f.ownNetwork(own)
	resources[own["dhcp"]], resources[own["gateway"]], resources[own["table"]], resources[own["acl"]] = "dhcp-options", "internet-gateway", "route-table", "network-acl"
	address := f.alice.makes("AllocateAddress", nil, "allocationId")
	template := f.alice.makes("CreateLaunchTemplate", args{"LaunchTemplateName": "base", "LaunchTemplateData.InstanceType": "m1.small"}, "launchTemplateId")
	group := f.alice.makes("CreatePlacementGroup", args{"GroupName": "pg", "Strategy": "cluster"}, "groupId")
	resources[address], resources[template], resources[group] = "elastic-ip", "launch-template", "placement-group"
	a := args{"Tag.1.Key": "env", "Tag.1.Value": "prod"}
	for id := range resources {
		a["ResourceId."+strconv.Itoa(len(a)-1)] = id
	}
	ok(t, f.alice.query2("CreateTags", a))
	out := must[*sdk.DescribeTagsOutput](t)(f.alice.ec2.DescribeTags(t.Context(), &sdk.DescribeTagsInput{}))
	got := map[string]string{}
	for _, x := range out.Tags {
		got[*x.ResourceId] = string(x.ResourceType)
	}
	same(t, "kinds", resources, got)
	for action, id := range map[string]string{"DescribeInstances": string(i.ID), "DescribeInstanceStatus": "", "DescribeNetworkInterfaces": string(i.ENI),
		"DescribeVpcs": string(i.VPC), "DescribeSubnets": string(i.Subnet), "DescribeSecurityGroups": string(i.Groups[0]), "DescribeImages": imageID,
		"DescribeDhcpOptions": own["dhcp"], "DescribeInternetGateways": own["gateway"], "DescribeRouteTables": own["table"], "DescribeNetworkAcls": own["acl"],
		"DescribeAddresses": address, "DescribeLaunchTemplates": template, "DescribePlacementGroups": group, "DescribeSecurityGroupRules": "", "DescribeKeyPairs": ""} {
		for value, there := range map[string]bool{"pr?d": true, "prod2": false} {
			body := string(f.alice.query(action, args{"Filter.1.Name": "tag:env", "Filter.1.Value.1": value}).body)
			if id != "" && strings.Contains(body, id) != there {
				t.Errorf("%s of tag:env=%s: %s", action, value, body)
			}
			if id != "" && there && !strings.Contains(body, "<key>env</key><value>prod</value>") {
				t.Errorf("%s does not show the tag: %s", action, body)
			}
		}
	}
}

func TestCreateAndDeleteTags(t *testing.T) {
	f := newCloud(t)
	set := func(kv ...string) {
		t.Helper()
		a := args{"ResourceId.1": imageID}
		for k := 0; k < len(kv); k += 2 {
			n := strconv.Itoa(k/2 + 1)
			a["Tag."+n+".Key"], a["Tag."+n+".Value"] = kv[k], kv[k+1]
		}
		ok(t, f.alice.query2("CreateTags", a))
	}
	del := func(a args) map[string]string {
		t.Helper()
		set("a", "1", "b", "", "C", "3")
		ok(t, f.alice.query2("DeleteTags", args{"ResourceId.1": imageID}.with(a)))
		return f.alice.tagsOf(imageID)
	}
	set("a", "0", "b", "x")
	set("a", "1", "b", "")
	same(t, "overwritten", map[string]string{"a": "1", "b": ""}, f.alice.tagsOf(imageID))
	same(t, "by key", map[string]string{"b": "", "C": "3"}, del(args{"Tag.1.Key": "a"}))
	same(t, "by its value", map[string]string{"b": "", "C": "3"}, del(args{"Tag.1.Key": "a", "Tag.1.Value": "1"}))
	same(t, "by another value", map[string]string{"a": "1", "b": "", "C": "3"}, del(args{"Tag.1.Key": "a", "Tag.1.Value": "2"}))
	same(t, "by the empty value, has one", map[string]string{"a": "1", "b": "", "C": "3"}, del(args{"Tag.1.Key": "a", "Tag.1.Value": ""}))
	same(t, "by the empty value, has none", map[string]string{"a": "1", "C": "3"}, del(args{"Tag.1.Key": "b", "Tag.1.Value": ""}))
	same(t, "case matters", map[string]string{"a": "1", "b": "", "C": "3"}, del(args{"Tag.1.Key": "c"}))
	same(t, "not there", map[string]string{"a": "1", "b": "", "C": "3"}, del(args{"Tag.1.Key": "z"}))
	same(t, "all", map[string]string{}, del(nil))
	f.view(func(tx *store.Tx) { same(t, "records of no tags", 0, tx.TagSets().Len()) })
}

func TestTagRefusals(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1).Instances[0].InstanceId
	full := args{"ResourceId.1": imageID}
	for k := range clc.MaxTags {
		full["Tag."+strconv.Itoa(k+1)+".Key"] = "k" + strconv.Itoa(k)
	}
	ok(t, f.alice.query2("CreateTags", full))
	ok(t, f.alice.query2("CreateTags", args{"ResourceId.1": imageID, "Tag.1.Key": "k0", "Tag.1.Value": "another value, not another tag"}))
	tag := args{"ResourceId.1": id, "Tag.1.Key": "k"}
	many := tag.with(nil)
	for k := range 1001 {
		many["ResourceId."+strconv.Itoa(k+1)] = id
	}
	for name, c := range map[string]struct {
		a    args
		code string
	}{
		"one too many":        {args{"ResourceId.1": id, "ResourceId.2": imageID, "Tag.1.Key": "more"}, "TagLimitExceeded"},
		"too many at once":    {full.with(args{"ResourceId.1": id, "Tag.51.Key": "k51"}), "TagLimitExceeded"},
		"too many resources":  {many, "InvalidParameterValue"},
		"AWS's own":           {tag.with(args{"Tag.1.Key": "aws:name"}), "InvalidParameterValue"},
		"AWS's own, in caps":  {tag.with(args{"Tag.1.Key": "AWS:name"}), "InvalidParameterValue"},
		"no key":              {tag.with(args{"Tag.1.Key": ""}), "InvalidParameterValue"},
		"long key":            {tag.with(args{"Tag.1.Key": strings.Repeat("ä", 129)}), "InvalidParameterValue"},
		"long value":          {tag.with(args{"Tag.1.Value": strings.Repeat("ä", 257)}), "InvalidParameterValue"},
		"key twice":           {tag.with(args{"Tag.2.Key": "k"}), "InvalidParameterValue"},
		"no tag":              {args{"ResourceId.1": id}, "MissingParameter"},
		"no resource":         {args{"Tag.1.Key": "k"}, "MissingParameter"},
		"no id":               {tag.with(args{"ResourceId.1": "web server"}), "InvalidID"},
		"id of no kind":       {tag.with(args{"ResourceId.1": "vol-00000000000000000"}), "InvalidID"},
		"malformed":           {tag.with(args{"ResourceId.1": "i-xyz"}), "InvalidInstanceID.Malformed"},
		"malformed rule":      {tag.with(args{"ResourceId.1": "sgr-xyz"}), "InvalidSecurityGroupRuleId.Malformed"},
		"one of two not here": {tag.with(args{"ResourceId.2": "i-00000000000000000"}), "InvalidInstanceID.NotFound"},
		"only asked":          {tag.with(args{"DryRun": "true"}), "DryRunOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.alice.query("CreateTags", c.a); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
		})
	}
	f.alice.refused("DeleteTags", tag.with(args{"Tag.1.Key": "aws:x"}), "InvalidParameterValue")
	same(t, "the instance's tags", map[string]string{}, f.alice.tagsOf(id))
	same(t, "the image's tags", clc.MaxTags, len(f.alice.tagsOf(imageID)))

	// What looks dangerous is text like any other.
	for _, v := range []string{"--", "$(reboot)", "a\nb\t", "<script>&amp;", "'; drop table", "\u202e", "🙂"} {
		ok(t, f.alice.query2("CreateTags", tag.with(args{"Tag.1.Value": v})))
		same(t, "value", map[string]string{"k": v}, f.alice.tagsOf(id))
	}
	f.alice.refused("CreateTags", tag.with(args{"Tag.1.Value": "\x1b[2J"}), "InvalidParameterValue")
}

// A thousand resources are one transaction.
func TestTagManyResources(t *testing.T) {
	f := newCloud(t)
	a := args{"Tag.1.Key": "k", "Tag.1.Value": "v"}
	for batch := range 2 {
		f.change(func(tx *store.Tx) error {
			for k := range 500 {
				id := "i-" + strings.Repeat("0", 13) + strconv.Itoa(1000+batch*500+k)
				a["ResourceId."+strconv.Itoa(batch*500+k+1)] = id
				if err := tx.Instances().Put(cloud.Instance{ID: cloud.InstanceID(id), Account: f.alice.account.ID}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	before := f.store.Revision()
	ok(t, f.alice.query2("CreateTags", a))
	same(t, "transactions", before+1, f.store.Revision())
	f.view(func(tx *store.Tx) { same(t, "tagged", 1000, tx.TagSets().Len()) })
}
