package roles

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestFront sends a request of each kind and sees which handler gets it, with
// its path as it was sent.
func TestFront(t *testing.T) {
	say := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, name+" "+r.URL.EscapedPath())
		})
	}
	f := newFront("us-east-1", slog.New(slog.DiscardHandler))
	f.domain = "d.test"
	f.ec2, f.sts, f.iam, f.s3, f.health = say("ec2"), say("sts"), say("iam"), say("s3"), say("health")
	h := f.router()
	signed := func(service string) string {
		return "AWS4-HMAC-SHA256 Credential=AKIAX/20260102/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=00"
	}
	const form = "application/x-www-form-urlencoded; charset=utf-8"
	for name, c := range map[string]struct {
		method, target, auth, contentType, want string
		status                                  int
	}{
		"ec2":                         {"POST", "/", signed("ec2"), form, "ec2 /", 200},
		"sts":                         {"POST", "/", signed("sts"), form, "sts /", 200},
		"iam":                         {"POST", "/", signed("iam"), form, "iam /", 200},
		"s3":                          {"GET", "/b/k", signed("s3"), "", "s3 /b/k", 200},
		"unsigned form":               {"POST", "/", "", form, "ec2 /", 200},
		"unsigned action":             {"GET", "/?Action=DescribeRegions", "", "", "ec2 /", 200},
		"unsigned action of sts":      {"GET", "/?Action=GetCallerIdentity&Version=2011-06-15", "", "", "sts /", 200},
		"unsigned action of iam":      {"GET", "/?Version=2010-05-08&Action=GetUser", "", "", "iam /", 200},
		"unsigned object":             {"GET", "/b/k", "", "", "s3 /b/k", 200},
		"double slash":                {"GET", "/b//k", signed("s3"), "", "s3 /b//k", 200},
		"dots":                        {"GET", "/b/../k", signed("s3"), "", "s3 /b/../k", 200},
		"encoded slash":               {"GET", "/b/a%2Fb", signed("s3"), "", "s3 /b/a%2Fb", 200},
		"health":                      {"GET", "/_/health", "", "", "health /_/health", 200},
		"health, wrong verb":          {"POST", "/_/health", "", "", "", 404},
		"in a bucket's host":          {"GET", "http://b.d.test/_/health?Action=x", "", "", "s3 /_/health", 200},
		"a form to a bucket's host":   {"POST", "http://b.d.test:80/", "", form, "s3 /", 200},
		"ec2 in a host of the domain": {"POST", "http://ec2.d.test/", signed("ec2"), form, "ec2 /", 200},
		"ours, unknown":               {"GET", "/_/nothing", signed("s3"), "", "", 404},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, c.target, strings.NewReader(""))
			r.Header.Set("Authorization", c.auth)
			r.Header.Set("Content-Type", c.contentType)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.status || (c.want != "" && w.Body.String() != c.want) {
				t.Errorf("%d %q, want %d %q", w.Code, w.Body, c.status, c.want)
			}
		})
	}
}

// A form without a scope is read to see whose it is, and handed on whole.
func TestFrontPeeks(t *testing.T) {
	f := newFront("us-east-1", slog.New(slog.DiscardHandler))
	var got string
	f.sts = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		got = fmt.Sprint(len(b), err, string(b[:min(len(b), 60)]))
	})
	f.ec2, f.iam, f.s3, f.health = http.NotFoundHandler(), http.NotFoundHandler(), http.NotFoundHandler(), http.NotFoundHandler()
	for name, c := range map[string]struct {
		body io.Reader
		want string
	}{
		"small":   {strings.NewReader("Action=X&Version=2011-06-15"), "27 <nil>Action=X&Version=2011-06-15"},
		"large":   {strings.NewReader("Action=X&Version=2011-06-15&a=" + strings.Repeat("x", 2<<20)), fmt.Sprint(30+2<<20, " <nil>Action=X&Version=2011-06-15&a=", strings.Repeat("x", 30))},
		"cut off": {io.MultiReader(strings.NewReader("Version=2011-06-15"), failingBody{io.ErrUnexpectedEOF}), "18 unexpected EOFVersion=2011-06-15"},
	} {
		r := httptest.NewRequest("POST", "/", c.body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		f.router().ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s: %.80q, want %.80q", name, got, c.want)
		}
	}
}
