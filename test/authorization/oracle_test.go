package authorization_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ecc/cloud"
	"ecc/store"
)

// TestNoOracle: for every action, what somebody of another account is told of
// alice's things is to the letter what is told of things that are not there: to
// the account's root, and to a user whose policy depends on the thing's tags.
func TestNoOracle(t *testing.T) {
	w := newWorld(t)
	w.send("alice", "ec2", "2016-11-15", "DescribeVpcs", map[string][]string{}) // makes her default network
	w.send("bob", "ec2", "2016-11-15", "DescribeVpcs", map[string][]string{})
	w.belongings()
	w.grant("outsider", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"x"}}},`+
		`{"Effect":"Allow","Action":["iam:*","sts:*","ec2:Describe*"],"Resource":"*"}`)
	tried := 0
	for _, r := range allRows() {
		t.Run(r.service+"/"+r.action, func(t *testing.T) {
			w.t = t
			if r.action == "GetAccessKeyInfo" {
				return // it is there to tell whose a key is, in AWS, too
			}
			hers, nobodys := w.least(r, w.hers), w.least(r, w.missing)
			if slices.Equal(values(hers), values(nobodys)) {
				return // it names nothing
			}
			tried++
			hers.Del("DryRun")
			nobodys.Del("DryRun")
			for _, who := range []string{"bob", "outsider"} {
				a, b := w.send(who, r.service, r.version, r.action, hers), w.send(who, r.service, r.version, r.action, nobodys)
				if a.status != b.status || a.code != b.code || w.neutral(a.msg) != w.neutral(b.msg) {
					t.Errorf("%s: of hers %+v, of nobody's %+v", who, a, b)
				}
			}
		})
	}
	if tried < 100 {
		t.Errorf("only %d actions name something: the test has lost its way", tried)
	}
}

func values(form map[string][]string) []string {
	var out []string
	for _, v := range form {
		out = append(out, v...)
	}
	slices.Sort(out)
	return out
}

// neutral is a message without what the request named, and without the sealed
// explanation, which is never twice the same.
func (w *world) neutral(msg string) string {
	msg, _, _ = strings.Cut(msg, "Encoded authorization failure message")
	msg = anyID.ReplaceAllString(msg, "ID")
	for _, name := range names {
		msg = strings.ReplaceAll(msg, name[0], "NAME")
		msg = strings.ReplaceAll(msg, name[1], "NAME")
	}
	return msg
}

// names are members that take a name: hers, and nobody's.
var names = map[string][2]string{
	"KeyName": {"her-key", "nobodys"}, "GroupName": {"her-group", "nobodys"}, "LaunchTemplateName": {"her-template", "nobodys"},
	"RoleArn": {"role/mighty", "role/nobody"}, "PublicIp": {"198.51.100.77", "198.51.100.78"},
	"PolicyArn": {"policy/hers", "policy/nope"}, "AccessKeyId": {"AKIAHERSHERSHERSHERS", "AKIANOBODYSNOBODYSNO"},
}

// anyID is the id of anything.
var anyID = regexp.MustCompile(`[a-z]+(-[a-z]+)*-[0-9a-f]{17}`)

func (w *world) missing(member string) string {
	return named(member, 1, string(w.keys["alice"].account))
}

func (w *world) hers(member string) string {
	if id := belongings[kinds[member]]; id != "" {
		return id
	}
	return named(member, 0, string(w.keys["alice"].account))
}

func named(member string, which int, account string) string {
	n, ok := names[member]
	switch {
	case !ok:
		return absent(member)
	case strings.Contains(n[which], "/"):
		return "arn:aws:iam::" + account + ":" + n[which]
	}
	return n[which]
}

// belongings are the ids of what is alice's, by their prefixes.
var belongings = map[string]string{}

// belongings makes one record of each kind in alice's account, tagged.
func (w *world) belongings() {
	alice := w.keys["alice"].account
	id := func(prefix string) string {
		belongings[prefix] = prefix + "00000000000000abc"
		return belongings[prefix]
	}
	var vpc cloud.VPCID
	w.change(func(tx *store.Tx) error {
		for v := range tx.VPCs().By(store.ByAccount, string(alice)) {
			vpc = v.ID
			belongings["vpc-"] = string(v.ID)
		}
		for n := range tx.Subnets().By(store.ByAccount, string(alice)) {
			belongings["subnet-"] = string(n.ID)
		}
		for g := range tx.Groups().By(store.ByAccount, string(alice)) {
			belongings["sg-"] = string(g.ID)
			for _, rule := range append(g.Ingress, g.Egress...) {
				belongings["sgr-"] = string(rule.ID)
			}
		}
		for x := range tx.RouteTables().By(store.ByAccount, string(alice)) {
			belongings["rtb-"] = string(x.ID)
		}
		for x := range tx.NetworkACLs().By(store.ByAccount, string(alice)) {
			belongings["acl-"] = string(x.ID)
		}
		for x := range tx.InternetGateways().By(store.ByAccount, string(alice)) {
			belongings["igw-"] = string(x.ID)
		}
		for x := range tx.DHCPOptions().By(store.ByAccount, string(alice)) {
			belongings["dopt-"] = string(x.ID)
		}
		err := tx.Instances().Put(cloud.Instance{ID: cloud.InstanceID(id("i-")), Account: alice, VPC: vpc, ENI: "eni-00000000000000abc", Type: "m1.small",
			Zone: "us-east-1a", Desired: cloud.Desired{Goal: cloud.GoalRunning}, Subnet: cloud.SubnetID(belongings["subnet-"])})
		if err != nil {
			return err
		}
		err = tx.ENIs().Put(cloud.ENI{ID: cloud.ENIID(id("eni-")), Account: alice, VPC: vpc, Subnet: cloud.SubnetID(belongings["subnet-"]), Zone: "us-east-1a",
			Attachment: cloud.AttachmentID(id("eni-attach-")), Instance: cloud.InstanceID(id("i-")), MAC: "02:00:00:00:00:01", PrivateIP: netip.MustParseAddr("172.31.0.77")})
		if err != nil {
			return err
		}
		if err := tx.Images().Put(cloud.Image{ID: cloud.ImageID(id("ami-")), Account: alice, Name: "hers", State: cloud.ImageAvailable}); err != nil {
			return err
		}
		if err := tx.KeyPairs().Put(cloud.KeyPair{ID: cloud.KeyPairID(id("key-")), Account: alice, Name: "her-key"}); err != nil {
			return err
		}
		if err := tx.LaunchTemplates().Put(cloud.LaunchTemplate{ID: cloud.LaunchTemplateID(id("lt-")), Account: alice, Name: "her-template", Default: 1, Latest: 1}); err != nil {
			return err
		}
		if err := tx.AccessKeys().Put(cloud.AccessKey{ID: "AKIAHERSHERSHERSHERS", Account: alice}); err != nil {
			return err
		}
		if err := tx.Policies().Put(cloud.ManagedPolicy{ID: "ANPAHERS", Account: alice, Name: "hers", Path: "/", Default: "v1",
			Versions: []cloud.PolicyVersion{{ID: "v1", Document: `{}`}}}); err != nil {
			return err
		}
		return tx.Addresses().Put(cloud.Address{ID: cloud.AllocationID(id("eipalloc-")), Account: alice, PublicIP: netip.MustParseAddr("198.51.100.77")})
	})
	w.change(func(tx *store.Tx) error {
		for _, id := range belongings {
			if err := tx.TagSets().Put(cloud.TagSet{Resource: id, Account: alice, Tags: map[string]string{"team": "x"}}); err != nil {
				return err
			}
		}
		return nil
	})
}
