package iam

import (
	"context"
	"strconv"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// CreatePolicy makes a managed policy with its first version.
func (s *Service) CreatePolicy(ctx context.Context, c *awsquery.Call, in *iam.CreatePolicyRequest) (*iam.CreatePolicyResult, error) {
	p := cloud.ManagedPolicy{Account: c.Caller.Account, Name: text(in.PolicyName), Description: text(in.Description), Default: "v1", Last: 1}
	doc, err := readManaged(in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	if p.Path, err = readPath("path", in.Path); err != nil {
		return nil, err
	}
	if err := checkPrintable("description", p.Description); err != nil {
		return nil, err
	}
	if p.Tags, err = readTags(in.Tags); err != nil {
		return nil, err
	}
	if p.ID, err = s.uniqueID(prefixPolicy); err != nil {
		return nil, err
	}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		if taken(tx.Policies(), p.Account, p.Name) {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResPolicy, p.Name, "")
		}
		p.Created, p.Updated = tx.Now, tx.Now
		p.Versions = []cloud.PolicyVersion{{ID: "v1", Document: doc, Created: tx.Now}}
		return tx.Policies().Put(p)
	})
	if err != nil {
		return nil, err
	}
	return &iam.CreatePolicyResult{Policy: renderPolicy(p, usage{})}, nil
}

// readManaged checks the text of a managed policy.
func readManaged(doc *string) (string, error) {
	if policySize(text(doc)) > maxManagedPolicy {
		return "", cloud.Errorf(cloud.LimitExceeded, cloud.ResPolicy, "", "Cannot exceed quota for PolicySize: %d", maxManagedPolicy)
	}
	return text(doc), checkPolicy(text(doc))
}

// maxVersions is how many versions a managed policy can have.
const maxVersions = 5

// CreatePolicyVersion adds a version to a policy, which may become the one that
// counts.
func (s *Service) CreatePolicyVersion(ctx context.Context, c *awsquery.Call, in *iam.CreatePolicyVersionRequest) (*iam.CreatePolicyVersionResult, error) {
	doc, err := readManaged(in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	var v cloud.PolicyVersion
	p, err := s.changePolicy(ctx, c, in.PolicyArn, func(tx *store.Tx, p *cloud.ManagedPolicy) error {
		if len(p.Versions) >= maxVersions {
			return cloud.Errorf(cloud.LimitExceeded, cloud.ResPolicyVersion, p.Name,
				"A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", maxVersions)
		}
		p.Last++
		v = cloud.PolicyVersion{ID: "v" + strconv.Itoa(p.Last), Document: doc, Created: tx.Now}
		p.Versions, p.Updated = append(p.Versions, v), tx.Now
		if in.SetAsDefault != nil && *in.SetAsDefault {
			p.Default = v.ID
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iam.CreatePolicyVersionResult{PolicyVersion: ptr(renderVersion(p, v))}, nil
}
