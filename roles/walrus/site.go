package walrus

import (
	"net/http"
	"net/url"
	"strings"

	"ecc/api/auth"
	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// site serves a bucket as a website: to anybody the bucket's policy lets in,
// read only, with pages for errors.
func (w *Walrus) site(c *call, r *http.Request) error {
	c.becomeVisit(r)
	site, err := w.websiteOf(c.name)
	if err != nil {
		return err
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return s3.Errorf(s3.MethodNotAllowed, "")
	}
	v := visitOf(r)
	if to, status := sendOn(site, v, r.URL.RawQuery); to != "" {
		return c.redirect(to, status)
	}
	if err = w.visit(c, site, v); err != nil && c.out.status == 0 {
		return w.explain(c, site, v, err)
	}
	return err
}

// becomeVisit makes a request that of a visitor, whoever sent it.
func (c *call) becomeVisit(r *http.Request) {
	c.key = strings.TrimPrefix(r.URL.Path, "/")
	c.writeError = pageError(nil)
	c.Request = &auth.Request{Anonymous: true, Query: url.Values{}, Header: visitorHeader(r.Header), Body: http.NoBody}
	c.route = s3.Route{Op: "GetObject", Method: r.Method, Scope: s3.Object, Action: "s3:GetObject"}
	if r.Method == http.MethodHead {
		c.route.Op = "HeadObject"
	}
}

func visitOf(r *http.Request) s3.Visit {
	v := s3.Visit{Scheme: "http", Host: r.Host, Key: strings.TrimPrefix(r.URL.Path, "/")}
	if r.TLS != nil {
		v.Scheme = "https"
	}
	return v
}

// sendOn finds where a visitor is sent without a look at what there is, "" for
// nowhere. A query goes along when everybody is sent to another host.
func sendOn(site *s3.Website, v s3.Visit, query string) (to string, status int) {
	to = site.Elsewhere(v)
	if to == "" {
		return site.Route(v, 0)
	}
	if query != "" {
		to += "?" + query
	}
	return to, http.StatusMovedPermanently
}

// visitorHeader leaves of a visitor's headers those that do not speak S3.
func visitorHeader(sent http.Header) http.Header {
	h := sent.Clone()
	for name := range h {
		if strings.HasPrefix(name, "X-Amz-") || name == "Authorization" {
			delete(h, name)
		}
	}
	return h
}

// websiteOf returns the website of a bucket.
func (w *Walrus) websiteOf(name string) (site *s3.Website, err error) {
	err = w.index.View(func(tx *index.Tx) error {
		b, err := tx.Bucket(name)
		if err != nil {
			return err
		}
		s, err := w.settings(tx, b)
		if err == nil && s.Website == nil {
			return s3.Errorf(s3.NoSuchWebsiteConfiguration, "")
		}
		if err == nil {
			site = s.Website
		}
		return err
	})
	return site, err
}

// visit shows the object an address stands for.
func (w *Walrus) visit(c *call, site *s3.Website, v s3.Visit) error {
	if v.Key == "" || strings.HasSuffix(v.Key, "/") {
		c.key = v.Key + site.Index.Suffix
	}
	o, err := w.visible(c)
	if err != nil {
		return err
	}
	if o.Redirect != "" {
		return c.redirect(o.Redirect, http.StatusMovedPermanently)
	}
	return w.getObject(c)
}

// visible finds the object of a key, if anybody may read it.
func (w *Walrus) visible(c *call) (o index.Object, err error) {
	if err := w.authorize(c); err != nil {
		return o, err
	}
	err = w.index.View(func(tx *index.Tx) error {
		o, err = w.object(tx, c)
		return err
	})
	return o, err
}

// explain answers a visitor who cannot be shown what was asked for: with the
// folder of that name, with a rule for the error, or with the page for errors.
func (w *Walrus) explain(c *call, site *s3.Website, v s3.Visit, err error) error {
	_, status, _ := s3.Describe(err)
	if status != http.StatusNotFound && status != http.StatusForbidden {
		return err
	}
	clearMarker(c.out.Header()) // what was not found is no news to visitors
	// A browser would take what begins with two slashes for another host.
	if v.Key != "" && v.Key[0] != '/' && !strings.HasSuffix(v.Key, "/") && w.isFolder(c, v.Key+"/"+site.Index.Suffix) {
		return c.redirect((&url.URL{Path: "/" + v.Key + "/"}).EscapedPath(), http.StatusFound)
	}
	if to, code := site.Route(v, status); to != "" {
		return c.redirect(to, code)
	}
	if site.Error == nil {
		return err
	}
	return w.showError(c, site.Error.Key, status, err)
}

// showError shows the site's own page for an error, with the error's status.
func (w *Walrus) showError(c *call, key string, status int, err error) error {
	page := *c
	page.key = key
	for _, name := range []string{"Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"} {
		page.Header.Del(name) // they are about the object, not about this page
	}
	c.out.instead = status
	why := w.authorize(&page)
	if why == nil {
		why = w.getObject(&page)
	}
	if why == nil || c.out.status != 0 {
		return why
	}
	c.out.instead = 0
	c.writeError = pageError(why)
	return err
}

func (w *Walrus) isFolder(c *call, index string) bool {
	probe := *c
	probe.key = index
	_, err := w.visible(&probe)
	return err == nil
}

// redirect sends a visitor on.
func (c *call) redirect(to string, status int) error {
	c.out.Header().Set("Location", to)
	c.out.Header().Set("Content-Length", "0")
	c.out.WriteHeader(status)
	return nil
}

// pageError makes the writer of errors for visitors; page is why the site's own
// page could not be shown, if it has one.
func pageError(page error) func(http.ResponseWriter, error, s3.Subject) int {
	return func(w http.ResponseWriter, err error, s s3.Subject) int { return s3.WriteErrorPage(w, err, page, s) }
}
