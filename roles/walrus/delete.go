package walrus

import (
	"errors"
	"net/http"

	"ecc/api/s3"
	"ecc/cloud"
	"ecc/roles/walrus/index"
)

func (w *Walrus) deleteObject(c *call) error {
	if err := c.checkVersion(); err != nil {
		return err
	}
	conditions := s3.Conditions{IfMatch: c.Header.Get("If-Match")}
	err := w.index.Update(c.ctx, func(tx *index.Tx) error {
		if err := tx.SameBucket(c.bucket); err != nil {
			return err
		}
		return deleteIf(tx, c.bucket.ID, c.key, conditions)
	})
	if err != nil {
		return err
	}
	w.reclaim.Kick()
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}

func deleteIf(tx *index.Tx, bucket index.ID, key string, conditions s3.Conditions) error {
	if conditions.IfMatch != "" {
		if err := checkWrite(tx, bucket, key, conditions); err != nil {
			return err
		}
	}
	return tx.DeleteObject(bucket, key)
}

// checkVersion accepts the one version an object has without versioning.
func (c *call) checkVersion() error {
	if v := c.Query.Get("versionId"); c.Query.Has("versionId") && v != "null" {
		return s3.Errorf(s3.NoSuchVersion, "")
	}
	return nil
}

func (w *Walrus) deleteObjects(c *call) error {
	var request s3.Delete
	if ok, err := c.document().Decode(&request); err != nil {
		return err
	} else if !ok || len(request.Objects) == 0 || len(request.Objects) > s3.MaxDelete {
		return s3.Errorf(s3.MalformedXML, "")
	}
	var result s3.DeleteResult
	err := w.index.Update(c.ctx, func(tx *index.Tx) error {
		result = s3.DeleteResult{} // this may be run again
		if err := tx.SameBucket(c.bucket); err != nil {
			return err
		}
		for _, target := range request.Objects {
			if err := deleteOne(tx, c.bucket.ID, target, request.Quiet, &result); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.reclaim.Kick()
	s3.WriteXML(c.out, result)
	return nil
}

// deleteOne deletes one of many. What the client got wrong is an entry of the
// answer; only a failure of the index fails the whole.
func deleteOne(tx *index.Tx, bucket index.ID, target s3.DeleteTarget, quiet bool, result *s3.DeleteResult) error {
	err := s3.CheckKey(target.Key)
	switch {
	case err != nil:
	case target.Key == "":
		err = s3.Errorf(s3.MalformedXML, "")
	case target.Version != "" && target.Version != "null":
		err = s3.Errorf(s3.NoSuchVersion, "")
	default:
		err = deleteIf(tx, bucket, target.Key, s3.Conditions{IfMatch: target.ETag})
	}
	var refused *s3.Failure
	switch {
	case errors.As(err, &refused):
		code, _, msg := s3.Describe(err)
		result.Errors = append(result.Errors, s3.DeleteError{Key: target.Key, Code: code, Message: msg})
	case err != nil:
		return err
	case !quiet:
		result.Deleted = append(result.Deleted, s3.Deleted{Key: target.Key})
	}
	return nil
}

func notFound(err error) bool { return errors.Is(err, cloud.NotFound) }
