package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// eniChange changes one interface in a transaction.
type eniChange func(tx *store.Tx, e *cloud.ENI) error

// ModifyNetworkInterfaceAttribute changes one attribute of an interface. What it
// changes acts on the guest's packets at once.
func (s *Service) ModifyNetworkInterfaceAttribute(ctx context.Context, c *awsquery.Call, in *ec2.ModifyNetworkInterfaceAttributeRequest) (*ec2.ModifyNetworkInterfaceAttributeResult, error) {
	change, err := s.readENIChange(in)
	if err != nil {
		return nil, err
	}
	return nil, s.changeENI(ctx, c, *in.NetworkInterfaceId, change)
}

// changeENI makes the one transaction of a change.
func (s *Service) changeENI(ctx context.Context, c *awsquery.Call, id string, change eniChange) error {
	return s.update(ctx, c, func(tx *store.Tx) error {
		e, err := eniOf(tx, c.Caller.Account, id)
		if err != nil {
			return err
		}
		if err := change(tx, &e); err != nil {
			return err
		}
		return putENI(tx, e)
	})
}

// readENIChange reads which attribute a request changes, and how.
func (s *Service) readENIChange(in *ec2.ModifyNetworkInterfaceAttributeRequest) (eniChange, error) {
	if in.EnaSrdSpecification != nil || in.EnablePrimaryIpv6 != nil || in.ConnectionTrackingSpecification != nil || len(in.AssociatedSubnetIds) > 0 {
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResENI, "", "This cloud changes an interface's description, groups, source/destination check, public address and what happens at termination only.")
	}
	var changes []eniChange
	var errs []error
	add := func(change eniChange, err error) {
		changes, errs = append(changes, change), append(errs, err)
	}
	if in.Description != nil {
		add(readENIDescription(text(in.Description.Value)))
	}
	if in.SourceDestCheck != nil {
		add(readENICheck(in.SourceDestCheck.Value))
	}
	if len(in.Groups) > 0 {
		add(s.readENIGroups(in.Groups))
	}
	if in.Attachment != nil {
		add(readENIAttachment(in.Attachment))
	}
	if in.AssociatePublicIpAddress != nil {
		add(s.changePublic(*in.AssociatePublicIpAddress), nil)
	}
	switch len(changes) {
	case 0:
		return nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "No attributes specified.")
	case 1:
		return changes[0], errs[0]
	}
	return nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "Fields for multiple attribute types specified")
}

func readENIDescription(d string) (eniChange, error) {
	return func(_ *store.Tx, e *cloud.ENI) error { e.Description = d; return nil }, checkDescription(d)
}

// readENICheck: what an interface sends with another's address is dropped by
// its host, whatever a record says.
func readENICheck(on *bool) (eniChange, error) {
	switch {
	case on == nil:
		return nil, cloud.Errorf(cloud.Missing, cloud.AnyResource, "SourceDestCheck.Value", "")
	case !*on:
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResENI, "", "This cloud checks the source and destination of every interface's packets: the check cannot be switched off yet.")
	}
	return func(*store.Tx, *cloud.ENI) error { return nil }, nil
}

func (s *Service) readENIGroups(ids []string) (eniChange, error) {
	if err := checkGroupIDs(ids); err != nil {
		return nil, err
	}
	return func(tx *store.Tx, e *cloud.ENI) error {
		groups, err := s.launchGroups(tx, e.Account, launch{groupIDs: ids}, e.VPC)
		e.Groups = groups
		return err
	}, nil
}

// readENIAttachment reads whether an interface ends with its instance.
func readENIAttachment(in *ec2.NetworkInterfaceAttachmentChanges) (eniChange, error) {
	switch {
	case in.DefaultEnaQueueCount != nil || in.EnaQueueCount != nil:
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResENI, "", "This cloud's interfaces have no queues to count.")
	case text(in.AttachmentId) == "":
		return nil, cloud.Errorf(cloud.Missing, cloud.AnyResource, "Attachment.AttachmentId", "")
	case in.DeleteOnTermination == nil:
		return nil, cloud.Errorf(cloud.Missing, cloud.AnyResource, "Attachment.DeleteOnTermination", "")
	}
	return func(_ *store.Tx, e *cloud.ENI) error {
		if e.Instance == "" || string(e.Attachment) != *in.AttachmentId {
			return cloud.Errorf(cloud.NotFound, cloud.ResAttachment, *in.AttachmentId, "")
		}
		e.Keep = !*in.DeleteOnTermination
		return nil
	}, nil
}

// changePublic gives an instance's primary interface an address of the public
// pool, or takes it back. An elastic IP stays what it is.
func (s *Service) changePublic(want bool) eniChange {
	return func(tx *store.Tx, e *cloud.ENI) error {
		switch {
		case e.Instance == "":
			return cloud.Errorf(cloud.Unsupported, cloud.ResENI, string(e.ID), "This cloud changes the public address of an instance's primary interface only.")
		case want && !s.cfg.PublicPool.IsValid():
			return cloud.Errorf(cloud.Exhausted, cloud.ResAddress, "", "This cloud has no pool of public addresses. Its operator gives it one by the setting public_pool.")
		case e.Address != "" || want == e.PublicIP.IsValid():
			e.AutoPublic = want
			return nil
		}
		e.AutoPublic, e.PublicIP = want, zeroAddr
		if !want {
			return nil
		}
		got, err := poolAddrs(tx, s.cfg.PublicPool, 1)
		if err == nil {
			e.PublicIP = got[0]
		}
		return err
	}
}
