package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeNetworkInterfaceAttribute tells one attribute of an interface.
func (s *Service) DescribeNetworkInterfaceAttribute(ctx context.Context, c *awsquery.Call, in *ec2.DescribeNetworkInterfaceAttributeRequest) (*ec2.DescribeNetworkInterfaceAttributeResult, error) {
	out := &ec2.DescribeNetworkInterfaceAttributeResult{NetworkInterfaceId: in.NetworkInterfaceId}
	return out, s.store.View(ctx, func(tx *store.Tx) error {
		e, err := eniOf(tx, c.Caller.Account, *in.NetworkInterfaceId)
		if err != nil {
			return err
		}
		switch text(in.Attribute) {
		case "description":
			out.Description = &ec2.AttributeValue{Value: ptr(e.Description)}
		case "groupSet":
			out.Groups = renderGroups(tx, e.Groups)
		case "sourceDestCheck":
			out.SourceDestCheck = &ec2.AttributeBooleanValue{Value: ptr(!e.NoCheck)}
		case "attachment":
			out.Attachment = renderAttachment(e)
		case "associatePublicIpAddress":
			out.AssociatePublicIpAddress = ptr(hasAutoPublic(e))
		default:
			return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "No attributes specified.")
		}
		return nil
	})
}
