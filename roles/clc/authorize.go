package clc

import (
	"context"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/roles/clc/access"
	"ecc/store"
)

// Authorize decides whether a caller may use an action of EC2: on each of the
// resources that the request names or would make. An account's first request
// makes its default network.
func (s *Service) Authorize(ctx context.Context, c *awsquery.Call, p awsquery.Permission, in any) error {
	if err := s.ensureNetwork(ctx, c); err != nil {
		return err
	}
	if access.Free(&c.Caller) {
		return nil
	}
	whole, wrong := in, error(nil)
	if run, ok := in.(*ec2.RunInstancesRequest); ok {
		whole, wrong = s.launchAsked(ctx, c.Caller.Account, run)
	}
	var needs []access.Need
	err := s.store.View(ctx, func(tx *store.Tx) error {
		r := &authorizing{s: s, tx: tx, c: c, action: strings.TrimPrefix(p.Action, "ec2:"), in: whole, sent: in}
		needs = r.needs()
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.access.Decide(ctx, c, needs); err != nil {
		return err
	}
	return wrong
}

// launchAsked is a launch with what its template says, and pins the request to
// that version: what is decided on is what the action runs, also if somebody
// changes the template's default version in between. What is wrong with the
// template is told to those who may launch.
func (s *Service) launchAsked(ctx context.Context, a cloud.AccountID, in *ec2.RunInstancesRequest) (any, error) {
	whole, told, err := s.underTemplate(ctx, a, in)
	if err != nil {
		return in, err
	}
	if told != nil {
		in.LaunchTemplate = &ec2.LaunchTemplateSpecification{LaunchTemplateId: ptr(told[tagTemplate]), Version: ptr(told[tagTemplateVersion])}
	}
	return whole, nil
}

// AuthorizeIAM decides whether a caller may use an action of IAM.
func (s *Service) AuthorizeIAM(ctx context.Context, c *awsquery.Call, p awsquery.Permission, in any) error {
	return s.access.IAM(ctx, c, p, in)
}

// AuthorizeCloudTrail decides whether a caller may read the audit trail of their
// account.
func (s *Service) AuthorizeCloudTrail(ctx context.Context, c *awsquery.Call, p awsquery.Permission, _ any) error {
	if access.Free(&c.Caller) {
		return nil
	}
	return s.access.Decide(ctx, c, []access.Need{{Action: p.Action}})
}

// ensureNetwork makes an account's default VPC when it comes for the first
// time. One that its tenant deleted stays so.
func (s *Service) ensureNetwork(ctx context.Context, c *awsquery.Call) error {
	done := false
	err := s.store.View(ctx, func(tx *store.Tx) error {
		a, _ := tx.Accounts().Get(c.Caller.Account)
		done = a.Networked
		return nil
	})
	if done || err != nil {
		return err
	}
	net, err := s.newDefaultVPC(c.Caller.Account)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		a, ok := tx.Accounts().Get(c.Caller.Account)
		switch {
		case !ok:
			return cloud.Errorf(cloud.NotFound, cloud.ResAccount, string(c.Caller.Account), "")
		case a.Networked:
			return nil
		}
		a.Networked = true
		if err := tx.Accounts().Put(a); err != nil {
			return err
		}
		if defaultVPCOf(tx, a.ID) != "" { // of an ecc that made it with the account
			return nil
		}
		return net.put(tx)
	})
}
