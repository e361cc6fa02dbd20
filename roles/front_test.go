package roles

import (
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
