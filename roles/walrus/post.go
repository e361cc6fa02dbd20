package walrus

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ecc/api/auth"
	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// identify finds out who sent a request: by its signature or, for a form sent
// by a browser to a bucket, by the form's.
func (w *Walrus) identify(c *call, r *http.Request) (err error) {
	if c.scope() != s3.Bucket || r.URL.RawQuery != "" || !auth.IsForm(r) {
		c.Request, err = w.auth.Authenticate(r, "s3")
		return err
	}
	if body, ok := r.Body.(*progress); ok {
		body.hurry(min(w.cfg.Stall, formTime))
		defer body.relax()
	}
	if c.form, err = w.auth.AuthenticateForm(r, c.name); err != nil {
		return err
	}
	c.Request = c.form.Request
	return c.moveTags()
}

// formTime is how long the fields of a form may take to arrive.
const formTime = 30 * time.Second

// moveTags turns a form's field "tagging", which is XML, into the header that
// uploads have.
func (c *call) moveTags() error {
	document, ok := c.form.Fields["tagging"]
	if !ok {
		return nil
	}
	tags, err := s3.ReadObjectTags(s3.Document{Body: strings.NewReader(document), Header: http.Header{}})
	if err != nil {
		return err
	}
	var pairs []string
	for _, t := range tags {
		pairs = append(pairs, url.QueryEscape(t.Key)+"="+url.QueryEscape(t.Value))
	}
	c.Header.Set("X-Amz-Tagging", strings.Join(pairs, "&"))
	return nil
}

// postObject stores the file of a form. Its fields are headers by now.
func (w *Walrus) postObject(c *call) error {
	if c.form == nil {
		return s3.With(s3.Errorf(s3.PreconditionFailed, ""), "Condition", "Bucket POST must be of the enclosure-type multipart/form-data")
	}
	return w.putObject(c)
}

// answerForm answers a form as its fields ask: with a redirect, a document or
// nothing.
func (w *Walrus) answerForm(c *call, o index.Object) {
	h, etag, location := c.out.Header(), s3.Quote(o.ETag), w.location(c)
	h.Set("Location", location)
	if to := redirectOf(c.form); to != nil {
		q := to.Query()
		q.Set("bucket", c.name)
		q.Set("key", c.key)
		q.Set("etag", etag)
		to.RawQuery = q.Encode()
		h.Set("Location", to.String())
		c.out.WriteHeader(http.StatusSeeOther)
		return
	}
	switch c.form.Fields["success_action_status"] {
	case strconv.Itoa(http.StatusOK):
		h.Set("Content-Length", "0")
		c.out.WriteHeader(http.StatusOK)
	case strconv.Itoa(http.StatusCreated):
		s3.WriteCreated(c.out, s3.PostResponse{Location: location, Bucket: c.name, Key: c.key, ETag: etag})
	default:
		c.out.WriteHeader(http.StatusNoContent)
	}
}

// redirectOf returns where a form wants its sender to go next, nil if nowhere
// or if that is no address of a page.
func redirectOf(f *auth.Form) *url.URL {
	to := f.Fields["success_action_redirect"]
	if to == "" {
		to = f.Fields["redirect"] // the old name
	}
	u, err := url.Parse(to)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil
	}
	return u
}
