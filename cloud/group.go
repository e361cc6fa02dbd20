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
