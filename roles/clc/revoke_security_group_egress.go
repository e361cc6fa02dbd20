package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// RevokeSecurityGroupEgress takes rules away; established flows they allowed end.
func (s *Service) RevokeSecurityGroupEgress(ctx context.Context, c *awsquery.Call, in *ec2.RevokeSecurityGroupEgressRequest) (*ec2.RevokeSecurityGroupEgressResult, error) {
	rules, err := readPermissions(in.IpPermissions, flatPermission{in.IpProtocol, in.CidrIp, in.FromPort, in.ToPort,
		in.SourceSecurityGroupName, in.SourceSecurityGroupOwnerId})
	if err != nil {
		return nil, err
	}
	g, gone, err := s.revokeRules(ctx, c, text(in.GroupId), "", egress, rules, in.SecurityGroupRuleIds)
	if err != nil {
		return nil, err
	}
	out := &ec2.RevokeSecurityGroupEgressResult{Return: ptr(true)}
	for _, r := range gone {
		out.RevokedSecurityGroupRules = append(out.RevokedSecurityGroupRules, renderRevoked(g, r, egress))
	}
	return out, nil
}
