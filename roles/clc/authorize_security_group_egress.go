package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// AuthorizeSecurityGroupEgress lets more out.
func (s *Service) AuthorizeSecurityGroupEgress(ctx context.Context, c *awsquery.Call, in *ec2.AuthorizeSecurityGroupEgressRequest) (*ec2.AuthorizeSecurityGroupEgressResult, error) {
	rules, err := readPermissions(in.IpPermissions, flatPermission{in.IpProtocol, in.CidrIp, in.FromPort, in.ToPort})
	if err != nil {
		return nil, err
	}
	g, rules, err := s.grantRules(ctx, c.Caller.Account, text(in.GroupId), "", egress, rules)
	if err != nil {
		return nil, err
	}
	out := &ec2.AuthorizeSecurityGroupEgressResult{Return: ptr(true)}
	for _, r := range rules {
		out.SecurityGroupRules = append(out.SecurityGroupRules, renderRule(g, r, egress))
	}
	return out, nil
}
