package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeleteKeyPair removes a key pair, by name or id. By a name that does not
// exist it is success, as on EC2.
func (s *Service) DeleteKeyPair(ctx context.Context, c *awsquery.Call, in *ec2.DeleteKeyPairRequest) (*ec2.DeleteKeyPairResult, error) {
	if in.KeyName == nil && in.KeyPairId == nil {
		return nil, cloud.Errorf(cloud.Missing, cloud.AnyResource, "KeyName", "The request must contain the parameter KeyName or KeyPairId")
	}
	out := &ec2.DeleteKeyPairResult{Return: ptr(true)}
	err := s.update(ctx, c, func(tx *store.Tx) error {
		k, ok := keyByName(tx, c.Caller.Account, text(in.KeyName))
		if id := text(in.KeyPairId); id != "" {
			if k, ok = tx.KeyPairs().Get(cloud.KeyPairID(id)); !ok || k.Account != c.Caller.Account {
				return cloud.Errorf(cloud.NotFound, cloud.ResKeyPair, id, "")
			}
		}
		if !ok {
			return nil
		}
		out.KeyPairId = ptr(string(k.ID))
		if err := tx.TagSets().Delete(string(k.ID)); err != nil {
			return err
		}
		return tx.KeyPairs().Delete(k.ID)
	})
	return out, err
}
