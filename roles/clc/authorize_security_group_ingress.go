package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// AuthorizeSecurityGroupIngress lets more in.
func (s *Service) AuthorizeSecurityGroupIngress(ctx context.Context, c *awsquery.Call, in *ec2.AuthorizeSecurityGroupIngressRequest) (*ec2.AuthorizeSecurityGroupIngressResult, error) {
	rules, err := readPermissions(in.IpPermissions, flatPermission{in.IpProtocol, in.CidrIp, in.FromPort, in.ToPort})
	if err != nil {
		return nil, err
	}
	g, rules, err := s.grantRules(ctx, c.Caller.Account, text(in.GroupId), text(in.GroupName), ingress, rules)
	if err != nil {
		return nil, err
	}
	out := &ec2.AuthorizeSecurityGroupIngressResult{Return: ptr(true)}
	for _, r := range rules {
		out.SecurityGroupRules = append(out.SecurityGroupRules, renderRule(g, r, ingress))
	}
	return out, nil
}
