package clc

import (
	"slices"
	"strconv"
	"strings"

	"ecc/api/ec2"
	"ecc/cloud"
)

// Protocols that have ports or types, as network ACLs number them.
const (
	protocolICMP = "1"
	protocolTCP  = "6"
	protocolUDP  = "17"
)

// readACLEntry checks an entry of a request.
func readACLEntry(in *ec2.CreateNetworkAclEntryRequest) (cloud.ACLEntry, error) {
	e := cloud.ACLEntry{Number: int(*in.RuleNumber), Egress: truth(in.Egress), Allow: text(in.RuleAction) == "allow", From: -1, To: -1}
	switch {
	case e.Number < 1 || e.Number > lastEntry-1:
		return e, cloud.Errorf(cloud.Invalid, cloud.ResACLEntry, strconv.Itoa(e.Number), "Value (%d) for parameter ruleNumber is invalid. Valid values are 1 to %d.", e.Number, lastEntry-1)
	case in.Ipv6CidrBlock != nil:
		return e, noIPv6()
	case in.CidrBlock == nil:
		return e, cloud.Errorf(cloud.Missing, cloud.AnyResource, "CidrBlock", "The request must contain the parameter cidrBlock or ipv6CidrBlock")
	}
	var err error
	if e.CIDR, err = readBlock(*in.CidrBlock); err != nil {
		return e, err
	}
	if e.Protocol, err = aclProtocol(text(in.Protocol)); err != nil {
		return e, err
	}
	return e, readACLPorts(in, &e)
}

// aclProtocol is the number of a protocol, "-1" for all.
func aclProtocol(s string) (string, error) {
	names := map[string]string{"all": "-1", "-1": "-1", "tcp": protocolTCP, "udp": protocolUDP, "icmp": protocolICMP, "icmpv6": "58"}
	if n, ok := names[strings.ToLower(s)]; ok {
		return n, nil
	}
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil {
		return "", cloud.Errorf(cloud.Invalid, cloud.ResACLEntry, s, "Invalid value '%s' for IP protocol. Unknown protocol.", s)
	}
	return strconv.FormatUint(n, 10), nil
}

// readACLPorts reads ports of TCP and UDP, types of ICMP.
func readACLPorts(in *ec2.CreateNetworkAclEntryRequest, e *cloud.ACLEntry) error {
	switch e.Protocol {
	case protocolTCP, protocolUDP:
		p := in.PortRange
		if p == nil || p.From == nil || p.To == nil {
			return cloud.Errorf(cloud.Missing, cloud.AnyResource, "PortRange", "The request must contain the parameter portRange")
		}
		if *p.From < 0 || *p.To > 65535 || *p.From > *p.To {
			return cloud.Errorf(cloud.Invalid, cloud.ResACLEntry, "", "Invalid value '%d-%d' for portRange.", *p.From, *p.To)
		}
		e.From, e.To = int(*p.From), int(*p.To)
	case protocolICMP:
		t := in.IcmpTypeCode
		if t == nil || t.Type == nil || t.Code == nil {
			return cloud.Errorf(cloud.Missing, cloud.AnyResource, "Icmp", "The request must contain the parameter icmpTypeCode")
		}
		if *t.Type < -1 || *t.Type > 255 || *t.Code < -1 || *t.Code > 255 {
			return cloud.Errorf(cloud.Invalid, cloud.ResACLEntry, "", "Invalid value '%d/%d' for icmpTypeCode.", *t.Type, *t.Code)
		}
		e.From, e.To = int(*t.Type), int(*t.Code)
	}
	return nil
}

// entryAt finds an ACL's entry by its direction and number.
func entryAt(n cloud.NetworkACL, egress bool, number int) int {
	return slices.IndexFunc(n.Entries, func(e cloud.ACLEntry) bool { return e.Egress == egress && e.Number == number })
}

// noEntry says that an ACL has no such entry.
func noEntry(n cloud.NetworkACL, egress bool, number int) error {
	return cloud.Errorf(cloud.NotFound, cloud.ResACLEntry, strconv.Itoa(number), "The network acl entry identified by %d (%s) does not exist in %s", number, enabled(egress, "egress", "ingress"), n.ID)
}
