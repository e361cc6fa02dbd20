package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// RevokeSecurityGroupIngress takes rules away; established flows they allowed end.
func (s *Service) RevokeSecurityGroupIngress(ctx context.Context, c *awsquery.Call, in *ec2.RevokeSecurityGroupIngressRequest) (*ec2.RevokeSecurityGroupIngressResult, error) {
	rules, err := readPermissions(in.IpPermissions, flatPermission{in.IpProtocol, in.CidrIp, in.FromPort, in.ToPort,
		in.SourceSecurityGroupName, in.SourceSecurityGroupOwnerId})
	if err != nil {
		return nil, err
	}
	g, gone, err := s.revokeRules(ctx, c, text(in.GroupId), text(in.GroupName), ingress, rules, in.SecurityGroupRuleIds)
	if err != nil {
		return nil, err
	}
	out := &ec2.RevokeSecurityGroupIngressResult{Return: ptr(true)}
	for _, r := range gone {
		out.RevokedSecurityGroupRules = append(out.RevokedSecurityGroupRules, renderRevoked(g, r, ingress))
	}
	return out, nil
}
