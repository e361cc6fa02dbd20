package clc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeTags lists the account's tags, by resource and key.
func (s *Service) DescribeTags(ctx context.Context, c *awsquery.Call, in *ec2.DescribeTagsRequest) (*ec2.DescribeTagsResult, error) {
	out := &ec2.DescribeTagsResult{Tags: []ec2.TagDescription{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, tagKind(tx, c.Caller.Account), query{filters: in.Filters, max: in.MaxResults,
			token: in.NextToken, limits: pageLimits})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, t := range found {
			out.Tags = append(out.Tags, ec2.TagDescription{ResourceId: ptr(t.resource), ResourceType: ptr(t.typ),
				Key: ptr(t.key), Value: ptr(t.value)})
		}
		return nil
	})
	return out, err
}

// tag is one tag of one resource.
type tag struct{ resource, typ, key, value string }

// tagKind is what a query for tags knows of them.
func tagKind(tx *store.Tx, a cloud.AccountID) kind[tag] {
	return kind[tag]{resource: cloud.ResTag, id: tag.id,
		tags: func(t tag) map[string]string { return map[string]string{t.key: t.value} },
		all: func(yield func(tag) bool) {
			for set := range tx.TagSets().By(store.ByAccount, string(a)) {
				for k, v := range set.Tags {
					if !yield(tag{set.Resource, set.Type, k, v}) {
						return
					}
				}
			}
		},
		filters: awsquery.Filters[tag]{
			"key":           func(t tag) []string { return []string{t.key} },
			"resource-id":   func(t tag) []string { return []string{t.resource} },
			"resource-type": func(t tag) []string { return []string{t.typ} },
			"value":         func(t tag) []string { return []string{t.value} },
		}}
}

// longKey is the length from which a key is shortened in a tag's id: a page's
// token holds an id, and is bounded.
const longKey = 128

// id sorts tags by resource and key.
func (t tag) id() string {
	if len(t.key) < longKey {
		return t.resource + "/" + t.key
	}
	sum := sha256.Sum256([]byte(t.key))
	return t.resource + "/" + t.key[:longKey] + hex.EncodeToString(sum[:])
}
