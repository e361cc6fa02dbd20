package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// AssociateAddress maps an elastic IP to an instance's or an interface's
// primary address, at once, also while the guest runs.
func (s *Service) AssociateAddress(ctx context.Context, c *awsquery.Call, in *ec2.AssociateAddressRequest) (*ec2.AssociateAddressResult, error) {
	if err := checkAssociation(in); err != nil {
		return nil, err
	}
	fresh, err := s.id(cloud.PrefixAddressAssociation)
	if err != nil {
		return nil, err
	}
	var id cloud.AssociationID
	err = s.update(ctx, c, func(tx *store.Tx) error {
		ad, err := addressOf(tx, c.Caller.Account, in.AllocationId, in.PublicIp)
		if err != nil {
			return err
		}
		e, err := associationTarget(tx, c.Caller.Account, in)
		if err != nil {
			return err
		}
		if ad.ENI == e.ID {
			id = ad.Association // nothing to do
			return nil
		}
		id = cloud.AssociationID(fresh)
		return s.associate(tx, ad, e, id, in.AllowReassociation == nil || *in.AllowReassociation)
	})
	return &ec2.AssociateAddressResult{AssociationId: ptr(string(id))}, err
}

func checkAssociation(in *ec2.AssociateAddressRequest) error {
	instance, eni := text(in.InstanceId), text(in.NetworkInterfaceId)
	switch {
	case instance == "" && eni == "":
		return cloud.Errorf(cloud.Missing, cloud.AnyResource, "InstanceId", "Either 'instanceId' or 'networkInterfaceId' should be specified.")
	case instance != "" && eni != "":
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameters instanceId and networkInterfaceId cannot both be specified.")
	case instance != "":
		return checkInstanceIDs([]string{instance})
	}
	return nil
}

// associationTarget finds the interface an address shall be mapped to.
func associationTarget(tx *store.Tx, a cloud.AccountID, in *ec2.AssociateAddressRequest) (cloud.ENI, error) {
	id := text(in.NetworkInterfaceId)
	if instance := text(in.InstanceId); instance != "" {
		i, ok := tx.Instances().Get(cloud.InstanceID(instance))
		switch {
		case !ok || i.Account != a:
			return cloud.ENI{}, cloud.Errorf(cloud.NotFound, cloud.ResInstance, instance, "")
		case i.Desired.Goal == cloud.GoalTerminated || i.ENI == "":
			return cloud.ENI{}, cloud.Errorf(cloud.WrongState, cloud.ResInstance, instance, "The instance '%s' is not in a valid state for this operation: it is %s.", instance, i.State())
		}
		id = string(i.ENI)
	}
	e, err := eniOf(tx, a, id)
	if err != nil || text(in.PrivateIpAddress) == "" {
		return e, err
	}
	ip, err := readIPv4(*in.PrivateIpAddress)
	switch {
	case err != nil || ip == e.PrivateIP:
		return e, err
	case slices.Contains(e.Secondary, ip):
		return e, cloud.Errorf(cloud.Unsupported, cloud.ResENI, string(e.ID), "This cloud does not map public addresses to secondary private addresses yet, only to an interface's primary one (%s).", e.PrivateIP)
	}
	return e, cloud.Errorf(cloud.Invalid, cloud.ResENI, string(e.ID), "Private IP address %s is not assigned to interface %s", ip, e.ID)
}

// associate maps an address to an interface that does not have it. What either
// was associated with before is taken away if it may be.
func (s *Service) associate(tx *store.Tx, ad cloud.Address, e cloud.ENI, id cloud.AssociationID, may bool) error {
	if err := checkGateway(tx, e.VPC); err != nil {
		return err
	}
	if ad.Association != "" {
		if !may {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResAddressAssociation, string(ad.ID), "resource %s is already associated with associate-id %s", ad.ID, ad.Association)
		}
		if err := s.unmapAddress(tx, ad); err != nil {
			return err
		}
	}
	for _, other := range addressesOf(tx, e.ID) {
		if !may {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResAddressAssociation, string(e.ID), "resource %s is already associated with associate-id %s", e.ID, other.Association)
		}
		if err := tx.Addresses().Put(unassociated(other)); err != nil {
			return err
		}
	}
	return mapAddress(tx, ad, e, id)
}

// checkGateway refuses a public address in a VPC that the internet does not
// reach.
func checkGateway(tx *store.Tx, vpc cloud.VPCID) error {
	for range tx.InternetGateways().By(store.ByVPC, string(vpc)) {
		return nil
	}
	return cloud.Errorf(cloud.WrongState, cloud.ResInternetGateway, string(vpc), "Network %s is not attached to any internet gateway", vpc)
}
