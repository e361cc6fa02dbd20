package sts

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	api "ecc/api/sts"
	"ecc/cloud"
	"ecc/cloud/policy"
	"ecc/roles/clc/identity"
	"ecc/store"
)

// Limits of a session's own policies and tags.
const (
	maxPolicy     = 2048 // characters
	maxPolicyARNs = 10
	maxTags       = 50
)

// narrow puts the session policies of a request into a session: texts, and
// managed policies of the account that the session is of.
func (s *Service) narrow(ctx context.Context, session *identity.Session, text *string, arns []api.PolicyDescriptorType) error {
	if text != nil {
		if utf8.RuneCountInString(*text) > maxPolicy {
			return cloud.Errorf(cloud.Invalid, cloud.ResParameter, "policy",
				"1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to %d", maxPolicy)
		}
		if err := checkDocument(*text); err != nil {
			return err
		}
		session.Narrowed, session.Policies = true, []string{*text}
	}
	if len(arns) > maxPolicyARNs {
		return cloud.Errorf(cloud.Invalid, cloud.ResParameter, "policyArns",
			"1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to %d", maxPolicyARNs)
	}
	return s.store.View(ctx, func(tx *store.Tx) error {
		for _, d := range arns {
			if err := addManaged(tx, session, d.Arn); err != nil {
				return err
			}
		}
		return nil
	})
}

func addManaged(tx *store.Tx, session *identity.Session, arn *string) error {
	if arn == nil {
		return cloud.Errorf(cloud.Missing, cloud.ResParameter, "PolicyArns.member.arn", "")
	}
	own := strings.HasPrefix(*arn, cloud.IAMARN(session.Account, "policy/")) || strings.HasPrefix(*arn, cloud.IAMARN(cloud.AWSAccount, "policy/"))
	if _, ok := identity.ManagedDocument(tx, *arn); !ok || !own {
		return cloud.Errorf(cloud.Invalid, cloud.ResParameter, "policyArns", "The policy %s does not exist in the account or is not attachable.", *arn)
	}
	session.Narrowed, session.Managed = true, append(session.Managed, *arn)
	return nil
}

// checkDocument sees that a text is the policy of an identity.
func checkDocument(text string) error {
	_, err := policy.ParseIdentity([]byte(text), maxPolicy)
	var m *policy.Malformed
	if errors.As(err, &m) {
		return cloud.Errorf(cloud.Malformed, cloud.ResPolicyDocument, "", "%s", m.Msg)
	}
	return err
}

// readTags reads session tags. Their keys are the same but for case.
func readTags(list []api.Tag) (map[string]string, error) {
	if len(list) > maxTags {
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "tags", "A session has at most %d tags.", maxTags)
	}
	tags, seen := map[string]string{}, map[string]bool{}
	for _, t := range list {
		key := text(t.Key)
		folded := strings.ToLower(key)
		if seen[folded] {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, key, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		if strings.HasPrefix(folded, "aws:") {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, key, "Tag keys must not begin with aws:, which is reserved.")
		}
		seen[folded], tags[key] = true, text(t.Value)
	}
	return tags, nil
}

// readTransitive checks that the keys to keep in role chains are of tags.
func readTransitive(list []string, tags map[string]string) error {
	for _, key := range list {
		if _, ok := tags[key]; !ok {
			return cloud.Errorf(cloud.Invalid, cloud.ResTag, key, "The specified transitive tag key must be included in the requested tags.")
		}
	}
	return nil
}

// packed is the share of the room that a session's policies and tags take, nil
// if it has none.
func packed(session *identity.Session) (*int64, error) {
	n, err := session.PackedSize()
	if err != nil || n == 0 {
		return nil, err
	}
	if n > 100 {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResPolicy, "", "Packed policy consumes %d%% of allotted space, please use smaller policy.", n)
	}
	return ptr(int64(n)), nil
}
