package clc

import (
	"slices"
	"strings"

	"ecc/api/ec2"
	"ecc/cloud"
)

// idFormats are the kinds of resources EC2 knows two forms of ids of. All ids
// of this cloud are of the longer one, as all new ones of AWS are.
var idFormats = []string{
	"bundle", "conversion-task", "customer-gateway", "dhcp-options", "elastic-ip-allocation", "elastic-ip-association",
	"export-task", "flow-log", "image", "import-task", "instance", "internet-gateway", "network-acl",
	"network-acl-association", "network-interface", "network-interface-attachment", "prefix-list", "reservation",
	"route-table", "route-table-association", "security-group", "snapshot", "subnet", "subnet-cidr-block-association",
	"volume", "vpc", "vpc-cidr-block-association", "vpc-endpoint", "vpc-peering-connection", "vpn-connection", "vpn-gateway",
}

// allFormats is every kind of resource, for those who change the form of ids.
const allFormats = "all-current"

// formatsOf lists the form of ids of kinds of resources, of all when none is
// named.
func formatsOf(names ...string) ([]ec2.IdFormat, error) {
	out := []ec2.IdFormat{}
	for _, f := range idFormats {
		if len(names) == 0 || slices.Contains(names, f) {
			out = append(out, ec2.IdFormat{Resource: ptr(f), UseLongIds: ptr(true)})
		}
	}
	for _, n := range names {
		if !slices.Contains(idFormats, n) {
			return nil, noFormat(n)
		}
	}
	return out, nil
}

func noFormat(name string) error {
	return cloud.Errorf(cloud.Invalid, cloud.AnyResource, name, "Invalid value '%s' for resource type.", name)
}

// namedFormat is the resource type of a request, if there is one.
func namedFormat(s *string) []string {
	if s == nil {
		return nil
	}
	return []string{*s}
}

// keepLong refuses the shorter form of ids, which AWS does not give any more
// either.
func keepLong(resource *string, long *bool) error {
	if r := text(resource); r != allFormats && !slices.Contains(idFormats, r) {
		return noFormat(r)
	}
	if !truth(long) {
		return cloud.Errorf(cloud.Invalid, cloud.AnyResource, "", "The deadline for opting in to longer IDs has passed: all resources have longer IDs.")
	}
	return nil
}

// checkPrincipal refuses what is no user, role or root of the account.
func checkPrincipal(a cloud.AccountID, arn *string, all bool) error {
	rest, ok := strings.CutPrefix(text(arn), "arn:aws:iam::"+string(a)+":")
	if ok && (rest == "root" || strings.HasPrefix(rest, "user/") || strings.HasPrefix(rest, "role/")) || all && text(arn) == "all" {
		return nil
	}
	return cloud.Errorf(cloud.Invalid, cloud.AnyResource, text(arn), "Invalid principal ARN: '%s'", text(arn))
}
