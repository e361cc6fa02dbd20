package walrus

import (
	"net/http"

	"ecc/api/auth"
	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) getBucketCORS(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	if s.CORS == nil {
		return s3.Errorf(s3.NoSuchCORSConfiguration, "")
	}
	s3.WriteXML(c.out, s.CORS)
	return nil
}

func (w *Walrus) putBucketCORS(c *call) error {
	body, err := c.digested()
	if err != nil {
		return err
	}
	rules, err := s3.ReadCORS(body)
	if err != nil {
		return err
	}
	if err := w.putSetting(c, "cors", rules, nil); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

func (w *Walrus) deleteBucketCORS(c *call) error {
	if err := w.deleteSetting(c, "cors"); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}

// allowOrigin tells a browser what a page of another origin may see of the
// answer, whatever that will be. It comes before authentication: a page must be
// able to see that it was refused.
func (w *Walrus) allowOrigin(c *call, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" || c.name == "" {
		return
	}
	rules, err := w.corsOf(c.name)
	if err != nil || rules == nil {
		return // the request itself will tell
	}
	c.out.Header().Set("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")
	if grant, ok := rules.Match(origin, r.Method, nil); ok {
		grant.Write(c.out.Header())
	}
}

// preflight answers a browser that asks before it sends a page's request. It
// carries no credentials.
func (w *Walrus) preflight(c *call, r *http.Request) error {
	c.Request = &auth.Request{Anonymous: true, Header: r.Header}
	c.route = s3.Route{Op: "PreflightRequest", Method: r.Method, Scope: c.scope()}
	origin, method := r.Header.Get("Origin"), r.Header.Get("Access-Control-Request-Method")
	switch {
	case origin == "":
		return s3.Errorf(s3.BadRequest, "Insufficient information. Origin request header needed.")
	case method == "":
		return s3.Errorf(s3.BadRequest, "Invalid Access-Control-Request-Method: null")
	}
	rules, err := w.corsOf(c.name)
	switch {
	case notFound(err):
		return c.corsForbidden(method, "Bucket not found")
	case err != nil:
		return err
	case rules == nil:
		return c.corsForbidden(method, "CORS is not enabled for this bucket.")
	}
	grant, ok := rules.Match(origin, method, s3.SplitHeaders(r.Header.Get("Access-Control-Request-Headers")))
	if !ok {
		return c.corsForbidden(method, "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.")
	}
	grant.Write(c.out.Header())
	c.out.Header().Set("Content-Length", "0")
	c.out.WriteHeader(http.StatusOK)
	return nil
}

func (c *call) corsForbidden(method, why string) error {
	kind := "BUCKET"
	if c.key != "" {
		kind = "OBJECT"
	}
	return s3.With(s3.With(s3.Errorf(s3.AccessForbidden, "CORSResponse: %s", why), "Method", method), "ResourceType", kind)
}

// corsOf returns the rules of a bucket, nil if it has none.
func (w *Walrus) corsOf(name string) (rules *s3.CORS, err error) {
	err = w.index.View(func(tx *index.Tx) error {
		b, err := tx.Bucket(name)
		if err != nil {
			return err
		}
		s, err := w.settings(tx, b)
		if err != nil {
			return err
		}
		rules = s.CORS
		return nil
	})
	return rules, err
}
