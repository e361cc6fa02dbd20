package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// ImportKeyPair keeps a public key under a name.
func (s *Service) ImportKeyPair(ctx context.Context, c *awsquery.Call, in *ec2.ImportKeyPairRequest) (*ec2.ImportKeyPairResult, error) {
	if err := checkKeyName(text(in.KeyName)); err != nil {
		return nil, err
	}
	typ, fingerprint, line, err := parsePublic(in.PublicKeyMaterial, text(in.KeyName))
	if err != nil {
		return nil, err
	}
	k, tags, err := s.addKeyPair(ctx, c, cloud.KeyPair{Account: c.Caller.Account, Name: text(in.KeyName), Type: typ,
		Fingerprint: fingerprint, PublicKey: line}, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	return &ec2.ImportKeyPairResult{KeyPairId: ptr(string(k.ID)), KeyName: ptr(k.Name), KeyFingerprint: ptr(fingerprint), Tags: tags}, nil
}
