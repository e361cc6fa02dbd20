package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// CreateKeyPair makes a key pair and returns its private half, which is kept
// nowhere.
func (s *Service) CreateKeyPair(ctx context.Context, c *awsquery.Call, in *ec2.CreateKeyPairRequest) (*ec2.CreateKeyPairResult, error) {
	if err := checkKeyName(text(in.KeyName)); err != nil {
		return nil, err
	}
	typ := text(in.KeyType)
	if typ == "" {
		typ = "rsa"
	}
	fingerprint, line, private, err := createKey(typ, text(in.KeyName), text(in.KeyFormat) == "ppk")
	if err != nil {
		return nil, err
	}
	k, tags, err := s.addKeyPair(ctx, c, cloud.KeyPair{Account: c.Caller.Account, Name: text(in.KeyName), Type: typ,
		Fingerprint: fingerprint, PublicKey: line}, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	return &ec2.KeyPair{KeyPairId: ptr(string(k.ID)), KeyName: ptr(k.Name), KeyFingerprint: ptr(fingerprint),
		KeyMaterial: ptr(private), Tags: tags}, nil
}
