package roles

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"ecc/api/auth"
	"ecc/api/iam"
	"ecc/api/sts"
)

// front is the tenants' endpoint: one port for every service. The credential's
// scope says which one a request is for, so that AWS_ENDPOINT_URL alone is
// enough for clients. Paths under /_/ are ecc's own: no bucket can be named _.
type front struct {
	ec2, sts, iam, s3 http.Handler // all set by fillAbsent at the latest
	cloudtrail        http.Handler // likewise
	health            http.Handler
	register          http.Handler // nil unless strangers may ask for an account
	region            string
	domain            string            // of hosts of buckets; "" for none
	versions          map[string]string // of the APIs of iam and sts → the service
	log               *slog.Logger
}

func newFront(region string, log *slog.Logger) *front {
	return &front{region: region, log: log, versions: map[string]string{iam.Service().Versions[0]: "iam", sts.Service().Versions[0]: "sts"}}
}

// router is the endpoint's table of routes. Paths are matched as they were
// sent: "//", "%2F" and ".." are parts of an object's key. Tenants' requests do
// not go through mux: it would take each to pieces and copy it, which costs as
// much as finding a small object.
func (f *front) router() http.Handler {
	own := mux.NewRouter().SkipClean(true).UseEncodedPath()
	own.Path("/_/health").Methods(http.MethodGet, http.MethodHead).Handler(f.health)
	if f.register != nil {
		own.Path(registerPath).Methods(http.MethodGet, http.MethodHead, http.MethodPost).Handler(f.register)
	}
	own.NotFoundHandler = http.NotFoundHandler()
	own.MethodNotAllowedHandler = own.NotFoundHandler
	services := map[string]http.Handler{"ec2": f.ec2, "sts": f.sts, "iam": f.iam, "cloudtrail": f.cloudtrail}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bucket := auth.HostBucket(r.Host, f.domain) != ""
		if !bucket && strings.HasPrefix(r.URL.EscapedPath(), "/_/") {
			unread(own).ServeHTTP(w, r)
		} else if h := services[f.service(w, r, bucket)]; h != nil {
			h.ServeHTTP(w, r)
		} else {
			f.s3.ServeHTTP(w, r)
		}
	})
}

// service names the service a request is for, by its credential's scope.
// Without one, a form or a query with an Action is of the service whose version
// of the API it names, everything else, and all that is sent to a bucket's own
// host, S3's.
func (f *front) service(w http.ResponseWriter, r *http.Request, bucket bool) string {
	if s := auth.ScopeService(r); s != "" || bucket {
		return s
	}
	form := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	switch {
	case r.URL.Path != "/":
		return "s3"
	case strings.Contains(r.URL.RawQuery, "Action="):
		return f.byVersion(r.URL.RawQuery)
	case r.Method == http.MethodPost && form:
		return f.byVersion(peek(w, r))
	}
	return "s3"
}

// byVersion is the service whose API has the version that parameters name: each
// has its own. EC2 has many, and answers what names none.
func (f *front) byVersion(params string) string {
	v, err := url.ParseQuery(params)
	if s := f.versions[v.Get("Version")]; err == nil && s != "" {
		return s
	}
	return "ec2"
}

// maxPeek is how much of a form is looked at: more than a Query service reads.
const maxPeek = 1<<20 + 2

// peek reads the form of a request that has no scope, and puts it back.
func peek(w http.ResponseWriter, r *http.Request) string {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(unreadTime))
	body := r.Body
	b, err := io.ReadAll(io.LimitReader(body, maxPeek))
	rest := io.Reader(body)
	if err != nil {
		rest = failingBody{err}
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(b), rest), body}
	return string(b)
}

// failingBody fails as the body did when it was read.
type failingBody struct{ err error }

func (f failingBody) Read([]byte) (int, error) { return 0, f.err }

// unreadTime is how long a client may take to send a body that nobody reads.
const unreadTime = 10 * time.Second

// unread bounds the time of requests that h answers without reading the body:
// the server wants all of it first. Connections in tests may have no deadlines.
func unread(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(unreadTime))
		h.ServeHTTP(w, r)
	})
}
