package ledger

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"ecc/cloud"
	"ecc/store"
)

// maxResources bounds the text of an event's resources: a launch of hundreds of
// instances names the first ones, and how many more there are.
const maxResources = 20 << 10

// resourceList is what a transaction wrote, as an event tells it.
type resourceList struct {
	text    string          // members of a JSON array
	omitted int             // that found no room
	first   cloud.AccountID // whose the first of them is, "" if none is anybody's
}

// noun is how records of a kind are named in events; rank is the order they are
// told in.
type noun struct {
	kind store.Kind
	typ  string // of CloudFormation, which CloudTrail uses too
	arn  string // resource part of an EC2 ARN, before the id; "" for IAM's
}

var nouns = []noun{
	{store.KindInstance, "AWS::EC2::Instance", "instance/"},
	{store.KindImage, "AWS::EC2::Ami", "image/"},
	{store.KindKeyPair, "AWS::EC2::KeyPair", "key-pair/"},
	{store.KindVPC, "AWS::EC2::VPC", "vpc/"},
	{store.KindSubnet, "AWS::EC2::Subnet", "subnet/"},
	{store.KindGroup, "AWS::EC2::SecurityGroup", "security-group/"},
	{store.KindDHCPOptions, "AWS::EC2::DHCPOptions", "dhcp-options/"},
	{store.KindInternetGateway, "AWS::EC2::InternetGateway", "internet-gateway/"},
	{store.KindRouteTable, "AWS::EC2::RouteTable", "route-table/"},
	{store.KindNetworkACL, "AWS::EC2::NetworkAcl", "network-acl/"},
	{store.KindAddress, "AWS::EC2::EIP", "elastic-ip/"},
	{store.KindLaunchTemplate, "AWS::EC2::LaunchTemplate", "launch-template/"},
	{store.KindPlacementGroup, "AWS::EC2::PlacementGroup", "placement-group/"},
	{store.KindENI, "AWS::EC2::NetworkInterface", "network-interface/"},
	{store.KindUser, "AWS::IAM::User", ""},
	{store.KindUserGroup, "AWS::IAM::Group", ""},
	{store.KindRole, "AWS::IAM::Role", ""},
	{store.KindManagedPolicy, "AWS::IAM::ManagedPolicy", ""},
	{store.KindInstanceProfile, "AWS::IAM::InstanceProfile", ""},
	{store.KindOIDCProvider, "AWS::IAM::OIDCProvider", ""},
	{store.KindAccessKey, "AWS::IAM::AccessKey", ""},
	{store.KindAccount, "AWS::Organizations::Account", ""},
}

// ranks is where a kind is in nouns; kinds that are not are no resources:
// client tokens, settings of the cluster, versions of templates, ….
var ranks = func() map[store.Kind]int {
	m := map[store.Kind]int{}
	for i, n := range nouns {
		m[n.kind] = i + 1
	}
	return m
}()

// resources names what was written.
func resources(region string, changes []store.Written) resourceList {
	var list resourceList
	var told []store.Written
	for _, w := range changes {
		if list.first == "" {
			list.first = w.Account
		}
		if ranks[w.Kind] > 0 {
			told = append(told, w)
		}
	}
	slices.SortStableFunc(told, func(a, b store.Written) int { return cmp.Compare(ranks[a.Kind], ranks[b.Kind]) })
	var b strings.Builder
	for i, w := range told {
		text, err := json.Marshal(nouns[ranks[w.Kind]-1].resource(region, w))
		if err != nil || b.Len()+len(text) > maxResources {
			list.omitted = len(told) - i
			break
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(text)
	}
	list.text = b.String()
	return list
}

type resource struct {
	ARN     string          `json:"ARN,omitempty"`
	Account cloud.AccountID `json:"accountId,omitempty"`
	Type    string          `json:"type"`
}

func (n noun) resource(region string, w store.Written) resource {
	return resource{ARN: n.name(region, w), Account: w.Account, Type: n.typ}
}

// name is the ARN of a record.
func (n noun) name(region string, w store.Written) string {
	rec := w.After
	if rec == nil {
		rec = w.Before
	}
	switch r := rec.(type) {
	case interface{ ARN() string }:
		return r.ARN()
	case *cloud.AccessKey:
		return cloud.IAMARN(r.Account, "access-key/"+r.ID)
	case *cloud.Account:
		return cloud.IAMARN(r.ID, "root")
	case *cloud.PlacementGroup: // EC2 names these two by their names
		return cloud.EC2ARN(region, r.Account, n.arn+r.Name)
	case *cloud.KeyPair:
		return cloud.EC2ARN(region, r.Account, n.arn+r.Name)
	case *cloud.Image: // which anybody may share: its ARN has no account
		return cloud.EC2ARN(region, "", n.arn+string(r.ID))
	}
	return cloud.EC2ARN(region, w.Account, n.arn+w.Key)
}
