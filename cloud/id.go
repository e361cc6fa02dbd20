package cloud

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

//revive:disable:exported one comment for all

// The ids are types of their own. Their text form is EC2's: a prefix and 17 hex
// digits, or for resources of old clouds 8.
type (
	AccountID         string // 12 digits
	InstanceID        string // i-…
	ReservationID     string // r-…
	ImageID           string // ami-…
	KeyPairID         string // key-…
	GroupID           string // sg-…
	GroupRuleID       string // sgr-…
	VPCID             string // vpc-…
	SubnetID          string // subnet-…
	ENIID             string // eni-…
	AttachmentID      string // eni-attach-…
	AllocationID      string // eipalloc-…
	AssociationID     string // eipassoc-…, rtbassoc-…, aclassoc-…, vpc-cidr-assoc-…, subnet-cidr-assoc-…, iip-assoc-…
	DHCPOptionsID     string // dopt-…
	InternetGatewayID string // igw-…
	RouteTableID      string // rtb-…
	NetworkACLID      string // acl-…
	LaunchTemplateID  string // lt-…
	PlacementGroupID  string // pg-…
	NodeID            string // the host's name in the cluster: [a-z0-9][a-z0-9.-]{0,62}
)

//revive:enable:exported

// Prefixes of the ids.
const (
	PrefixInstance              = "i-"
	PrefixReservation           = "r-"
	PrefixImage                 = "ami-"
	PrefixKeyPair               = "key-"
	PrefixGroup                 = "sg-"
	PrefixGroupRule             = "sgr-"
	PrefixVPC                   = "vpc-"
	PrefixSubnet                = "subnet-"
	PrefixENI                   = "eni-"
	PrefixAttachment            = "eni-attach-"
	PrefixAllocation            = "eipalloc-"
	PrefixAddressAssociation    = "eipassoc-"
	PrefixDHCPOptions           = "dopt-"
	PrefixInternetGateway       = "igw-"
	PrefixRouteTable            = "rtb-"
	PrefixRouteTableAssociation = "rtbassoc-"
	PrefixNetworkACL            = "acl-"
	PrefixNetworkACLAssociation = "aclassoc-"
	PrefixVPCBlock              = "vpc-cidr-assoc-"
	PrefixSubnetBlock           = "subnet-cidr-assoc-"
	PrefixLaunchTemplate        = "lt-"
	PrefixPlacementGroup        = "pg-"
	PrefixProfileAssociation    = "iip-assoc-"
)

// NewID returns prefix and 17 hex digits: 8 of the time in seconds, so that
// new records are near each other in the store, and 9 random ones from
// entropy.
func NewID(prefix string, now time.Time, entropy io.Reader) (string, error) {
	var b [5]byte
	if _, err := io.ReadFull(entropy, b[:]); err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return fmt.Sprintf("%s%08x%s", prefix, uint32(now.Unix()), hex.EncodeToString(b[:])[:9]), nil
}

// ValidID reports whether s is prefix followed by 8 or 17 lower-case hex
// digits.
func ValidID(prefix, s string) bool {
	h, ok := strings.CutPrefix(s, prefix)
	if !ok || (len(h) != 8 && len(h) != 17) {
		return false
	}
	return strings.Trim(h, "0123456789abcdef") == ""
}

// ValidNodeID reports whether s may name a node.
func ValidNodeID(s string) bool {
	if s == "" || len(s) > 63 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
		return false
	}
	return s[0] != '.' && s[0] != '-'
}
