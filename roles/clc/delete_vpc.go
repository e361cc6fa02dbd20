package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeleteVpc removes a VPC that has nothing left but what every VPC has, and
// that with it.
func (s *Service) DeleteVpc(ctx context.Context, c *awsquery.Call, in *ec2.DeleteVpcRequest) (*ec2.DeleteVpcResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		v, err := the(vpcKind(tx, c.Caller.Account), in.VpcId)
		if err != nil {
			return err
		}
		if vpcInUse(tx, v.ID) {
			return depends(cloud.ResVPC, "vpc", string(v.ID))
		}
		return removeVPC(tx, v.ID)
	})
}

// vpcInUse reports whether a VPC has what must be removed before it.
func vpcInUse(tx *store.Tx, v cloud.VPCID) bool {
	for range tx.Subnets().By(store.ByVPC, string(v)) {
		return true
	}
	for range tx.ENIs().By(store.ByVPC, string(v)) {
		return true
	}
	for range tx.InternetGateways().By(store.ByVPC, string(v)) {
		return true
	}
	for t := range tx.RouteTables().By(store.ByVPC, string(v)) {
		if t.Main == "" {
			return true
		}
	}
	for n := range tx.NetworkACLs().By(store.ByVPC, string(v)) {
		if !n.Default {
			return true
		}
	}
	for g := range tx.Groups().By(store.ByVPC, string(v)) {
		if g.Name != defaultGroup {
			return true
		}
	}
	return false
}

// removeVPC removes a VPC and its furniture.
func removeVPC(tx *store.Tx, v cloud.VPCID) error {
	gone := []string{string(v)}
	for t := range tx.RouteTables().By(store.ByVPC, string(v)) {
		gone = append(gone, string(t.ID))
		if err := tx.RouteTables().Delete(t.ID); err != nil {
			return err
		}
	}
	for n := range tx.NetworkACLs().By(store.ByVPC, string(v)) {
		gone = append(gone, string(n.ID))
		if err := tx.NetworkACLs().Delete(n.ID); err != nil {
			return err
		}
	}
	for g := range tx.Groups().By(store.ByVPC, string(v)) {
		gone = append(append(gone, string(g.ID)), ruleIDs(g.Ingress, g.Egress)...)
		if err := tx.Groups().Delete(g.ID); err != nil {
			return err
		}
	}
	if err := dropTags(tx, gone...); err != nil {
		return err
	}
	return tx.VPCs().Delete(v)
}
