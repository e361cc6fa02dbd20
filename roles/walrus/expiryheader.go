package walrus

import (
	"fmt"
	"net/http"
	"net/url"

	"ecc/roles/walrus/index"
	"ecc/roles/walrus/lifecycle"
)

// tellExpiry tells in an answer when the newest version of a key will expire,
// if it will.
func (w *Walrus) tellExpiry(c *call, o index.Object) {
	s, err := w.currentSettings(c)
	if err != nil || s.rules == nil {
		return // a word about the object, which is there all the same
	}
	due, ok := s.rules.Expiry(lifecycle.Version{Key: o.Key, Modified: o.Modified, Size: o.Size, Tags: o.Tags})
	if ok {
		c.out.Header().Set("X-Amz-Expiration", fmt.Sprintf(`expiry-date="%s", rule-id="%s"`, due.At.UTC().Format(http.TimeFormat), url.QueryEscape(due.Rule)))
	}
}

// tellAbort tells when an upload will be aborted, if it is not completed.
func (w *Walrus) tellAbort(c *call, u index.Upload) {
	s, err := w.currentSettings(c)
	if err != nil || s.rules == nil {
		return
	}
	if due, ok := s.rules.Abort(u.Key, u.Created); ok {
		h := c.out.Header()
		h.Set("X-Amz-Abort-Date", due.At.UTC().Format(http.TimeFormat))
		h.Set("X-Amz-Abort-Rule-Id", url.QueryEscape(due.Rule))
	}
}

// tellExpiryOfKey is tellExpiry for an answer that has not the object at hand.
func (w *Walrus) tellExpiryOfKey(c *call) {
	s, err := w.currentSettings(c)
	if err != nil || s.rules == nil {
		return
	}
	var o index.Object
	err = w.index.View(func(tx *index.Tx) (err error) {
		o, err = tx.Object(c.bucket.ID, c.key)
		return err
	})
	if err == nil {
		w.tellExpiry(c, o)
	}
}
