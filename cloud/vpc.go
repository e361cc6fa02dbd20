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

	Blocks      []CIDRBlock   `json:"blocks,omitempty"`      // besides CIDR: more IPv4, IPv6
	Association AssociationID `json:"association,omitempty"` // of CIDR: vpc-cidr-assoc-…
	DHCPOptions DHCPOptionsID `json:"dhcp_options,omitempty"`
	Tenancy     string        `json:"tenancy,omitempty"` // "" is "default"

	NoDNS        bool `json:"no_dns,omitempty"`        // enableDnsSupport is false
	DNSHostnames bool `json:"dns_hostnames,omitempty"` // enableDnsHostnames
	UsageMetrics bool `json:"usage_metrics,omitempty"` // enableNetworkAddressUsageMetrics
}

// CIDRBlock is an address block associated with a VPC or a subnet.
type CIDRBlock struct {
	Association AssociationID `json:"association"` // vpc-cidr-assoc-…, subnet-cidr-assoc-…
	CIDR        netip.Prefix  `json:"cidr"`
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

	Blocks       []CIDRBlock `json:"blocks,omitempty"` // IPv6
	AssignIPv6   bool        `json:"assign_ipv6,omitempty"`
	DNS64        bool        `json:"dns64,omitempty"`
	ResourceName bool        `json:"resource_name,omitempty"` // instances' names are of their ids, not of their addresses
	NameA        bool        `json:"name_a,omitempty"`        // such names resolve to IPv4 addresses
	NameAAAA     bool        `json:"name_aaaa,omitempty"`
}

// DHCPOptions is a set of DHCP options of VPCs.
type DHCPOptions struct {
	ID      DHCPOptionsID `json:"id"`
	Account AccountID     `json:"account"`
	Options []DHCPOption  `json:"options"`           // in the order given
	Default bool          `json:"default,omitempty"` // the account's first, which new VPCs have
	Created time.Time     `json:"created"`
}

// DHCPOption is one option with its values: "domain-name-servers", …
type DHCPOption struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// InternetGateway joins a VPC to the internet.
type InternetGateway struct {
	ID      InternetGatewayID `json:"id"`
	Account AccountID         `json:"account"`
	VPC     VPCID             `json:"vpc,omitempty"` // attached to
	Created time.Time         `json:"created"`
}

// RouteTable says where packets of its subnets go.
type RouteTable struct {
	ID      RouteTableID `json:"id"`
	Account AccountID    `json:"account"`
	VPC     VPCID        `json:"vpc"`
	Routes  []Route      `json:"routes,omitempty"`  // without the VPC's own, which every table has
	Main    string       `json:"main,omitempty"`    // id of the association as the VPC's main table
	Subnets []Membership `json:"subnets,omitempty"` // explicit associations
	Created time.Time    `json:"created"`
}

// Membership associates a subnet with a route table or a network ACL.
type Membership struct {
	ID     AssociationID `json:"id"` // rtbassoc-…, aclassoc-…
	Subnet SubnetID      `json:"subnet"`
}

// Route is one entry of a route table. Exactly one target is set.
type Route struct {
	CIDR     netip.Prefix      `json:"cidr"`
	Gateway  InternetGatewayID `json:"gateway,omitempty"`
	ENI      ENIID             `json:"eni,omitempty"`
	Instance InstanceID        `json:"instance,omitempty"` // whose primary interface ENI is, when the route named it so
}

// NetworkACL filters what enters and leaves its subnets, statelessly.
type NetworkACL struct {
	ID      NetworkACLID `json:"id"`
	Account AccountID    `json:"account"`
	VPC     VPCID        `json:"vpc"`
	Default bool         `json:"default,omitempty"`
	Entries []ACLEntry   `json:"entries,omitempty"` // without the last, which denies
	Subnets []Membership `json:"subnets,omitempty"`
	Created time.Time    `json:"created"`
}

// ACLEntry is one rule of a network ACL.
type ACLEntry struct {
	Number   int          `json:"number"` // 1 to 32766
	Egress   bool         `json:"egress,omitempty"`
	Allow    bool         `json:"allow,omitempty"`
	Protocol string       `json:"protocol"` // a number, "-1" for all
	CIDR     netip.Prefix `json:"cidr"`
	From     int          `json:"from"` // port or ICMP type; -1 for all
	To       int          `json:"to"`   // port or ICMP code; -1 for all
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
	PublicIP    netip.Addr   `json:"public_ip,omitzero"` // of PrivateIP: of the pool, or that of Address
	Groups      []GroupID    `json:"groups"`
	Description string       `json:"description,omitempty"`
	Instance    InstanceID   `json:"instance,omitempty"`
	Attachment  AttachmentID `json:"attachment,omitempty"`
	Attached    time.Time    `json:"attached,omitzero"`
	Device      int          `json:"device"`
	Created     time.Time    `json:"created"`

	Address    AllocationID `json:"address,omitempty"`     // the elastic IP that PublicIP is; "" for one of the pool
	Secondary  []netip.Addr `json:"secondary,omitempty"`   // further private IPv4 addresses
	IPv6       []netip.Addr `json:"ipv6,omitempty"`        //
	NoCheck    bool         `json:"no_check,omitempty"`    // sourceDestCheck is false
	Keep       bool         `json:"keep,omitempty"`        // deleteOnTermination is false
	AutoPublic bool         `json:"auto_public,omitempty"` // has an address of the pool while it has no elastic IP
}

// Address is an elastic IP of an account.
type Address struct {
	ID          AllocationID  `json:"id"`
	Account     AccountID     `json:"account"`
	PublicIP    netip.Addr    `json:"public_ip"`
	Association AssociationID `json:"association,omitempty"` // eipassoc-…; "" when it is free
	ENI         ENIID         `json:"eni,omitempty"`
	Instance    InstanceID    `json:"instance,omitempty"`
	PrivateIP   netip.Addr    `json:"private_ip,omitzero"` // of the interface, that it is mapped to
	Created     time.Time     `json:"created"`
}
