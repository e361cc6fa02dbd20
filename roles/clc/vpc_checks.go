package clc

import (
	"net/netip"

	"ecc/cloud"
	"ecc/store"
)

// Sizes of VPCs and subnets, as EC2 has them.
const (
	largestBlock  = 16
	smallestBlock = 28
)

// reservedBlocks are networks no VPC may have.
var reservedBlocks = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("224.0.0.0/3"),
}

// readBlock reads an IPv4 network in any form and gives it in its canonical
// one.
func readBlock(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil || !p.Addr().Is4() {
		return p, cloud.Errorf(cloud.Malformed, cloud.ResCIDR, s, "")
	}
	return p.Masked(), nil
}

// readVPCBlock reads the network of a VPC.
func readVPCBlock(s string) (netip.Prefix, error) {
	p, err := readBlock(s)
	if err != nil {
		return p, err
	}
	for _, r := range reservedBlocks {
		if r.Overlaps(p) {
			return p, cloud.Errorf(cloud.Invalid, cloud.ResVPC, s, "")
		}
	}
	if p.Bits() < largestBlock || p.Bits() > smallestBlock {
		return p, cloud.Errorf(cloud.Invalid, cloud.ResVPC, s, "")
	}
	return p, nil
}

// unsupported refuses what this cloud does not offer, with the reason.
func unsupported(r cloud.Resource, format string, args ...any) error {
	return cloud.Errorf(cloud.Unsupported, r, "", format, args...)
}

// noIPv6 is why parameters about IPv6 are refused.
func noIPv6() error { return unsupported(cloud.AnyResource, "This cloud does not offer IPv6 yet.") }

// depends says that something depends on a resource, in EC2's words.
func depends(r cloud.Resource, name, id string) error {
	return cloud.Errorf(cloud.InUse, r, id, "The %s '%s' has dependencies and cannot be deleted.", name, id)
}

// the returns the one record of an id.
func the[T any](k kind[T], id *string) (T, error) {
	found, err := k.named([]string{text(id)})
	if err != nil {
		var none T
		return none, err
	}
	return found[0], nil
}

// dropTags removes the tags of records that are removed.
func dropTags[K ~string](tx *store.Tx, ids ...K) error {
	for _, id := range ids {
		if err := tx.TagSets().Delete(string(id)); err != nil {
			return err
		}
	}
	return nil
}
