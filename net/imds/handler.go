package imds

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"ecc/cloud"
)

// handler answers the requests of one instance.
type handler struct {
	*Service
	id          cloud.InstanceID
	defaultHops int
}

// Handler returns the HTTP handler of one instance.
func (s *Service) Handler(id cloud.InstanceID, hops int) http.Handler {
	return handler{Service: s, id: id, defaultHops: hops}
}

const tokenPath = "/latest/api/token"

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", "EC2ws")
	md, ok := h.source.Metadata(h.id)
	switch {
	case !ok:
		fail(w, http.StatusServiceUnavailable)
	case md.Options.Disabled:
		fail(w, http.StatusForbidden)
	case r.URL.Path == tokenPath:
		h.token(w, r, md)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		fail(w, http.StatusMethodNotAllowed)
	case !h.authorized(w, r, md):
		fail(w, http.StatusUnauthorized)
	default:
		h.read(w, r, r.URL.Path, md)
	}
}

func (h handler) token(w http.ResponseWriter, r *http.Request, md cloud.Metadata) {
	if r.Method != http.MethodPut {
		w.Header().Set("Allow", "OPTIONS, PUT")
		fail(w, http.StatusMethodNotAllowed)
		return
	}
	h.putToken(w, r, md)
}

func (h handler) read(w http.ResponseWriter, r *http.Request, path string, md cloud.Metadata) {
	leaf, ok := h.find(r.Context(), md, path)
	if !ok {
		fail(w, http.StatusNotFound)
		return
	}
	kind := "text/plain"
	if isIAM(path) {
		w.Header().Set("Cache-Control", "no-store")
	}
	if strings.HasSuffix(path, "/user-data") {
		kind = "application/octet-stream"
	}
	write(w, kind, leaf)
}

// find looks a path up. What is of the instance's role is made for those who ask
// for it only.
func (h handler) find(ctx context.Context, md cloud.Metadata, path string) ([]byte, bool) {
	tree := root(md)
	if md.Profile != nil && isIAM(path) {
		h.addRole(ctx, tree, md)
	}
	return find(tree, path)
}

func write(w http.ResponseWriter, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a client that went away is nobody's failure
}

const failPage = `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
	"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>%[1]d - %[2]s</title>
 </head>
 <body>
  <h1>%[1]d - %[2]s</h1>
 </body>
</html>
`

// fail answers with the page that EC2 sends.
func fail(w http.ResponseWriter, status int) {
	body := fmt.Appendf(nil, failPage, status, http.StatusText(status))
	w.Header().Set("Content-Type", "text/html")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
