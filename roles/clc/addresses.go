package clc

import (
	"errors"
	"net/netip"

	"ecc/cloud"
	"ecc/store"
)

// addressOf finds an account's elastic IP by its allocation or, as old clients
// name it, by the address itself.
func addressOf(tx *store.Tx, a cloud.AccountID, allocation, public *string) (cloud.Address, error) {
	switch {
	case text(allocation) != "" && text(public) != "":
		return cloud.Address{}, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "You may specify public IP or allocation id, but not both in the same call")
	case text(allocation) != "":
		ad, ok := tx.Addresses().Get(cloud.AllocationID(*allocation))
		if !ok || ad.Account != a {
			return ad, cloud.Errorf(cloud.NotFound, cloud.ResAddress, *allocation, "")
		}
		return ad, nil
	case text(public) != "":
		return addressByIP(tx, a, *public)
	}
	return cloud.Address{}, cloud.Errorf(cloud.Missing, cloud.AnyResource, "AllocationId", "Either public IP or allocation id must be specified")
}

// addressByIP finds an account's elastic IP by itself.
func addressByIP(tx *store.Tx, a cloud.AccountID, public string) (cloud.Address, error) {
	ip, err := readIPv4(public)
	if err != nil {
		return cloud.Address{}, err
	}
	for ad := range tx.Addresses().By(store.ByPublicIP, ip.String()) {
		if ad.Account == a {
			return ad, nil
		}
	}
	return cloud.Address{}, cloud.Errorf(cloud.NotFound, cloud.ResPublicIP, public, "")
}

// readIPv4 reads an address of a request.
func readIPv4(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is4() {
		return a, cloud.Errorf(cloud.Invalid, cloud.ResAddress, s, "Invalid IPv4 address: %s", s)
	}
	return a, nil
}

// mapAddress maps an elastic IP to an interface's primary address. An address
// of the pool that the interface had goes back.
func mapAddress(tx *store.Tx, ad cloud.Address, e cloud.ENI, id cloud.AssociationID) error {
	e.AutoPublic = hasAutoPublic(e)
	e.PublicIP, e.Address = ad.PublicIP, ad.ID
	ad.Association, ad.ENI, ad.Instance, ad.PrivateIP = id, e.ID, e.Instance, e.PrivateIP
	return errors.Join(tx.Addresses().Put(ad), putENI(tx, e))
}

// hasAutoPublic reports whether an interface is one that gets a public address
// of the pool while it has no elastic IP.
func hasAutoPublic(e cloud.ENI) bool {
	return e.AutoPublic || (e.PublicIP.IsValid() && e.Address == "")
}

// unmapAddress takes an elastic IP away from its interface. The interface of an
// instance that began with an address of the pool gets one again, if there is
// one.
func (s *Service) unmapAddress(tx *store.Tx, ad cloud.Address) error {
	e, ok := tx.ENIs().Get(ad.ENI)
	if err := tx.Addresses().Put(unassociated(ad)); err != nil || !ok {
		return err
	}
	e.PublicIP, e.Address = zeroAddr, ""
	if i, ok := tx.Instances().Get(e.Instance); ok && e.AutoPublic && i.Desired.Goal != cloud.GoalTerminated {
		var err error
		if e.PublicIP, err = s.autoPublic(tx); err != nil {
			return err
		}
	}
	return putENI(tx, e)
}

// autoPublic takes an address of the pool; zero when none is left.
func (s *Service) autoPublic(tx *store.Tx) (netip.Addr, error) {
	if !s.cfg.PublicPool.IsValid() {
		return zeroAddr, nil
	}
	got, err := poolAddrs(tx, s.cfg.PublicPool, 1)
	if errors.Is(err, cloud.Exhausted) {
		return zeroAddr, nil
	}
	if err != nil {
		return zeroAddr, err
	}
	return got[0], nil
}

// unassociated is an elastic IP that is free.
func unassociated(ad cloud.Address) cloud.Address {
	ad.Association, ad.ENI, ad.Instance, ad.PrivateIP = "", "", "", zeroAddr
	return ad
}

// addressesOf are the elastic IPs an interface has.
func addressesOf(tx *store.Tx, id cloud.ENIID) []cloud.Address {
	var out []cloud.Address
	for ad := range tx.Addresses().By(store.ByENI, string(id)) {
		out = append(out, ad)
	}
	return out
}
