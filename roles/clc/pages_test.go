package clc_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// Every list comes in pages that together are the list, without a repeat and
// without a gap, also when something is removed between two of them.
func TestPages(t *testing.T) {
	f := newCloud(t, func(c *clc.Config) {
		for k := range 9 {
			c.Types = append(c.Types, cloud.InstanceType{Name: fmt.Sprintf("y%d.y", k), VCPU: 1, Memory: cloud.GiB})
		}
	})
	f.fill(12)
	for action, item := range map[string]string{
		"DescribeInstances":             `<instanceId>(i-[^<]+)<`,
		"DescribeInstanceStatus":        `<instanceId>(i-[^<]+)<`,
		"DescribeImages":                `<imageId>([^<]+)<`,
		"DescribeInstanceTypes":         `<instanceType>([^<]+)<`,
		"DescribeInstanceTypeOfferings": `<instanceType>([^<]+)<`,
		"DescribeNetworkInterfaces":     `<networkInterfaceId>([^<]+)<`,
		"DescribeSecurityGroups":        `<item><groupId>([^<]+)</groupId><ipP`,
		"DescribeSecurityGroupRules":    `<securityGroupRuleId>([^<]+)<`,
		"DescribeSubnets":               `<subnetId>([^<]+)<`,
		"DescribeTags":                  `<key>([^<]+)</key><resourceId>[^<]+`,
		"DescribeVpcs":                  `<vpcId>([^<]+)<`,
	} {
		t.Run(action, func(t *testing.T) {
			base := args{}
			if action == "DescribeInstanceStatus" {
				base["IncludeAllInstances"] = "true"
			}
			find := regexp.MustCompile(item)
			whole := f.alice.query(action, base)
			want := found(find, whole.body)
			if len(want) < 12 {
				t.Fatalf("only %d: %s", len(want), whole.body)
			}
			same(t, "in pages", want, f.alice.pages(t, action, base, find))
			f.alice.refused(action, base.with(args{"MaxResults": "5", "NextToken": "bm9uZQ"}), "InvalidNextToken")
			f.alice.refused(action, base.with(args{"MaxResults": "-1"}), "InvalidParameterValue")
			f.alice.refused(action, base.with(args{"MaxResults": "100000"}), "InvalidParameterValue")
			first := f.alice.query(action, base.with(args{"MaxResults": "5"}))
			f.bob.refused(action, base.with(args{"MaxResults": "5", "NextToken": tokenOf(first.body)}), "InvalidNextToken")
		})
	}
	id := string(f.instanceIDs()[0])
	f.alice.refused("DescribeInstances", args{"InstanceId.1": id, "MaxResults": "5"}, "InvalidParameterCombination")
	f.alice.refused("DescribeInstances", args{"MaxResults": "4"}, "InvalidParameterValue")
}

// pages goes through a list by pages of five.
func (tn *tenant) pages(t *testing.T, action string, base args, find *regexp.Regexp) []string {
	t.Helper()
	var all []string
	token := ""
	for range 100 {
		a := base.with(args{"MaxResults": "5"})
		if token != "" {
			a["NextToken"] = token
		}
		got := tn.query(action, a)
		if got.code != "" {
			t.Fatalf("%s: %s", got.code, got.msg)
		}
		page := found(find, got.body)
		if len(page) > 5 {
			t.Errorf("a page of %d", len(page))
		}
		all = append(all, page...)
		if token = tokenOf(got.body); token == "" {
			return all
		}
	}
	t.Fatal("the pages do not end")
	return nil
}

func found(find *regexp.Regexp, body []byte) []string {
	var out []string
	for _, m := range find.FindAllSubmatch(body, -1) {
		out = append(out, string(m[1]))
	}
	return slices.Compact(out) // an element may name its id twice
}

func tokenOf(body []byte) string {
	m := regexp.MustCompile(`<nextToken>([^<]+)<`).FindSubmatch(body)
	if m == nil {
		return ""
	}
	return string(m[1])
}

// fill gives alice n of everything.
func (f *fixture) fill(n int) {
	f.t.Helper()
	f.alice.run(int32(n))
	a := f.alice.account.ID
	f.change(func(tx *store.Tx) error {
		for k := range n {
			id := "0000000000000" + strconv.Itoa(1000+k)
			img, _ := tx.Images().Get(imageID)
			img.ID = cloud.ImageID("ami-" + id)
			vpc := cloud.VPC{ID: cloud.VPCID("vpc-" + id), Account: a, CIDR: netip.MustParsePrefix("10.0.0.0/16")}
			for _, err := range []error{
				tx.Images().Put(img), tx.VPCs().Put(vpc),
				tx.Subnets().Put(cloud.Subnet{ID: cloud.SubnetID("subnet-" + id), Account: a, VPC: vpc.ID, Zone: zoneA, CIDR: netip.MustParsePrefix("10.0.0.0/24")}),
				tx.Groups().Put(cloud.Group{ID: cloud.GroupID("sg-" + id), Account: a, VPC: vpc.ID, Name: "g",
					Egress: []cloud.GroupRule{{ID: cloud.GroupRuleID("sgr-" + id), Protocol: "-1", From: -1, To: -1, CIDR: netip.MustParsePrefix("0.0.0.0/0")}}}),
			} {
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	tags := args{"ResourceId.1": imageID}
	for k := range n {
		tags["Tag."+strconv.Itoa(k+1)+".Key"] = fmt.Sprintf("k%02d", k)
	}
	ok(f.t, f.alice.query2("CreateTags", tags))
}

// instanceIDs are all instances' ids.
func (f *fixture) instanceIDs() (ids []cloud.InstanceID) {
	f.t.Helper()
	f.view(func(tx *store.Tx) {
		for i := range tx.Instances().All() {
			ids = append(ids, i.ID)
		}
	})
	return ids
}

// Keys as long as they may be come in pages too: a page's token is bounded.
func TestPagesOfLongKeys(t *testing.T) {
	f := newCloud(t)
	tags := args{"ResourceId.1": imageID}
	for k := range 12 {
		tags["Tag."+strconv.Itoa(k+1)+".Key"] = strings.Repeat("🙂", 126) + fmt.Sprintf("%02d", k)
	}
	ok(t, f.alice.query2("CreateTags", tags))
	got := f.alice.pages(t, "DescribeTags", nil, regexp.MustCompile(`<key>([^<]+)</key>`))
	slices.Sort(got)
	same(t, "tags", 12, len(slices.Compact(got)))
}
