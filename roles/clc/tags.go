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
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "Tag key exceeds the maximum length of %d characters", maxTagKey)
		case utf8.RuneCountInString(v) > maxTagValue:
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "Tag value exceeds the maximum length of %d characters", maxTagValue)
		case !utf8.ValidString(k) || !utf8.ValidString(v):
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "Tags must be UTF-8")
		case reservedTag(k):
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

// reservedTag reports whether a tag's key is AWS's own.
func reservedTag(key string) bool { return strings.HasPrefix(strings.ToLower(key), "aws:") }

// countTags counts the tags that a resource's limit is for: not the cloud's own.
func countTags(tags map[string]string) int {
	n := 0
	for k := range tags {
		if !reservedTag(k) {
			n++
		}
	}
	return n
}

// tagsFor returns the tags an account sees on a resource: its own. A public
// image's tags are its owner's business.
func tagsFor(tx *store.Tx, a cloud.AccountID, resource string) map[string]string {
	if t, ok := tx.TagSets().Get(resource); ok && t.Account == a {
		return t.Tags
	}
	return nil
}

// renderTags lists the tags an account sees on a resource, by key.
func renderTags(tx *store.Tx, a cloud.AccountID, resource string) []ec2.Tag {
	tags := tagsFor(tx, a, resource)
	out := make([]ec2.Tag, 0, len(tags))
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, ec2.Tag{Key: ptr(k), Value: ptr(tags[k])})
	}
	return out
}
