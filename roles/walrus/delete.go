package walrus

import (
	"errors"
	"net/http"

	"ecc/api/s3"
	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/roles/walrus/index"
)

// removal is one deletion that is asked for.
type removal struct {
	key        string
	version    which
	conditions s3.Conditions
	bypass     bool // of governance locks; that the caller may was asked
}

// removed is how a deletion ended: o is the marker that was written, or what
// was deleted.
type removed struct {
	index.Object
	wrote bool // a delete marker
}

func (w *Walrus) deleteObject(c *call) error {
	if err := s3.CheckDeleteHeaders(c.Header); err != nil {
		return err
	}
	r := removal{key: c.key, version: c.version, conditions: s3.Conditions{IfMatch: c.Header.Get("If-Match")}, bypass: c.bypass()}
	if err := failpoint.Hit("walrus.delete.1.parsed"); err != nil {
		return err
	}
	var done removed
	var b index.Bucket
	err := w.index.Update(c.ctx, func(tx *index.Tx) (err error) {
		if b, err = tx.Now(c.bucket); err != nil {
			return err
		}
		if c.byObject { // it may be another one now
			if _, err := w.permitRemoval(tx, c, b, r); err != nil {
				return err
			}
		}
		if done, err = w.remove(tx, c, b, r); err != nil {
			return err
		}
		return failpoint.Hit("walrus.delete.2.written")
	})
	if err != nil {
		return err
	}
	w.reclaim.Kick()
	if err := failpoint.Hit("walrus.delete.3.committed"); err != nil {
		return err
	}
	h := c.out.Header()
	if done.Marker {
		h.Set("X-Amz-Delete-Marker", "true")
	}
	if b.Versioning != index.Unversioned && (done.wrote || r.version.given) {
		h.Set("X-Amz-Version-Id", done.VersionID())
	}
	c.out.WriteHeader(http.StatusNoContent)
	return failpoint.Hit("walrus.delete.4.replied")
}

// remove deletes one version for good, or the key as its bucket's versioning
// has it.
func (w *Walrus) remove(tx *index.Tx, c *call, b index.Bucket, r removal) (removed, error) {
	if err := w.checkWrite(tx, c, b, r.key, r.conditions); err != nil {
		return removed{}, err
	}
	if r.version.given {
		return w.removeVersion(tx, c, b, r)
	}
	if b.Versioning == index.Unversioned {
		o, err := tx.Object(b.ID, r.key)
		if notFound(err) {
			return removed{}, nil
		}
		if err != nil {
			return removed{}, err
		}
		return w.removeForGood(tx, c, b, o)
	}
	marker := index.Object{Key: r.key, Summary: index.Summary{Marker: true}, Details: index.Details{Account: c.Caller.Account}}
	o, err := putNewest(tx, b, marker, w.cfg.Now())
	if err == nil {
		err = w.notify(tx, c, b, s3.EventMarker, o)
	}
	return removed{Object: o, wrote: true}, err
}

// removeVersion deletes a version, or marker, for good. One that is not there
// is as good as deleted.
func (w *Walrus) removeVersion(tx *index.Tx, c *call, b index.Bucket, r removal) (removed, error) {
	o, err := lookup(tx, b.ID, r.key, r.version)
	if s3.Is(err, s3.NoSuchVersion) {
		gone := index.Object{Key: r.key, Summary: index.Summary{Version: r.version.id, Null: r.version.id == index.NullVersion}}
		return removed{Object: gone}, nil
	}
	if err != nil {
		return removed{}, err
	}
	if err := checkLock(o.Lock, w.cfg.Now(), r.bypass); err != nil {
		return removed{}, err
	}
	return w.removeForGood(tx, c, b, o)
}

func (w *Walrus) removeForGood(tx *index.Tx, c *call, b index.Bucket, o index.Object) (removed, error) {
	if err := tx.DeleteVersion(b, o); err != nil {
		return removed{}, err
	}
	return removed{Object: o}, w.notify(tx, c, b, s3.EventDelete, o)
}

func (w *Walrus) deleteObjects(c *call) error {
	if !s3.Digested(c.Header) {
		return s3.Errorf(s3.InvalidRequest, "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
	}
	var request s3.Delete
	if ok, err := c.document().Decode(&request); err != nil {
		return err
	} else if !ok || len(request.Objects) == 0 || len(request.Objects) > s3.MaxDelete {
		return s3.Errorf(s3.MalformedXML, "")
	}
	targets, err := w.permitTargets(c, request.Objects)
	if err != nil {
		return err
	}
	var result s3.DeleteResult
	err = w.index.Update(c.ctx, func(tx *index.Tx) error {
		result = s3.DeleteResult{} // this may be run again
		b, err := tx.Now(c.bucket)
		if err != nil {
			return err
		}
		for _, t := range targets {
			if err := w.deleteOne(tx, c, b, t, request.Quiet, &result); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.reclaim.Kick()
	w.recordDeletions(c, request.Objects, result.Errors)
	s3.WriteXML(c.out, result)
	return nil
}

// deleteOne deletes one of many. What the client got wrong is an entry of the
// answer; only a failure of the index fails the whole.
func (w *Walrus) deleteOne(tx *index.Tx, c *call, b index.Bucket, t target, quiet bool, result *s3.DeleteResult) error {
	done, err := w.deleteTarget(tx, c, b, t)
	var refused *s3.Failure
	switch {
	case errors.As(err, &refused):
		code, _, msg := s3.Describe(err)
		result.Errors = append(result.Errors, s3.DeleteError{Key: t.Key, Version: t.Version, Code: code, Message: msg})
	case err != nil:
		return err
	case !quiet:
		result.Deleted = append(result.Deleted, deletedEntry(t.DeleteTarget, done))
	}
	return nil
}

// target is one of many keys to delete.
type target struct {
	s3.DeleteTarget
	removal
	vetted
	refused error
}

// permitTargets asks for each key whether it may be deleted: before the
// transaction that deletes them, because policies can take their time and
// everybody who writes waits for that.
func (w *Walrus) permitTargets(c *call, asked []s3.DeleteTarget) ([]target, error) {
	targets := make([]target, len(asked))
	err := w.index.View(func(tx *index.Tx) error {
		for i, ask := range asked {
			t := &targets[i]
			t.DeleteTarget = ask
			if t.removal, t.refused = c.readTarget(ask); t.refused == nil {
				t.vetted, t.refused = w.permitRemoval(tx, c, c.bucket, t.removal)
			}
			var refused *s3.Failure
			if t.refused != nil && !errors.As(t.refused, &refused) {
				return t.refused
			}
		}
		return nil
	})
	return targets, err
}

// readTarget reads which version a target names.
func (c *call) readTarget(t s3.DeleteTarget) (removal, error) {
	if err := s3.CheckKey(t.Key); err != nil {
		return removal{}, err
	}
	if t.Key == "" {
		return removal{}, s3.Errorf(s3.MalformedXML, "")
	}
	if t.Modified != "" || t.Size != "" {
		return removal{}, s3.Errorf(s3.NotImplemented, "")
	}
	v, err := readVersion(t.Version, t.Version != "")
	if err != nil {
		return removal{}, s3.Errorf(s3.NoSuchVersion, "") // as S3 has it in a list
	}
	return removal{key: t.Key, version: v, conditions: s3.Conditions{IfMatch: t.ETag}, bypass: c.bypass()}, nil
}

func (w *Walrus) deleteTarget(tx *index.Tx, c *call, b index.Bucket, t target) (removed, error) {
	if t.refused != nil {
		return removed{}, t.refused
	}
	if err := t.still(tx, b, t.removal); err != nil {
		return removed{}, err
	}
	return w.remove(tx, c, b, t.removal)
}

func deletedEntry(target s3.DeleteTarget, done removed) s3.Deleted {
	d := s3.Deleted{Key: target.Key, Version: target.Version}
	if done.Marker {
		d.Marker, d.MarkerVersion = true, done.VersionID()
	}
	return d
}

func notFound(err error) bool { return errors.Is(err, cloud.NotFound) }
