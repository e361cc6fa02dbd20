package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeKeyPairs lists key pairs, by name, id or all.
func (s *Service) DescribeKeyPairs(ctx context.Context, c *awsquery.Call, in *ec2.DescribeKeyPairsRequest) (*ec2.DescribeKeyPairsResult, error) {
	out := &ec2.DescribeKeyPairsResult{KeyPairs: []ec2.KeyPairInfo{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		ids := slices.Clone(in.KeyPairIds)
		for _, n := range in.KeyNames {
			k, ok := keyByName(tx, c.Caller.Account, n)
			if !ok {
				return cloud.Errorf(cloud.NotFound, cloud.ResKeyPair, n, "")
			}
			ids = append(ids, string(k.ID))
		}
		found, _, err := find(c, keyPairKind(tx, c.Caller.Account), query{ids: ids, filters: in.Filters})
		if err != nil {
			return err
		}
		for _, k := range found {
			info := ec2.KeyPairInfo{KeyPairId: ptr(string(k.ID)), KeyName: ptr(k.Name), KeyType: ptr(k.Type),
				KeyFingerprint: ptr(k.Fingerprint), CreateTime: ptr(k.Created.UTC()), Tags: renderTags(tx, k.Account, string(k.ID))}
			if truth(in.IncludePublicKey) {
				info.PublicKey = ptr(k.PublicKey)
			}
			out.KeyPairs = append(out.KeyPairs, info)
		}
		return nil
	})
	return out, err
}

func keyPairKind(tx *store.Tx, a cloud.AccountID) kind[cloud.KeyPair] {
	id := func(k cloud.KeyPair) string { return string(k.ID) }
	return kind[cloud.KeyPair]{resource: cloud.ResKeyPair, id: id,
		get:  owned(tx.KeyPairs(), a, func(k cloud.KeyPair) cloud.AccountID { return k.Account }),
		all:  tx.KeyPairs().By(store.ByAccount, string(a)),
		tags: tagsOf(tx, a, id),
		filters: awsquery.Filters[cloud.KeyPair]{
			"fingerprint": one(func(k cloud.KeyPair) string { return k.Fingerprint }),
			"key-name":    one(func(k cloud.KeyPair) string { return k.Name }),
			"key-pair-id": one(id),
		}}
}
