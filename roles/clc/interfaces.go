package clc

import (
	"errors"
	"slices"
	"time"

	"ecc/cloud"
	"ecc/store"
)

// eniOf finds an account's interface.
func eniOf(tx *store.Tx, a cloud.AccountID, id string) (cloud.ENI, error) {
	if !cloud.ValidID(cloud.PrefixENI, id) {
		return cloud.ENI{}, cloud.Errorf(cloud.Malformed, cloud.ResENI, id, "")
	}
	e, ok := tx.ENIs().Get(cloud.ENIID(id))
	if !ok || e.Account != a {
		return e, cloud.Errorf(cloud.NotFound, cloud.ResENI, id, "")
	}
	return e, nil
}

// putENI writes an interface that has changed. An instance has a copy of what
// its primary one is, which is what its host is told.
func putENI(tx *store.Tx, e cloud.ENI) error {
	if err := tx.ENIs().Put(e); err != nil {
		return err
	}
	i, ok := tx.Instances().Get(e.Instance)
	if !ok || i.ENI != e.ID {
		return nil
	}
	i.Groups, i.PublicIP = e.Groups, e.PublicIP
	return tx.Instances().Put(i)
}

// attach writes an interface that has become an instance's, and its elastic IP
// with it.
func attach(tx *store.Tx, e cloud.ENI) error {
	for _, ad := range addressesOf(tx, e.ID) {
		ad.Instance = e.Instance
		if err := tx.Addresses().Put(ad); err != nil {
			return err
		}
	}
	return tx.ENIs().Put(e)
}

// leave writes that an interface is no instance's any more: it is there for
// another one, or it goes with what it had.
func leave(tx *store.Tx, e cloud.ENI) error {
	if e.Keep {
		e.Instance, e.Attachment, e.Attached, e.AutoPublic, e.Keep = "", "", time.Time{}, false, false
		if e.Address == "" {
			e.PublicIP = zeroAddr
		}
		return attach(tx, e)
	}
	return errors.Join(loseAddresses(tx, e.ID), tx.TagSets().Delete(string(e.ID)), tx.ENIs().Delete(e.ID))
}

// endAddresses takes the elastic IPs away from an instance that is to end: its
// account can use them elsewhere while it is still shutting down. An interface
// that stays keeps its own.
func endAddresses(tx *store.Tx, i *cloud.Instance) error {
	e, ok := tx.ENIs().Get(i.ENI)
	if !ok || e.Keep || e.Address == "" {
		return nil
	}
	e.PublicIP, e.Address, e.AutoPublic = zeroAddr, "", false
	i.PublicIP = zeroAddr
	return errors.Join(loseAddresses(tx, e.ID), tx.ENIs().Put(e))
}

// loseAddresses takes the elastic IPs away from an interface that goes.
func loseAddresses(tx *store.Tx, id cloud.ENIID) error {
	for _, ad := range addressesOf(tx, id) {
		if err := tx.Addresses().Put(unassociated(ad)); err != nil {
			return err
		}
	}
	return nil
}

// groupUsed reports whether an interface is in a group.
func groupUsed(tx *store.Tx, g cloud.Group) bool {
	for e := range tx.ENIs().By(store.ByVPC, string(g.VPC)) {
		if slices.Contains(e.Groups, g.ID) {
			return true
		}
	}
	return false
}
