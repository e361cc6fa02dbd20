package walrus

import (
	"encoding/json"
	"net/http"
	"slices"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// controls are the operations of S3 Control, by their names in
// s3.ControlRoutes.
var controls = map[string]func(*Walrus, *call) error{
	"ListTagsForResource": (*Walrus).listResourceTags,
	"TagResource":         (*Walrus).tagResource,
	"UntagResource":       (*Walrus).untagResource,
}

// control answers a request to S3 Control.
func (w *Walrus) control(c *call, r *http.Request) (err error) {
	c.name, c.key, c.writeError = "", "", s3.WriteControlError
	if c.Request, err = w.auth.Authenticate(r, "s3"); err != nil {
		return err
	}
	if c.route, c.name, err = s3.MatchControl(r.Method, r.URL.Path); err != nil {
		return err
	}
	if err := w.authorize(c); err != nil {
		return err
	}
	if c.Header.Get("X-Amz-Account-Id") != string(c.bucket.Account) {
		return errDenied
	}
	return controls[c.route.Op](w, c)
}

func (w *Walrus) listResourceTags(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	doc := s3.ResourceTags{}
	if s.Tagging != nil {
		doc.Tags = s.Tagging.Tags
	}
	s3.WriteXML(c.out, doc)
	return nil
}

// tagResource adds tags to a bucket's, in the place of those of the same keys.
func (w *Walrus) tagResource(c *call) error {
	added, err := s3.ReadResourceTags(c.document())
	if err != nil {
		return err
	}
	return w.retagBucket(c, func(tags []s3.Tag) []s3.Tag {
		tags = slices.DeleteFunc(tags, func(t s3.Tag) bool {
			return slices.ContainsFunc(added, func(a s3.Tag) bool { return a.Key == t.Key })
		})
		return append(tags, added...)
	})
}

func (w *Walrus) untagResource(c *call) error {
	keys, err := s3.UntagKeys(c.Query)
	if err != nil {
		return err
	}
	return w.retagBucket(c, func(tags []s3.Tag) []s3.Tag {
		return slices.DeleteFunc(tags, func(t s3.Tag) bool { return slices.Contains(keys, t.Key) })
	})
}

// retagBucket changes a bucket's tags, the same that PutBucketTagging replaces.
func (w *Walrus) retagBucket(c *call, change func([]s3.Tag) []s3.Tag) error {
	err := w.index.Update(c.ctx, func(tx *index.Tx) error {
		b, err := tx.Now(c.bucket)
		if err != nil {
			return err
		}
		s, err := w.settings(tx, b)
		if err != nil {
			return err
		}
		var tags []s3.Tag
		if s.Tagging != nil {
			tags = slices.Clone(s.Tagging.Tags.Tag)
		}
		tags = change(tags)
		if err := s3.CheckBucketTags(tags); err != nil {
			return err
		}
		if len(tags) == 0 {
			return tx.PutSetting(b, "tagging", nil)
		}
		raw, err := json.Marshal(s3.Tagging{Tags: s3.TagSet{Tag: tags}})
		if err != nil {
			return err
		}
		return tx.PutSetting(b, "tagging", raw)
	})
	if err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}
