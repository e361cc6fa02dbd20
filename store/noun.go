package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Kind names a noun, the type of a record.
type Kind int

// The kinds, in the order of the schema.
const (
	KindAccount Kind = iota
	KindAccessKey
	KindImage
	KindInstance
	KindKeyPair
	KindVPC
	KindSubnet
	KindENI
	KindGroup
	KindNode
	KindJoinToken
	KindClientToken
	KindTagSet
	KindUser
	KindUserGroup
	KindRole
	KindManagedPolicy
	KindInstanceProfile
	KindOIDCProvider
	KindDHCPOptions
	KindInternetGateway
	KindRouteTable
	KindNetworkACL
	KindAddress
	KindLaunchTemplate
	KindLaunchTemplateVersion
	KindPlacementGroup
	KindProfileAssociation
	KindEvent
	KindMeta

	kinds int = iota
)

var buckets = [kinds]string{
	"accounts", "access-keys", "images", "instances", "key-pairs", "vpcs", "subnets", "enis",
	"groups", "nodes", "join-tokens", "client-tokens", "tag-sets",
	"users", "user-groups", "roles", "policies", "instance-profiles", "oidc-providers", "dhcp-options", "internet-gateways",
	"route-tables", "network-acls", "addresses", "launch-templates", "launch-template-versions", "placement-groups", "profile-associations", "events",
	"meta",
}

// String is the name of the kind's bucket.
func (k Kind) String() string {
	if k < 0 || int(k) >= kinds {
		return fmt.Sprintf("kind %d", int(k))
	}
	return buckets[k]
}

// Index names a way to find records of a noun by one value.
type Index string

// The indexes; the package comment says which noun has which.
const (
	ByAccount     Index = "account"     // account id
	ByName        Index = "name"        // accounts: name; others: "account/name", of IAM in lower case
	ByCanonical   Index = "canonical"   // canonical id
	ByAlias       Index = "alias"       // of the account's console; "": none
	ByPublic      Index = "public"      // "true" or "false"
	ByNode        Index = "node"        // wanted node; "": not placed
	ByZone        Index = "zone"        // availability zone
	ByReservation Index = "reservation" // reservation id
	ByInstance    Index = "instance"    // instance id; "": not attached
	ByVPC         Index = "vpc"         // VPC id
	BySubnet      Index = "subnet"      // subnet id
	ByPrivateIP   Index = "private-ip"  // "subnet/address"
	ByPublicIP    Index = "public-ip"   // address; "": none
	ByMAC         Index = "mac"         // MAC address
	ByENI         Index = "eni"         // interface id; "": not associated
	ByShared      Index = "shared"      // images: "true" when other accounts are named that may launch them
	ByImage       Index = "image"       // image id
	ByUser        Index = "user"        // user id; "": the account's root
	ByRole        Index = "role"        // role id; "": none
	ByProfile     Index = "profile"     // instance profile id
	ByTemplate    Index = "template"    // launch template id
)

// noun says how the records of one type are found. T is a type of package
// cloud.
type noun[T any] struct {
	kind    Kind
	key     func(*T) string
	indexes map[Index]func(*T) string

	tally     func(rec *T, add func(of string, t Tally)) // nil: one of its account's
	uncounted bool                                       // it has an account and nobody asks how many
}

// shape is a noun without its type; records travel as *T in an any.
type shape interface {
	keyOf(rec any) string
	valueOf(ix Index, rec any) string
	count(rec any, add func(of string, t Tally))
	indexNames() []Index
	accountOf(rec any) string
	encode(rec any) ([]byte, error)
	freeze(rec any) (kept any, text []byte, err error)
	decode(text []byte) (any, error)
}

// shapes has the noun of each kind.
var shapes = [kinds]shape{
	KindAccount:               &accounts,
	KindAccessKey:             &accessKeys,
	KindImage:                 &images,
	KindInstance:              &instances,
	KindKeyPair:               &keyPairs,
	KindVPC:                   &vpcs,
	KindSubnet:                &subnets,
	KindENI:                   &enis,
	KindGroup:                 &groups,
	KindNode:                  &nodes,
	KindJoinToken:             &joinTokens,
	KindClientToken:           &clientTokens,
	KindTagSet:                &tagSets,
	KindUser:                  &users,
	KindUserGroup:             &userGroups,
	KindRole:                  &roles,
	KindManagedPolicy:         &policies,
	KindInstanceProfile:       &instanceProfiles,
	KindOIDCProvider:          &oidcProviders,
	KindDHCPOptions:           &dhcpOptions,
	KindInternetGateway:       &internetGateways,
	KindRouteTable:            &routeTables,
	KindNetworkACL:            &networkACLs,
	KindAddress:               &addresses,
	KindLaunchTemplate:        &launchTemplates,
	KindLaunchTemplateVersion: &launchTemplateVersions,
	KindPlacementGroup:        &placementGroups,
	KindProfileAssociation:    &profileAssociations,
	KindEvent:                 &events,
	KindMeta:                  &settings,
}

func (n *noun[T]) keyOf(rec any) string { return n.key(rec.(*T)) }

// valueOf panics on an index the noun does not have: that is a mistake in the
// program, and an empty answer would hide it.
func (n *noun[T]) valueOf(ix Index, rec any) string {
	f, ok := n.indexes[ix]
	if !ok {
		panic(fmt.Sprintf("store: %s have no index %q", n.kind, ix))
	}
	return f(rec.(*T))
}

func (n *noun[T]) indexNames() []Index { return slices.Sorted(maps.Keys(n.indexes)) }

func (n *noun[T]) encode(rec any) ([]byte, error) {
	return json.Marshal(rec.(*T))
}

// freeze encodes and decodes again.
func (n *noun[T]) freeze(rec any) (kept any, text []byte, err error) {
	if text, err = n.encode(rec); err != nil {
		return nil, nil, err
	}
	again := new(T)
	if err := json.Unmarshal(text, again); err != nil {
		return nil, nil, err
	}
	return again, text, nil
}

// decode is strict: a field this program does not know was written by a newer
// one and would be lost at the next write.
func (n *noun[T]) decode(text []byte) (any, error) {
	rec := new(T)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(rec); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("bytes after the record")
	}
	return rec, nil
}
