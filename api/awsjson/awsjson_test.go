package awsjson

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud"
)

type cup struct{ Name string }

func fill(_ context.Context, _ *awsquery.Call, in *cup) (*cup, error) {
	switch in.Name {
	case "panic":
		panic("at the disco")
	case "fail":
		return nil, errors.New("boom /etc/secret")
	}
	return in, nil
}

func config() Config {
	rows := map[cloud.Kind]awsquery.Fault{}
	for _, k := range cloud.Kinds() {
		rows[k] = awsquery.Fault{Code: "Oops", Status: http.StatusInternalServerError, Message: "Oops."}
	}
	return Config{Service: Service{Name: "cups", Target: "Cups_1", Errors: awsquery.ErrorTable{Kinds: rows}},
		Authenticate: func(r *http.Request) (awsquery.Verified, error) { return awsquery.Verified{Body: r.Body}, nil },
		Authorize:    func(context.Context, *awsquery.Call, awsquery.Permission, any) error { return nil }}
}

func TestTablesThatAreRefused(t *testing.T) {
	good := Handle("Fill", fill, awsquery.Write, awsquery.May("cups:Fill"))
	open, hollow := config(), config()
	open.Authorize = nil
	hollow.Service.Errors.Kinds = nil
	for name, c := range map[string]struct {
		cfg   Config
		table []Operation
	}{
		"twice":               {config(), []Operation{good, good}},
		"by hand":             {config(), []Operation{{Name: "X", Permission: awsquery.May("x")}}},
		"without permission":  {config(), []Operation{Handle("Fill", fill, awsquery.Write, awsquery.Permission{})}},
		"nobody says who may": {open, []Operation{good}},
		"no error rows":       {hollow, []Operation{good}},
	} {
		if _, err := New(c.cfg, c.table, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// A failure or a panic is one request's internal error, whose cause the caller
// does not see.
func TestInternalErrors(t *testing.T) {
	h, err := New(config(), []Operation{Handle("Fill", fill, awsquery.Write, awsquery.May("cups:Fill"))}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"tea": true, "fail": false, "panic": false} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"Name":"`+name+`"}`))
		r.Header.Set("X-Amz-Target", "Cups_1.Fill")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		body := w.Body.String()
		if want != strings.Contains(body, "tea") || strings.Contains(body, "boom") || strings.Contains(body, "disco") || w.Header().Get("X-Amzn-Requestid") == "" {
			t.Errorf("%s: %d %s", name, w.Code, body)
		}
	}
}

func TestTime(t *testing.T) {
	for text, want := range map[string]time.Time{
		"0": time.Unix(0, 0), "1767225600": time.Unix(1767225600, 0), "1767225600.25": time.UnixMilli(1767225600250), "1.7672256E9": time.Unix(1767225600, 0),
	} {
		var got Time
		if err := json.Unmarshal([]byte(text), &got); err != nil || !got.Equal(want) {
			t.Errorf("%s is %v, %v", text, got, err)
		}
		again, err := json.Marshal(got)
		var same Time
		if err != nil || json.Unmarshal(again, &same) != nil || !same.Equal(want) {
			t.Errorf("%s is written %s, %v", text, again, err)
		}
	}
	for _, text := range []string{`"2026"`, "1e300", "-1e300", "{}", "null0"} {
		if err := json.Unmarshal([]byte(text), new(Time)); err == nil {
			t.Errorf("%s is a time", text)
		}
	}
}
