package iam

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"ecc/api/iam"
	"ecc/cloud"
)

// Limits of tags.
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// readTags checks the tags of a request. Keys are told apart but for case.
func readTags(in []iam.Tag) (map[string]string, error) {
	out, folded := map[string]string{}, map[string]bool{}
	for _, t := range in {
		k, v := text(t.Key), text(t.Value)
		switch {
		case k == "" || utf8.RuneCountInString(k) > maxTagKey:
			return nil, invalid("The tag key must have a length from 1 to %d characters.", maxTagKey)
		case utf8.RuneCountInString(v) > maxTagValue:
			return nil, invalid("The tag value must have a length of at most %d characters.", maxTagValue)
		case !tagText(k) || !tagText(v):
			return nil, invalid("Tags may contain only letters, digits, spaces and _.:/=+-@")
		case strings.HasPrefix(strings.ToLower(k), "aws:"):
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, k, "Tag keys beginning with 'aws:' are reserved for system use.")
		case folded[strings.ToLower(k)]:
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, k, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		out[k], folded[strings.ToLower(k)] = v, true
	}
	if len(out) > maxTags {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResTag, "", "The number of tags has reached the maximum limit.")
	}
	return out, nil
}

// mergeTags puts tags over those a record has. A key in another case replaces
// the one that is there, name included.
func mergeTags(has, more map[string]string) (map[string]string, error) {
	out := map[string]string{}
	for k, v := range has {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(more)), func(m string) bool { return strings.EqualFold(m, k) }) {
			out[k] = v
		}
	}
	maps.Copy(out, more)
	if len(out) > maxTags {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResTag, "", "The number of tags has reached the maximum limit.")
	}
	return out, nil
}

// withoutTags takes keys away, in any case.
func withoutTags(has map[string]string, keys []string) map[string]string {
	out := maps.Clone(has)
	maps.DeleteFunc(out, func(k, _ string) bool {
		return slices.ContainsFunc(keys, func(x string) bool { return strings.EqualFold(x, k) })
	})
	return out
}

// renderTags lists tags by key; nil for none, so that the member is absent.
func renderTags(tags map[string]string) []iam.Tag {
	var out []iam.Tag
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, iam.Tag{Key: ptr(k), Value: ptr(tags[k])})
	}
	return out
}
