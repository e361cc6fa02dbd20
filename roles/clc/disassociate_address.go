package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DisassociateAddress takes an elastic IP away from what it is mapped to. The
// account keeps it. Doing it again by the address itself is success.
func (s *Service) DisassociateAddress(ctx context.Context, c *awsquery.Call, in *ec2.DisassociateAddressRequest) (*ec2.DisassociateAddressResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		ad, err := associatedAddress(tx, c.Caller.Account, in.AssociationId, in.PublicIp)
		if err != nil || ad.Association == "" {
			return err
		}
		return s.unmapAddress(tx, ad)
	})
}

// associatedAddress finds an account's elastic IP by its association or by itself.
func associatedAddress(tx *store.Tx, a cloud.AccountID, association, public *string) (cloud.Address, error) {
	switch id := text(association); {
	case id != "" && text(public) != "":
		return cloud.Address{}, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "You may specify public IP or association id, but not both in the same call")
	case text(public) != "":
		return addressByIP(tx, a, *public)
	case id == "":
		return cloud.Address{}, cloud.Errorf(cloud.Missing, cloud.AnyResource, "AssociationId", "Either public IP or association id must be specified")
	}
	for ad := range tx.Addresses().By(store.ByAccount, string(a)) {
		if string(ad.Association) == *association {
			return ad, nil
		}
	}
	return cloud.Address{}, cloud.Errorf(cloud.NotFound, cloud.ResAddressAssociation, *association, "")
}
