package clc

import (
	"context"
	"fmt"

	"ecc/cloud"
	"ecc/store"
)

// furnish gives the VPCs of an ecc that kept no route tables and network ACLs
// what every VPC has, one VPC a transaction. Those that have it are left alone.
func (s *Service) furnish(ctx context.Context) error {
	bare := map[cloud.VPCID][]cloud.Subnet{}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		for v := range tx.VPCs().All() {
			if !furnished(tx, v.ID) {
				bare[v.ID] = nil
				for n := range tx.Subnets().By(store.ByVPC, string(v.ID)) {
					bare[v.ID] = append(bare[v.ID], n)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for id, subnets := range bare {
		if err := s.furnishOne(ctx, id, subnets); err != nil {
			return fmt.Errorf("furnish %s: %w", id, err)
		}
	}
	return nil
}

// furnishOne furnishes one VPC. It keeps its default group; that a default VPC
// reaches the internet is now said by a gateway and a route.
func (s *Service) furnishOne(ctx context.Context, id cloud.VPCID, subnets []cloud.Subnet) error {
	var v cloud.VPC
	err := s.store.View(ctx, func(tx *store.Tx) error {
		v, _ = tx.VPCs().Get(id)
		return nil
	})
	if err != nil {
		return err
	}
	f, err := s.newFurniture(v)
	if err != nil {
		return err
	}
	for _, n := range subnets {
		m, err := s.member(n.ID)
		if err != nil {
			return err
		}
		f.acl.Subnets = append(f.acl.Subnets, m)
	}
	gateway, err := s.newDefaultGateway(v, &f)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		v := v
		if furnished(tx, id) {
			return nil
		}
		for g := range tx.Groups().By(store.ByVPC, string(id)) {
			if g.Name == defaultGroup {
				f.group = g
			}
		}
		if v.Default {
			v.DNSHostnames = true
			if err := tx.InternetGateways().Put(gateway); err != nil {
				return err
			}
		}
		if err := f.put(tx, &v); err != nil {
			return err
		}
		return tx.VPCs().Put(v)
	})
}

// newDefaultGateway draws the internet gateway of a default VPC and routes
// everything to it. Other VPCs have none.
func (s *Service) newDefaultGateway(v cloud.VPC, f *furniture) (cloud.InternetGateway, error) {
	if !v.Default {
		return cloud.InternetGateway{}, nil
	}
	id, err := s.id(cloud.PrefixInternetGateway)
	g := cloud.InternetGateway{ID: cloud.InternetGatewayID(id), Account: v.Account, VPC: v.ID, Created: s.now().UTC()}
	f.table.Routes = []cloud.Route{{CIDR: everywhere, Gateway: g.ID}}
	return g, err
}
