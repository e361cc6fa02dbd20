package clc

import (
	"context"
	"maps"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// DeleteTags removes tags of resources: all when none is named, a key whatever
// its value when no value is named, a key only if it has the value when one
// is, be it the empty one. A tag that is not there is no error.
func (s *Service) DeleteTags(ctx context.Context, c *awsquery.Call, in *ec2.DeleteTagsRequest) (*ec2.DeleteTagsResult, error) {
	for _, t := range in.Tags {
		if text(t.Key) == "" {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "Tag keys must not be empty")
		}
		if reservedTag(text(t.Key)) {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "Tag keys starting with 'aws:' are reserved for internal use")
		}
	}
	return nil, s.changeTags(ctx, c, in.Resources, func(has map[string]string) error {
		if len(in.Tags) == 0 {
			maps.DeleteFunc(has, func(k, _ string) bool { return !reservedTag(k) })
		}
		for _, t := range in.Tags {
			if v, ok := has[*t.Key]; ok && (t.Value == nil || *t.Value == v) {
				delete(has, *t.Key)
			}
		}
		return nil
	})
}
