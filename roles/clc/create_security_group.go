package clc

import (
	"context"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateSecurityGroup makes a group that lets nothing in and everything out.
func (s *Service) CreateSecurityGroup(ctx context.Context, c *awsquery.Call, in *ec2.CreateSecurityGroupRequest) (*ec2.CreateSecurityGroupResult, error) {
	name := strings.TrimRight(text(in.GroupName), " ") // as EC2 keeps it
	switch {
	case !groupText.MatchString(name) || strings.HasPrefix(name, cloud.PrefixGroup):
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResGroup, name, "Invalid value '%s' for groupName: 1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, not beginning with sg-", name)
	case !groupText.MatchString(text(in.Description)):
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResGroup, name, "Invalid value for groupDescription: 1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*")
	case name == "default":
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResGroup, name, "Cannot use reserved security group name: default")
	}
	tags, err := specTags(in.TagSpecifications, "security-group")
	if err != nil {
		return nil, err
	}
	ids, err := s.ids(cloud.PrefixGroup, cloud.PrefixGroupRule)
	if err != nil {
		return nil, err
	}
	g := cloud.Group{ID: cloud.GroupID(ids[0]), Account: c.Caller.Account, Name: name, Description: text(in.Description),
		Egress: []cloud.GroupRule{allowAllOut(cloud.GroupRuleID(ids[1]))}}
	out := &ec2.CreateSecurityGroupResult{GroupId: ptr(ids[0])}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		if err := placeGroup(tx, &g, text(in.VpcId)); err != nil {
			return err
		}
		g.Created = tx.Now
		if err := tx.Groups().Put(g); err != nil {
			return err
		}
		err := putTags(tx, cloud.TagSet{Resource: ids[0], Type: "security-group", Account: g.Account, Tags: tags})
		out.Tags = renderTags(tx, g.Account, ids[0])
		return err
	})
	if err != nil {
		return nil, err
	}
	out.SecurityGroupArn = ptr(cloud.EC2ARN(s.cfg.Region, g.Account, "security-group/"+string(g.ID)))
	return out, nil
}

// placeGroup puts a new group into the VPC named or the default one, if its
// name is free there.
func placeGroup(tx *store.Tx, g *cloud.Group, vpc string) error {
	g.VPC = cloud.VPCID(vpc)
	if vpc == "" {
		g.VPC = defaultVPCOf(tx, g.Account)
	}
	if g.VPC == "" {
		return cloud.Errorf(cloud.Missing, cloud.ResGroup, "", "")
	}
	if _, err := ownVPC(tx, g.Account, string(g.VPC)); err != nil {
		return err
	}
	for other := range tx.Groups().By(store.ByVPC, string(g.VPC)) {
		if other.Name == g.Name {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResGroup, g.Name, "The security group '%s' already exists for VPC '%s'", g.Name, g.VPC)
		}
	}
	return nil
}
