package awsquery_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ecc/api/awsquery"
	"ecc/cloud"
)

func self(s string) string { return s }

var limits = awsquery.Limits{Min: 1, Max: 1000}

func query(account cloud.AccountID, hash string) *awsquery.Call {
	return &awsquery.Call{Caller: cloud.Caller{Account: account}, ParamsHash: hash}
}

// Whatever comes and goes between pages, everything that stays is told exactly
// once and in order.
func TestPagesUnderChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfDistinct(rapid.StringMatching(`[a-d]{1,4}`), self)
		items := ids.Draw(t, "items")
		slices.Sort(items)
		size := rapid.Int64Range(1, 7).Draw(t, "size")
		staying, seen := slices.Clone(items), []string{}
		c := query("1", "h")
		var token *string
		for {
			page, next, err := awsquery.Page(c, items, self, &size, token, limits)
			if err != nil {
				t.Fatal(err)
			}
			seen = append(seen, page...)
			if next == nil {
				break
			}
			token = next
			items = ids.Draw(t, "changed")
			slices.Sort(items)
			staying = slices.DeleteFunc(staying, func(s string) bool { return !slices.Contains(items, s) && !slices.Contains(seen, s) })
		}
		if !slices.IsSorted(seen) || len(slices.Compact(slices.Clone(seen))) != len(seen) {
			t.Fatalf("out of order or twice: %v", seen)
		}
		for _, s := range staying {
			if !slices.Contains(seen, s) {
				t.Fatalf("%s was always there and is missing in %v", s, seen)
			}
		}
	})
}

func TestPageWithoutLimitIsAll(t *testing.T) {
	all := []string{"a", "b", "c"}
	page, next, err := awsquery.Page(query("1", "h"), all, self, nil, nil, limits)
	if err != nil || next != nil || !cmp.Equal(page, all) {
		t.Errorf("%v %v %v", page, next, err)
	}
	page, next, err = awsquery.Page(query("1", "h"), all, self, p(int64(3)), p(""), limits)
	if err != nil || next != nil || !cmp.Equal(page, all) {
		t.Errorf("exactly full: %v %v %v", page, next, err)
	}
}

func TestPageLimits(t *testing.T) {
	for n, want := range map[int64]string{
		4:    "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.",
		1001: "Value ( 1001 ) for parameter maxResults is invalid. Expecting a value less than 1000.",
	} {
		_, _, err := awsquery.Page(query("1", "h"), []string{"a"}, self, &n, nil, awsquery.Limits{Min: 5, Max: 1000})
		if e := cloud.AsError(err); e == nil || e.Kind != cloud.Invalid || e.Msg != want {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func TestTokensOfOthersAreRefused(t *testing.T) {
	items := []string{"a", "b", "c"}
	_, token, err := awsquery.Page(query("1", "h"), items, self, p(int64(1)), nil, limits)
	if err != nil || token == nil {
		t.Fatal(token, err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(*token)
	if err != nil {
		t.Fatal(err)
	}
	raw[0]++
	for name, c := range map[string]struct {
		call  *awsquery.Call
		token string
	}{
		"other query":   {query("1", "g"), *token},
		"other account": {query("2", "h"), *token},
		"other version": {query("1", "h"), base64.RawURLEncoding.EncodeToString(raw)},
		"not base64":    {query("1", "h"), "§"},
		"cut":           {query("1", "h"), (*token)[:8]},
		"long":          {query("1", "h"), string(make([]byte, 1<<20))},
	} {
		_, _, err := awsquery.Page(c.call, items, self, nil, &c.token, limits)
		var e *cloud.Error
		if !errors.As(err, &e) || e.Kind != cloud.Invalid || e.Resource != cloud.ResNextToken || len(e.ID) > 200 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzToken(f *testing.F) {
	_, token, err := awsquery.Page(query("1", "h"), []string{"a", "b"}, self, p(int64(1)), nil, limits)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(*token)
	f.Add("AQ")
	f.Fuzz(func(t *testing.T, token string) {
		items := []string{"a", "b", "c"}
		page, next, err := awsquery.Page(query("1", "h"), items, self, nil, &token, limits)
		if err == nil && (next != nil || len(page) > len(items)) {
			t.Errorf("%v %v", page, next)
		}
	})
}
