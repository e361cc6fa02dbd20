package clc

import (
	"cmp"
	"iter"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// query is what every Describe action is asked: ids, filters, a page.
type query struct {
	ids     []string
	filters []ec2.Filter
	max     *int64
	token   *string
	limits  awsquery.Limits
	apart   bool // ids and a page exclude each other
}

// kind is what a Describe action knows of its records.
type kind[T any] struct {
	resource cloud.Resource // for errors
	prefix   string         // of the ids
	id       func(T) string
	get      func(id string) (T, bool)   // sees what the caller may see
	all      iter.Seq[T]                 // all the caller may see
	after    func(id string) iter.Seq[T] // those above an id, in order; nil: all has to do
	filters  awsquery.Filters[T]
	tags     awsquery.Tags[T]
	hide     func(T) bool // what may be named and is not shown; nil: nothing
}

// pageLimits are EC2's usual bounds of MaxResults.
var pageLimits = awsquery.Limits{Min: 5, Max: 1000}

// find answers a query: the records named (every one must exist) or all, less
// what the filters hold back, in the order of their ids, a page of them.
func find[T any](c *awsquery.Call, k kind[T], q query) ([]T, *string, error) {
	match, err := k.filters.Compile(ec2.Wanted(q.filters), k.tags)
	if err != nil {
		return nil, nil, err
	}
	if q.apart && len(q.ids) > 0 && q.max != nil {
		return nil, nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameter %s cannot be used with the parameter maxResults", k.resource)
	}
	held := func(t T) bool { return (k.hide != nil && k.hide(t)) || !match(t) }
	if k.after != nil && len(q.ids) == 0 && q.max != nil {
		found, err := k.page(c, q, held)
		if err != nil {
			return nil, nil, err
		}
		return awsquery.Page(c, found, k.id, q.max, q.token, q.limits)
	}
	found, err := k.named(q.ids)
	if err != nil {
		return nil, nil, err
	}
	found = slices.DeleteFunc(found, held)
	slices.SortFunc(found, func(a, b T) int { return cmp.Compare(k.id(a), k.id(b)) })
	return awsquery.Page(c, found, k.id, q.max, q.token, q.limits)
}

// page returns the records of a page and one more, if there is one, so that the
// cost of a page does not grow with what is behind it.
func (k kind[T]) page(c *awsquery.Call, q query, held func(T) bool) (found []T, err error) {
	last, err := c.After(q.token)
	if err != nil {
		return nil, err
	}
	for t := range k.after(last) {
		if held(t) {
			continue
		}
		if found = append(found, t); int64(len(found)) > min(*q.max, q.limits.Max) {
			break
		}
	}
	return found, nil
}

// named returns the records of the ids, or all when none is named.
func (k kind[T]) named(ids []string) ([]T, error) {
	if len(ids) == 0 {
		return slices.Collect(k.all), nil
	}
	if len(ids) > maxIDs {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.AnyResource, "", "one call may name %d ids", maxIDs)
	}
	var out []T
	seen := map[string]bool{}
	for _, id := range ids {
		if k.prefix != "" && !cloud.ValidID(k.prefix, id) {
			return nil, cloud.Errorf(cloud.Malformed, k.resource, id, "")
		}
		t, ok := k.get(id)
		if !ok {
			return nil, cloud.Errorf(cloud.NotFound, k.resource, id, "")
		}
		if !seen[id] {
			seen[id] = true
			out = append(out, t)
		}
	}
	return out, nil
}

// owned returns a get that sees the caller's own records only.
func owned[K ~string, T any](t store.Table[K, T], a cloud.AccountID, account func(T) cloud.AccountID) func(string) (T, bool) {
	return func(id string) (T, bool) {
		r, ok := t.Get(K(id))
		return r, ok && account(r) == a
	}
}

// tagsOf returns the tags an account sees on a record with the given id.
func tagsOf[T any](tx *store.Tx, a cloud.AccountID, id func(T) string) awsquery.Tags[T] {
	return func(t T) map[string]string { return tagsFor(tx, a, id(t)) }
}

// fixed makes a filter of a value that all records have; none has it when there
// is no value.
func fixed[T any](values ...string) func(T) []string { return func(T) []string { return values } }

// one makes a filter of one value; an empty one is none.
func one[T any](get func(T) string) func(T) []string {
	return func(t T) []string {
		if v := get(t); v != "" {
			return []string{v}
		}
		return nil
	}
}
