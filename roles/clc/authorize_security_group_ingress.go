package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// AuthorizeSecurityGroupIngress lets more in.
func (s *Service) AuthorizeSecurityGroupIngress(ctx context.Context, c *awsquery.Call, in *ec2.AuthorizeSecurityGroupIngressRequest) (*ec2.AuthorizeSecurityGroupIngressResult, error) {
	rules, err := readPermissions(in.IpPermissions, flatPermission{in.IpProtocol, in.CidrIp, in.FromPort, in.ToPort,
		in.SourceSecurityGroupName, in.SourceSecurityGroupOwnerId})
	if err != nil {
		return nil, err
	}
	granted, err := s.grantRules(ctx, c, text(in.GroupId), text(in.GroupName), ingress, rules, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	return &ec2.AuthorizeSecurityGroupIngressResult{Return: ptr(true), SecurityGroupRules: granted}, nil
}
