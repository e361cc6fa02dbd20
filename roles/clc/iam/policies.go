package iam

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// usage counts, by the ARN of a managed policy, by how many identities of an
// account it is used.
type usage struct {
	attached, boundary map[string]int64
}

func usageOf(tx *store.Tx, a cloud.AccountID) usage {
	u := usage{map[string]int64{}, map[string]int64{}}
	for e := range entities(tx, a) {
		for _, arn := range e.managed {
			u.attached[arn]++
		}
		if e.boundary != "" {
			u.boundary[e.boundary]++
		}
	}
	return u
}

// ownPolicy finds a managed policy that the caller's account can change: one of
// its own.
func ownPolicy(tx *store.Tx, c *awsquery.Call, arn string) (cloud.ManagedPolicy, error) {
	p, err := policyNamed(tx, c, arn)
	if err == nil && p.Account == cloud.AWSAccount {
		return p, cloud.Errorf(cloud.Denied, cloud.ResPolicy, arn, "User: %s is not authorized to perform: iam:%s on resource: policy %s", c.Caller.ARN, c.Action, arn)
	}
	return p, err
}

// changePolicy changes one policy of the caller's account in the action's
// transaction, and returns what it became.
func (s *Service) changePolicy(ctx context.Context, c *awsquery.Call, arn *string, change func(*store.Tx, *cloud.ManagedPolicy) error) (cloud.ManagedPolicy, error) {
	var p cloud.ManagedPolicy
	err := s.update(ctx, c, func(tx *store.Tx) (err error) {
		if p, err = ownPolicy(tx, c, text(arn)); err != nil {
			return err
		}
		p.Versions = slices.Clone(p.Versions)
		if err := change(tx, &p); err != nil {
			return err
		}
		return tx.Policies().Put(p)
	})
	return p, err
}

// readPolicy finds a managed policy the caller's account can use, and by how
// many it is used.
func (s *Service) readPolicy(ctx context.Context, c *awsquery.Call, arn *string) (p cloud.ManagedPolicy, u usage, err error) {
	err = s.view(ctx, func(tx *store.Tx) (err error) {
		if p, err = policyNamed(tx, c, text(arn)); err == nil {
			u = usageOf(tx, c.Caller.Account)
		}
		return err
	})
	return p, u, err
}

// renderPolicy is a policy as IAM shows one by itself.
func renderPolicy(p cloud.ManagedPolicy, u usage) *iam.Policy {
	out := listedPolicy(p, u)
	out.Tags = append([]iam.Tag{}, renderTags(p.Tags)...)
	if p.Description != "" {
		out.Description = ptr(p.Description)
	}
	return &out
}

// listedPolicy is a policy as lists show one.
func listedPolicy(p cloud.ManagedPolicy, u usage) iam.Policy {
	return iam.Policy{PolicyName: ptr(p.Name), PolicyId: ptr(p.ID), Arn: ptr(p.ARN()), Path: ptr(p.Path), DefaultVersionId: ptr(p.Default),
		AttachmentCount: ptr(u.attached[p.ARN()]), PermissionsBoundaryUsageCount: ptr(u.boundary[p.ARN()]), IsAttachable: ptr(true),
		CreateDate: when(p.Created), UpdateDate: when(p.Updated)}
}

// renderVersion is a version of a policy, without its text.
func renderVersion(p cloud.ManagedPolicy, v cloud.PolicyVersion) iam.PolicyVersion {
	return iam.PolicyVersion{VersionId: ptr(v.ID), IsDefaultVersion: ptr(v.ID == p.Default), CreateDate: when(v.Created)}
}
