package cloud

import (
	"net/netip"
	"time"
)

// Metadata is what an instance can read of itself at 169.254.169.254.
type Metadata struct {
	Options      IMDSOpts          `json:"options"`
	Instance     InstanceID        `json:"instance"`
	Account      AccountID         `json:"account"`
	AMI          ImageID           `json:"ami"`
	Reservation  ReservationID     `json:"reservation"`
	LaunchIndex  int               `json:"launch_index"`
	InstanceType string            `json:"instance_type"`
	Region       string            `json:"region"`
	Zone         string            `json:"zone"`
	Hostname     string            `json:"hostname"` // ip-172-31-0-10.ec2.internal
	PublicName   string            `json:"public_name,omitempty"`
	GroupNames   []string          `json:"group_names"`
	GroupIDs     []GroupID         `json:"group_ids"`
	KeyName      string            `json:"key_name,omitempty"`
	PublicKey    string            `json:"public_key,omitempty"`
	UserData     []byte            `json:"user_data,omitempty"`
	Architecture string            `json:"architecture"`
	Launched     time.Time         `json:"launched"`
	Tags         map[string]string `json:"tags,omitempty"` // when Options.Tags
	ENI          ENIID             `json:"eni"`
	MAC          string            `json:"mac"`
	VPC          VPCID             `json:"vpc"`
	VPCCIDR      netip.Prefix      `json:"vpc_cidr"`
	Subnet       SubnetID          `json:"subnet"`
	SubnetCIDR   netip.Prefix      `json:"subnet_cidr"`
	PrivateIP    netip.Addr        `json:"private_ip"`
	PublicIP     netip.Addr        `json:"public_ip,omitzero"`
	Profile      *ProfileInfo      `json:"profile,omitempty"`

	PlacementGroup string `json:"placement_group,omitempty"` // by its name
	Partition      int    `json:"partition,omitempty"`       // of it, from 1
}

// ProfileInfo names the instance profile of an instance.
type ProfileInfo struct {
	ARN string `json:"arn"`
	ID  string `json:"id"`
}
