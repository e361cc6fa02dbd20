package trail_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ecc/api/awsjson"
	"ecc/api/awsquery"
	"ecc/api/cloudtrail"
	"ecc/cloud"
	"ecc/roles/clc/trail"
)

// desk is the front of CloudTrail before an archive. Requests say who they are
// from in a header.
func desk(t *testing.T, a *archive, change ...func(*awsjson.Config)) http.Handler {
	t.Helper()
	cfg := awsjson.Config{Service: cloudtrail.Service(), Now: func() time.Time { return a.now },
		Authenticate: func(r *http.Request) (awsquery.Verified, error) {
			if r.Header.Get("Account") == "" {
				return awsquery.Verified{}, &cloud.Error{Kind: cloud.BadCredentials, ID: "SignatureDoesNotMatch", Msg: "no"}
			}
			return awsquery.Verified{Caller: cloud.Caller{Account: cloud.AccountID(r.Header.Get("Account"))}, Body: r.Body}, nil
		},
		Authorize: func(_ context.Context, c *awsquery.Call, p awsquery.Permission, _ any) error {
			if c.Caller.Account == "denied" || p.Action != "cloudtrail:LookupEvents" {
				return &cloud.Error{Kind: cloud.Denied}
			}
			return nil
		}}
	for _, c := range change {
		c(&cfg)
	}
	h, err := awsjson.New(cfg, a.Operations(), slog.New(slog.DiscardHandler))
	ok(t, err)
	return h
}

const target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."

func send(h http.Handler, account cloud.AccountID, operation, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", target+operation)
	r.Header.Set("Account", string(account))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func lookup(t *testing.T, h http.Handler, account cloud.AccountID, body string) (out cloudtrail.LookupEventsResponse) {
	t.Helper()
	w := send(h, account, "LookupEvents", body)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/x-amz-json-1.1" {
		t.Fatalf("%s: %d %s", body, w.Code, w.Body)
	}
	ok(t, json.Unmarshal(w.Body.Bytes(), &out))
	return out
}

func TestLookupEvents(t *testing.T) {
	a := open(t, trail.Config{Keep: 3})
	a.do(account, "CreateKeyPair", 5)
	a.do(other, "CreateKeyPair", 5)
	middle := a.now
	a.do(account, "ImportKeyPair", 5)
	ok(t, trail.Archive(a.Trail, t.Context()))
	h := desk(t, a)
	first := lookup(t, h, account, `{"MaxResults":1}`).Events[0]
	name := first.Resources[0].ResourceName
	for body, want := range map[string]int{
		`{}`: 10,
		`{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"CreateKeyPair"}]}`:                                                                    5,
		`{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"createkeypair"}]}`:                                                                    0,
		`{"LookupAttributes":[{"AttributeKey":"EventSource","AttributeValue":"ec2.amazonaws.com"}]}`:                                                              10,
		`{"LookupAttributes":[{"AttributeKey":"Username","AttributeValue":"root"}]}`:                                                                              10,
		`{"LookupAttributes":[{"AttributeKey":"Username","AttributeValue":"ann"}]}`:                                                                               0,
		`{"LookupAttributes":[{"AttributeKey":"AccessKeyId","AttributeValue":"AKIA111122223333"}]}`:                                                               10,
		`{"LookupAttributes":[{"AttributeKey":"AccessKeyId","AttributeValue":"AKIA444455556666"}]}`:                                                               0,
		`{"LookupAttributes":[{"AttributeKey":"ReadOnly","AttributeValue":"false"}]}`:                                                                             10,
		`{"LookupAttributes":[{"AttributeKey":"ReadOnly","AttributeValue":"true"}]}`:                                                                              0,
		`{"LookupAttributes":[{"AttributeKey":"ResourceType","AttributeValue":"AWS::EC2::KeyPair"}]}`:                                                             10,
		`{"LookupAttributes":[{"AttributeKey":"ResourceName","AttributeValue":"` + name + `"}]}`:                                                                  1,
		`{"LookupAttributes":[{"AttributeKey":"ResourceName","AttributeValue":"arn:aws:ec2:us-east-1:111122223333:key-pair/` + name + `"}],"EndTime":9999999999}`: 1,
		`{"LookupAttributes":[{"AttributeKey":"EventId","AttributeValue":"` + first.EventId + `"}]}`:                                                              1,
		fmt.Sprintf(`{"StartTime":%d}`, middle.Unix()+1):                                                                                                          5,
		fmt.Sprintf(`{"EndTime":%d.5}`, middle.Unix()):                                                                                                            5,
	} {
		if got := lookup(t, h, account, body); len(got.Events) != want || got.NextToken != "" {
			t.Errorf("%s: %d events", body, len(got.Events))
		}
	}
	if !first.EventTime.Equal(a.now) || first.ReadOnly != "false" || first.Username != "root" || !json.Valid([]byte(first.CloudTrailEvent)) {
		t.Errorf("%+v", first)
	}
	a.now = a.now.Add(91 * 24 * time.Hour)
	if got := lookup(t, h, account, `{}`); len(got.Events) != 0 {
		t.Errorf("%d events of more than 90 days ago", len(got.Events))
	}
}

// Pages follow each other whatever comes in between, and a token is only for
// the search it came from.
func TestLookupPages(t *testing.T) {
	a := open(t, trail.Config{Keep: 3})
	a.do(account, "A", 8)
	h := desk(t, a)
	var seen []string
	token := ""
	for {
		body := `{"MaxResults":3}`
		if token != "" {
			body = fmt.Sprintf(`{"MaxResults":3,"NextToken":%q}`, token)
		}
		page := lookup(t, h, account, body)
		for _, e := range page.Events {
			seen = append(seen, e.EventId)
		}
		if page.NextToken == "" {
			break
		}
		token = page.NextToken
		a.do(account, "B", 1)
		ok(t, trail.Archive(a.Trail, t.Context()))
	}
	unique := map[string]bool{}
	for _, id := range seen {
		unique[id] = true
	}
	if len(seen) != 8 || len(unique) != 8 {
		t.Errorf("seen %d, %d of them different", len(seen), len(unique))
	}
	for who, body := range map[cloud.AccountID]string{
		account: fmt.Sprintf(`{"NextToken":%q,"EndTime":1}`, token),
		other:   fmt.Sprintf(`{"NextToken":%q}`, token),
	} {
		if w := send(h, who, "LookupEvents", body); !strings.Contains(w.Body.String(), `"InvalidNextTokenException"`) {
			t.Errorf("%s %s: %s", who, body, w.Body)
		}
	}
}

func TestLookupRefusals(t *testing.T) {
	a := open(t, trail.Config{})
	h := desk(t, a)
	attribute := func(key, value string) string {
		return fmt.Sprintf(`{"AttributeKey":%q,"AttributeValue":%q}`, key, value)
	}
	for name, c := range map[string]struct {
		account         cloud.AccountID
		operation, body string
		code            string
	}{
		"no results":       {account, "LookupEvents", `{"MaxResults":0}`, "InvalidMaxResultsException"},
		"too many results": {account, "LookupEvents", `{"MaxResults":51}`, "InvalidMaxResultsException"},
		"times":            {account, "LookupEvents", `{"StartTime":2,"EndTime":1}`, "InvalidTimeRangeException"},
		"no time":          {account, "LookupEvents", `{"StartTime":"yesterday"}`, "SerializationException"},
		"endless time":     {account, "LookupEvents", `{"StartTime":1e300}`, "SerializationException"},
		"token":            {account, "LookupEvents", `{"NextToken":"x"}`, "InvalidNextTokenException"},
		"attribute":        {account, "LookupEvents", `{"LookupAttributes":[` + attribute("Colour", "red") + `]}`, "InvalidLookupAttributesException"},
		"empty attribute":  {account, "LookupEvents", `{"LookupAttributes":[` + attribute("EventName", "") + `]}`, "InvalidLookupAttributesException"},
		"two attributes":   {account, "LookupEvents", `{"LookupAttributes":[` + attribute("EventName", "a") + `,` + attribute("EventName", "b") + `]}`, "InvalidLookupAttributesException"},
		"insights":         {account, "LookupEvents", `{"EventCategory":"insight"}`, "UnsupportedOperationException"},
		"unknown member":   {account, "LookupEvents", `{"Colour":1}`, "SerializationException"},
		"no JSON":          {account, "LookupEvents", `Action=LookupEvents`, "SerializationException"},
		"two objects":      {account, "LookupEvents", `{}{}`, "SerializationException"},
		"deep":             {account, "LookupEvents", strings.Repeat("[", 1000), "SerializationException"},
		"large":            {account, "LookupEvents", strings.Repeat(" ", 1<<20), "RequestEntityTooLargeException"},
		"other operation":  {account, "CreateTrail", `{}`, "UnsupportedOperationException"},
		"no operation":     {account, "MakeCoffee", `{}`, "UnknownOperationException"},
		"denied":           {"denied", "LookupEvents", `{}`, "AccessDeniedException"},
		"nobody":           {"", "LookupEvents", `{}`, "InvalidSignatureException"},
	} {
		w := send(h, c.account, c.operation, c.body)
		var f struct {
			Type    string `json:"__type"`
			Message string `json:"message"`
		}
		ok(t, json.Unmarshal(w.Body.Bytes(), &f))
		if f.Type != c.code || f.Message == "" || w.Code < 400 || w.Code >= 500 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

// Two a second, as CloudTrail allows.
func TestLookupThrottle(t *testing.T) {
	a := open(t, trail.Config{})
	var codes []string
	h := desk(t, a, func(cfg *awsjson.Config) {
		cfg.Throttle = awsquery.NewThrottle(awsquery.ThrottleConfig{Factor: 1, Now: cfg.Now})
		cfg.Observe = func(o awsquery.Outcome) { codes = append(codes, o.Code) }
	})
	for range 3 {
		send(h, account, "LookupEvents", `{}`)
	}
	if fmt.Sprint(codes) != "[  ThrottlingException]" {
		t.Errorf("codes %q", codes)
	}
}

// Foreign bytes never do harm.
func FuzzLookupEvents(f *testing.F) {
	for _, s := range []string{`{}`, `{"MaxResults":5}`, `{"StartTime":1.5,"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"x"}]}`, `{"NextToken":"eA"}`, `[[`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		a := &archive{t: t, dir: t.TempDir(), now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), bucket: &bucket{objects: map[string][]byte{}}}
		a.cfg.Dir = a.dir + "/audit"
		a.reopen()
		defer a.store.Close()
		w := send(desk(t, a), account, "LookupEvents", body)
		if text, _ := io.ReadAll(w.Body); w.Code >= 500 || !json.Valid(text) {
			t.Errorf("%d %s", w.Code, text)
		}
	})
}
