package awsquery

import (
	"crypto/sha256"
	"encoding/base64"
	"sort"

	"ecc/cloud"
)

// Limits bound MaxResults.
type Limits struct {
	Min, Max int64
}

// Page cuts one page out of items, which must be in ascending order of id with
// no id twice. Without maxResults the page is all that is left. The second
// result is the token of the next page, nil after the last.
//
// A token names the last id of its page, not a place in the list: what comes
// or goes between two pages neither repeats nor hides anything else. It is
// good for the same action, parameters and account only.
func Page[T any](c *Call, items []T, id func(T) string, maxResults *int64, token *string, limits Limits) ([]T, *string, error) {
	if token != nil && *token != "" {
		last, err := c.parseToken(*token)
		if err != nil {
			return nil, nil, err
		}
		items = items[sort.Search(len(items), func(i int) bool { return id(items[i]) > last }):]
	}
	if maxResults == nil {
		return items, nil, nil
	}
	if err := limits.check(*maxResults); err != nil {
		return nil, nil, err
	}
	if int64(len(items)) <= *maxResults {
		return items, nil, nil
	}
	page := items[:*maxResults]
	next := c.makeToken(id(page[len(page)-1]))
	return page, &next, nil
}

// After is the id that a page begins after, as its token says; "" for the first
// page. It is for those who can look from there instead of handing Page all.
func (c *Call) After(token *string) (string, error) {
	if token == nil || *token == "" {
		return "", nil
	}
	return c.parseToken(*token)
}

func (l Limits) check(n int64) error {
	const wording = "Value ( %d ) for parameter maxResults is invalid. Expecting a value %s than %d."
	switch {
	case n < l.Min:
		return cloud.Errorf(cloud.Invalid, cloud.ResParameter, "MaxResults", wording, n, "greater", l.Min)
	case n > l.Max:
		return cloud.Errorf(cloud.Invalid, cloud.ResParameter, "MaxResults", wording, n, "less", l.Max)
	}
	return nil
}

const (
	tokenVersion = 1
	tokenQuery   = 16  // bytes of the query's hash
	tokenMost    = 512 // characters
)

// query is the part of a token that ties it to its query.
func (c *Call) query() []byte {
	sum := sha256.Sum256([]byte(string(c.Caller.Account) + "\n" + c.ParamsHash))
	return sum[:tokenQuery]
}

// makeToken renders version, query and last id.
func (c *Call) makeToken(last string) string {
	b := append([]byte{tokenVersion}, c.query()...)
	return base64.RawURLEncoding.EncodeToString(append(b, last...))
}

func (c *Call) parseToken(token string) (last string, err error) {
	refused := &cloud.Error{Kind: cloud.Invalid, Resource: cloud.ResNextToken, ID: clip(token)}
	if len(token) > tokenMost {
		return "", refused
	}
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) < 1+tokenQuery || b[0] != tokenVersion || string(b[1:1+tokenQuery]) != string(c.query()) {
		return "", refused
	}
	return string(b[1+tokenQuery:]), nil
}
