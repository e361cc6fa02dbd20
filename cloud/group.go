package cloud

import (
	"net/netip"
	"time"
)

// Group is a security group: default deny in, allow out.
type Group struct {
	ID          GroupID     `json:"id"`
	Account     AccountID   `json:"account"`
	VPC         VPCID       `json:"vpc"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Ingress     []GroupRule `json:"ingress,omitempty"`
	Egress      []GroupRule `json:"egress,omitempty"`
	Created     time.Time   `json:"created"`
}

// GroupRule allows one protocol and port range from (to) one source.
type GroupRule struct {
	ID          GroupRuleID  `json:"id"`
	Protocol    string       `json:"protocol"` // "tcp", "udp", "icmp", "icmpv6", "-1" for all, or a number
	From        int          `json:"from"`     // port or ICMP type; -1 for all
	To          int          `json:"to"`       // port or ICMP code; -1 for all
	CIDR        netip.Prefix `json:"cidr,omitzero"`
	Group       GroupID      `json:"group,omitempty"` // instead of CIDR
	Description string       `json:"description,omitempty"`
}

// CountRules is how many rules a limit counts: those for IPv4 and those for
// IPv6 apart, whichever are more. One for a group is for both.
func CountRules(rules []GroupRule) int {
	v4, v6 := 0, 0
	for _, r := range rules {
		if !r.CIDR.Addr().Is6() {
			v4++
		}
		if r.Group != "" || r.CIDR.Addr().Is6() {
			v6++
		}
	}
	return max(v4, v6)
}
