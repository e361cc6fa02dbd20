package trail

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ecc/api/awsjson"
	"ecc/api/awsquery"
	"ecc/api/cloudtrail"
	"ecc/cloud"
)

// Operations is the table of CloudTrail's operations.
func (t *Trail) Operations() []awsjson.Operation {
	return []awsjson.Operation{
		awsjson.Handle("LookupEvents", t.LookupEvents, awsquery.Read, awsquery.May("cloudtrail:LookupEvents")),
	}
}

// Bounds of a search by a tenant, CloudTrail's.
const (
	lookback   = 90 * day
	maxResults = 50
)

// LookupEvents answers with the events of the caller's account that have an
// attribute, newest first.
func (t *Trail) LookupEvents(ctx context.Context, c *awsquery.Call, in *cloudtrail.LookupEventsRequest) (*cloudtrail.LookupEventsResponse, error) {
	q, err := t.query(c, in)
	if err != nil {
		return nil, err
	}
	binding := binds(c, in)
	if in.NextToken != nil {
		if q.Before, err = readToken(*in.NextToken, binding); err != nil {
			return nil, err
		}
	}
	most := q.Most
	q.Most++ // one more tells whether there is another page
	found, err := t.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &cloudtrail.LookupEventsResponse{Events: []cloudtrail.Event{}}
	if len(found) > most {
		found = found[:most]
		out.NextToken = writeToken(found[most-1].Event.ID, binding)
	}
	for i := range found {
		out.Events = append(out.Events, render(&found[i]))
	}
	return out, nil
}

// query reads a request.
func (t *Trail) query(c *awsquery.Call, in *cloudtrail.LookupEventsRequest) (Query, error) {
	q := Query{Account: c.Caller.Account, Since: c.Now.Add(-lookback), Most: maxResults}
	if in.EventCategory != nil {
		return q, cloud.Errorf(cloud.Unsupported, cloud.ResParameter, "EventCategory", "This cloud has no Insights events: leave EventCategory out.")
	}
	if in.MaxResults != nil {
		if q.Most = *in.MaxResults; q.Most < 1 || q.Most > maxResults {
			return q, fault("InvalidMaxResultsException", fmt.Sprintf("MaxResults must be from 1 to %d.", maxResults))
		}
	}
	if in.StartTime != nil && in.StartTime.After(q.Since) {
		q.Since = in.StartTime.Time
	}
	if in.EndTime != nil {
		q.Until = in.EndTime.Time
	}
	if in.StartTime != nil && in.EndTime != nil && in.StartTime.After(in.EndTime.Time) {
		return q, fault("InvalidTimeRangeException", "StartTime must not be after EndTime.")
	}
	if len(in.LookupAttributes) > 1 {
		return q, cloud.Errorf(cloud.Invalid, cloud.ResFilter, "", "One request may name one lookup attribute.")
	}
	for _, a := range in.LookupAttributes {
		has := attributes[a.AttributeKey]
		if has == nil || a.AttributeValue == "" || len(a.AttributeValue) > 2000 {
			return q, cloud.Errorf(cloud.Invalid, cloud.ResFilter, a.AttributeKey, "")
		}
		q.Match = func(f *Facts) bool { return has(f, a.AttributeValue) }
	}
	return q, nil
}

func fault(code, message string) error {
	return &awsquery.Fault{Code: code, Status: 400, Message: message}
}

// attributes are what events can be looked up by.
var attributes = map[string]func(f *Facts, value string) bool{
	"AccessKeyId": func(f *Facts, v string) bool { return f.Identity.AccessKey == v },
	"EventId":     func(f *Facts, v string) bool { return f.ID == v },
	"EventName":   func(f *Facts, v string) bool { return f.Name == v },
	"EventSource": func(f *Facts, v string) bool { return f.Source == v },
	"ReadOnly":    func(f *Facts, v string) bool { return fmt.Sprint(f.ReadOnly) == v },
	"Username":    func(f *Facts, v string) bool { return f.User() == v },
	"ResourceName": func(f *Facts, v string) bool {
		for _, r := range f.Resources {
			if r.ARN == v || resourceName(r.ARN) == v {
				return true
			}
		}
		return false
	},
	"ResourceType": func(f *Facts, v string) bool {
		for _, r := range f.Resources {
			if r.Type == v {
				return true
			}
		}
		return false
	},
}

// resourceName is what an ARN names: "i-…", "ann".
func resourceName(arn string) string { return arn[strings.LastIndexAny(arn, "/:")+1:] }

func render(f *Found) cloudtrail.Event {
	e := cloudtrail.Event{EventId: f.Facts.ID, EventName: f.Name, ReadOnly: fmt.Sprint(f.ReadOnly), AccessKeyId: f.Identity.AccessKey,
		EventTime: awsjson.Time{Time: f.At.Truncate(time.Second)}, EventSource: f.Source, Username: f.User(),
		Resources: []cloudtrail.Resource{}, CloudTrailEvent: f.Text}
	for _, r := range f.Resources {
		e.Resources = append(e.Resources, cloudtrail.Resource{ResourceType: r.Type, ResourceName: resourceName(r.ARN)})
	}
	return e
}

// binds ties a token to the account and the search it came from.
func binds(c *awsquery.Call, in *cloudtrail.LookupEventsRequest) string {
	what := *in
	what.NextToken, what.MaxResults = nil, nil
	text, err := json.Marshal(what)
	if err != nil {
		return "" // a request that was read has a form
	}
	sum := sha256.Sum256([]byte(string(c.Caller.Account) + "\n" + string(text)))
	return hex.EncodeToString(sum[:8])
}

func writeToken(before, binding string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(binding + before))
}

// readToken returns where a page ended. A token that was made up gives no more
// than its maker may see anyway.
func readToken(token, binding string) (before string, err error) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	before, ok := strings.CutPrefix(string(text), binding)
	if err != nil || !ok || len(before) != len(cloud.EventID(0)) || (cloud.Event{ID: before}).Number() == 0 {
		return "", cloud.Errorf(cloud.Invalid, cloud.ResNextToken, "", "")
	}
	return before, nil
}
