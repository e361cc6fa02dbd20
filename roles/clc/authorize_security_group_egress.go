package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// AuthorizeSecurityGroupEgress lets more out.
func (s *Service) AuthorizeSecurityGroupEgress(ctx context.Context, c *awsquery.Call, in *ec2.AuthorizeSecurityGroupEgressRequest) (*ec2.AuthorizeSecurityGroupEgressResult, error) {
	rules, err := readPermissions(in.IpPermissions, flatPermission{in.IpProtocol, in.CidrIp, in.FromPort, in.ToPort,
		in.SourceSecurityGroupName, in.SourceSecurityGroupOwnerId})
	if err != nil {
		return nil, err
	}
	granted, err := s.grantRules(ctx, c, text(in.GroupId), "", egress, rules, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	return &ec2.AuthorizeSecurityGroupEgressResult{Return: ptr(true), SecurityGroupRules: granted}, nil
}
