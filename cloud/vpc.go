package cloud

import (
	"net/netip"
	"time"
)

// VPC is a tenant's private network.
type VPC struct {
	ID      VPCID        `json:"id"`
	Account AccountID    `json:"account"`
	CIDR    netip.Prefix `json:"cidr"`
	Default bool         `json:"default,omitempty"`
	Created time.Time    `json:"created"`
}

// Subnet is a part of a VPC in one zone.
type Subnet struct {
	ID        SubnetID     `json:"id"`
	Account   AccountID    `json:"account"`
	VPC       VPCID        `json:"vpc"`
	Zone      string       `json:"zone"`
	CIDR      netip.Prefix `json:"cidr"`
	Default   bool         `json:"default,omitempty"`
	MapPublic bool         `json:"map_public,omitempty"` // instances get a public address
	Created   time.Time    `json:"created"`
}

// ENI is a network interface.
type ENI struct {
	ID          ENIID        `json:"id"`
	Account     AccountID    `json:"account"`
	VPC         VPCID        `json:"vpc"`
	Subnet      SubnetID     `json:"subnet"`
	Zone        string       `json:"zone"`
	MAC         string       `json:"mac"`
	PrivateIP   netip.Addr   `json:"private_ip"`
	PublicIP    netip.Addr   `json:"public_ip,omitzero"`
	Groups      []GroupID    `json:"groups"`
	Description string       `json:"description,omitempty"`
	Instance    InstanceID   `json:"instance,omitempty"`
	Attachment  AttachmentID `json:"attachment,omitempty"`
	Attached    time.Time    `json:"attached,omitzero"`
	Device      int          `json:"device"`
	Created     time.Time    `json:"created"`
}

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
