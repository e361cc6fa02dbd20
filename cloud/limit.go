package cloud

import (
	"maps"
	"slices"
)

// Limit names something of which an account may have only so much. The names
// are those of the configuration and of the command line; "ecc:" and a name is
// a condition key of policies.
type Limit string

// The limits. Those below the line hold for one VPC, group, table or template.
const (
	LimitInstances         Limit = "instances" // not terminated
	LimitVCPUs             Limit = "vcpus"     // of those instances
	LimitMemory            Limit = "memory-mib"
	LimitDisk              Limit = "disk-gib"
	LimitImages            Limit = "images"
	LimitKeyPairs          Limit = "key-pairs"
	LimitGroups            Limit = "security-groups"
	LimitNetworkInterfaces Limit = "network-interfaces"
	LimitAddresses         Limit = "addresses"
	LimitVPCs              Limit = "vpcs"
	LimitDHCPOptions       Limit = "dhcp-options"
	LimitInternetGateways  Limit = "internet-gateways"
	LimitLaunchTemplates   Limit = "launch-templates"
	LimitPlacementGroups   Limit = "placement-groups"
	LimitUsers             Limit = "users"
	LimitUserGroups        Limit = "groups"
	LimitRoles             Limit = "roles"
	LimitPolicies          Limit = "policies"
	LimitInstanceProfiles  Limit = "instance-profiles"
	LimitOIDCProviders     Limit = "oidc-providers"

	LimitSubnetsPerVPC     Limit = "subnets-per-vpc"
	LimitRouteTablesPerVPC Limit = "route-tables-per-vpc"
	LimitACLsPerVPC        Limit = "network-acls-per-vpc"
	LimitRulesPerGroup     Limit = "rules-per-group"  // and direction
	LimitRoutesPerTable    Limit = "routes-per-table" // without the VPC's own
	LimitACLEntries        Limit = "acl-entries"      // of a network ACL and direction
	LimitTemplateVersions  Limit = "launch-template-versions"
)

// Unlimited is the number of a limit that does not limit.
const Unlimited = -1

// DefaultLimits are AWS's where it has one, by name.
func DefaultLimits() map[Limit]int64 {
	return map[Limit]int64{
		LimitInstances: 5000, LimitVCPUs: Unlimited, LimitMemory: Unlimited, LimitDisk: Unlimited,
		LimitImages: 50_000, LimitKeyPairs: 5000, LimitGroups: 2500, LimitNetworkInterfaces: 5000, LimitAddresses: 5,
		LimitVPCs: 5, LimitDHCPOptions: 1000, LimitInternetGateways: 5, LimitLaunchTemplates: 5000, LimitPlacementGroups: 500,
		LimitUsers: 5000, LimitUserGroups: 300, LimitRoles: 1000, LimitPolicies: 1500, LimitInstanceProfiles: 1000, LimitOIDCProviders: 100,
		LimitSubnetsPerVPC: 200, LimitRouteTablesPerVPC: 200, LimitACLsPerVPC: 200, LimitRulesPerGroup: 60,
		LimitRoutesPerTable: 500, LimitACLEntries: 20, LimitTemplateVersions: 10_000,
	}
}

// LimitNames lists the names in order.
func LimitNames() []Limit { return slices.Sorted(maps.Keys(DefaultLimits())) }
