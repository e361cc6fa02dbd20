package clc

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// EC2's limits on tags.
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// readTags checks tags of a request.
func readTags(in []ec2.Tag) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range in {
		k, v := text(t.Key), text(t.Value)
		switch {
		case k == "":
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "Tag keys must not be empty")
		case utf8.RuneCountInString(k) > maxTagKey:
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "Tag keys are limited to %d characters", maxTagKey)
		case utf8.RuneCountInString(v) > maxTagValue:
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "Tag values are limited to %d characters", maxTagValue)
		case !utf8.ValidString(k) || !utf8.ValidString(v):
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "Tags must be UTF-8")
		case strings.HasPrefix(strings.ToLower(k), "aws:"):
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "Tag keys starting with 'aws:' are reserved for internal use")
		}
		if _, twice := out[k]; twice {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "Duplicate tag key '%s' specified.", k)
		}
		out[k] = v
	}
	if len(out) > maxTags {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResTag, "", "More than %d tags specified", maxTags)
	}
	return out, nil
}

// renderTags lists a resource's tags by key.
func renderTags(tx *store.Tx, resource string) []ec2.Tag {
	t, _ := tx.TagSets().Get(resource)
	out := make([]ec2.Tag, 0, len(t.Tags))
	for _, k := range slices.Sorted(maps.Keys(t.Tags)) {
		out = append(out, ec2.Tag{Key: ptr(k), Value: ptr(t.Tags[k])})
	}
	return out
}
