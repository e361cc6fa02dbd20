package walrus

import (
	"net/http"
	"time"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) getObjectRetention(c *call) error {
	o, err := w.lockedObject(c)
	if err != nil {
		return err
	}
	if o.Lock.Mode == "" {
		return s3.Errorf(s3.NoSuchObjectLockConfiguration, "")
	}
	s3.WriteXML(c.out, s3.Retention{Mode: o.Lock.Mode, Until: s3.FormatUntil(o.Lock.Until)})
	return nil
}

func (w *Walrus) getObjectLegalHold(c *call) error {
	o, err := w.lockedObject(c)
	if err != nil {
		return err
	}
	if !o.Lock.Held {
		return s3.Errorf(s3.NoSuchObjectLockConfiguration, "")
	}
	s3.WriteXML(c.out, s3.LegalHold{Status: holdStatus(o.Lock)})
	return nil
}

// lockedObject finds the version a request is about, in a bucket with locks.
func (w *Walrus) lockedObject(c *call) (index.Object, error) {
	if !c.bucket.Lock {
		return index.Object{}, missingLock()
	}
	return w.viewObject(c)
}

func (w *Walrus) putObjectRetention(c *call) error {
	mode, until, err := s3.ReadRetention(c.document(), w.cfg.Now())
	if err != nil {
		return err
	}
	return w.relock(c, func(_ *index.Tx, o *index.Object) error {
		if err := checkRelock(o.Lock, w.cfg.Now(), mode, until, c.bypass()); err != nil {
			return err
		}
		o.Lock.Mode, o.Lock.Until = mode, until
		return nil
	})
}

func (w *Walrus) putObjectLegalHold(c *call) error {
	on, err := s3.ReadLegalHold(c.document())
	if err != nil {
		return err
	}
	return w.relock(c, func(_ *index.Tx, o *index.Object) error {
		o.Lock.Hold, o.Lock.Held = on, true
		return nil
	})
}

func (w *Walrus) relock(c *call, change func(*index.Tx, *index.Object) error) error {
	if !c.bucket.Lock {
		return missingLock()
	}
	if err := w.changeObject(c, change); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

// checkRelock returns an error unless a lock may get another retention. While
// one runs it can only be made longer, unless it is of governance and is passed
// over.
func checkRelock(l index.Lock, now time.Time, mode string, until time.Time, bypass bool) error {
	longer := mode == l.Mode && !until.Before(l.Until)
	if retained(l, now) && !longer && (l.Mode != s3.Governance || !bypass) {
		return s3.Errorf(s3.AccessDenied, "Access Denied because object protected by object lock.")
	}
	return nil
}
