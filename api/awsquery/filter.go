package awsquery

import (
	"maps"
	"slices"
	"strings"

	"ecc/cloud"
)

// Filter is one filter of a request: one of the values must fit.
type Filter struct {
	Name   string
	Values []string
}

// maxFilterValues is AWS's limit for one request.
const maxFilterValues = 200

// Filters are the filters of a kind of resource: the filter's name → the
// values a resource has there. A resource that has several (the groups of an
// instance) passes when one of them fits; one that has none never does.
type Filters[T any] map[string]func(T) []string

// Tags are the tags of a resource. With a nil function the resource has no
// tag filters.
type Tags[T any] func(T) map[string]string

// Match decides whether a resource passes all filters of a request.
type Match[T any] func(T) bool

// Compile checks a request's filters once and returns what decides each
// resource. Beside the names in fs it knows tag:KEY, tag-key and tag-value.
func (fs Filters[T]) Compile(want []Filter, tags Tags[T]) (Match[T], error) {
	var all []Match[T]
	values := 0
	for _, w := range want {
		values += len(w.Values)
		if values > maxFilterValues {
			return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResFilter, w.Name, "The maximum number of filter values specified on a single call is %d", maxFilterValues)
		}
		get := fs.getter(w.Name, tags)
		if get == nil {
			return nil, &cloud.Error{Kind: cloud.Invalid, Resource: cloud.ResFilter, ID: w.Name}
		}
		if len(w.Values) == 0 {
			return nil, cloud.Errorf(cloud.Missing, cloud.ResFilter, w.Name, "The filter '%s' has no values", clip(w.Name))
		}
		all = append(all, anyFits(get, w.Values))
	}
	return func(t T) bool {
		return !slices.ContainsFunc(all, func(m Match[T]) bool { return !m(t) })
	}, nil
}

func (fs Filters[T]) getter(name string, tags Tags[T]) func(T) []string {
	key, isTag := strings.CutPrefix(name, "tag:")
	switch {
	case tags == nil:
	case isTag:
		return func(t T) []string {
			if v, ok := tags(t)[key]; ok {
				return []string{v}
			}
			return nil
		}
	case name == "tag-key":
		return func(t T) []string { return slices.Collect(maps.Keys(tags(t))) }
	case name == "tag-value":
		return func(t T) []string { return slices.Collect(maps.Values(tags(t))) }
	}
	return fs[name]
}

func anyFits[T any](get func(T) []string, values []string) Match[T] {
	patterns := make([]pattern, len(values))
	for i, v := range values {
		patterns[i] = newPattern(v)
	}
	return func(t T) bool {
		return slices.ContainsFunc(get(t), func(has string) bool {
			return slices.ContainsFunc(patterns, func(p pattern) bool { return p.match(has) })
		})
	}
}
