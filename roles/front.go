package roles

import (
	"log/slog"
	"net/http"
	"strings"

	"ecc/api/auth"
)

// front is the tenants' endpoint: one port for every service. The credential's
// scope says which one a request is for, so that AWS_ENDPOINT_URL alone is
// enough for clients. Paths under /_/ are ecc's own: no bucket can be named _.
type front struct {
	ec2, sts, iam, s3 http.Handler // all set by fillAbsent at the latest
	health            http.Handler
	region            string
	log               *slog.Logger
}

func newFront(region string, log *slog.Logger) *front { return &front{region: region, log: log} }

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, own := strings.CutPrefix(r.URL.Path, "/_/"); own {
		if rest == "health" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			f.health.ServeHTTP(w, r)
			return
		}
		http.NotFound(w, r)
		return
	}
	f.service(r).ServeHTTP(w, r)
}

// service chooses by the credential's scope. Without one, a form or a query
// with an Action is EC2's, everything else S3's.
func (f *front) service(r *http.Request) http.Handler {
	switch auth.ScopeService(r) {
	case "ec2":
		return f.ec2
	case "sts":
		return f.sts
	case "iam":
		return f.iam
	case "":
		form := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
		if r.URL.Path == "/" && ((r.Method == http.MethodPost && form) || strings.Contains(r.URL.RawQuery, "Action=")) {
			return f.ec2
		}
	}
	return f.s3
}
