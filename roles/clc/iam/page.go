package iam

import (
	"cmp"
	"slices"

	"ecc/api/awsquery"
)

// Items of one page: what IAM gives unless it is asked otherwise, and the most.
const (
	defaultItems = 100
	maxItems     = 1000
)

// paging is the part of a request that asks for a page, and the part of a
// result that tells whether there are more.
type paging struct {
	marker *string
	items  *int64
}

// page sorts what is listed by key, which no two share, and cuts one page out
// of it: MaxItems, or 100, of what follows Marker. The other results are those
// of IAM's lists: IsTruncated, and the Marker of the next page or nil.
func page[T any](c *awsquery.Call, all []T, key func(T) string, p paging) (cut []T, truncated *bool, marker *string, err error) {
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	if p.items == nil {
		p.items = ptr(int64(defaultItems))
	}
	cut, marker, err = awsquery.Page(c, all, key, p.items, p.marker, awsquery.Limits{Min: 1, Max: maxItems})
	if cut == nil {
		cut = []T{} // the list of a result is there, empty or not: clients look for it
	}
	return cut, ptr(marker != nil), marker, err
}
