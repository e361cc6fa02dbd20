package walrus

import (
	"net/http"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) getBucketLogging(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	l := s3.Logging{}
	if s.Logging != nil {
		l = *s.Logging
	}
	s3.WriteXML(c.out, l)
	return nil
}

// putBucketLogging turns logging on or off. The target must be a bucket of the
// same account, into which the caller could put the log as well.
func (w *Walrus) putBucketLogging(c *call) error {
	l, err := s3.ReadLogging(c.document())
	if err != nil {
		return err
	}
	if l.Enabled == nil {
		err = w.deleteSetting(c, "logging")
	} else {
		err = w.putSetting(c, "logging", l, func(tx *index.Tx, b *index.Bucket, _ *settings) error {
			return w.checkLogTarget(tx, c, *b, l.Enabled)
		})
	}
	if err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

func (w *Walrus) checkLogTarget(tx *index.Tx, c *call, b index.Bucket, e *s3.LoggingEnabled) error {
	target, err := tx.Bucket(e.Bucket)
	switch {
	case notFound(err):
		return s3.Errorf(s3.InvalidTargetBucketForLogging, "The target bucket for logging does not exist")
	case err != nil:
		return err
	case target.Account != b.Account:
		return s3.Errorf(s3.InvalidTargetBucketForLogging, "The owner for the bucket to be logged and the target bucket must be the same.")
	}
	if err := w.permit(tx, c, "s3:PutObject", target, *e.Prefix+"log", nil); err != nil {
		return err
	}
	s, err := w.settings(tx, target)
	switch {
	case err != nil:
		return err
	case s.Payment != nil && s.Payment.Payer == s3.PayerRequester:
		return s3.Errorf(s3.InvalidTargetBucketForLogging, "The target bucket for logging must not be a Requester Pays bucket.")
	case s.ObjectLock != nil && s.ObjectLock.Rule != nil:
		return s3.Errorf(s3.InvalidTargetBucketForLogging, "The target bucket for logging must not have a default retention period.")
	case e.Grants != nil && len(e.Grants.Grant) > 0 && s.enforced():
		return s3.Errorf(s3.AccessControlListNotSupported, "")
	}
	return nil
}
