package walrus

import (
	"net/http"
	"strings"
	"time"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// readLock reads the lock an upload asks for.
func (w *Walrus) readLock(c *call) (index.Lock, error) {
	l, err := s3.ReadLock(c.Header, w.cfg.Now())
	if err != nil || l.IsZero() {
		return index.Lock{}, err
	}
	if !c.bucket.Lock {
		return index.Lock{}, missingLock()
	}
	return index.Lock{Mode: l.Mode, Until: l.Until, Hold: l.Hold == s3.HoldOn, Held: l.Hold != ""}, nil
}

// checkDigested refuses a body that will be locked, by itself or by its
// bucket's default, and comes without a digest: damaged on its way, it could
// not be put right afterwards.
func (w *Walrus) checkDigested(c *call, d demand, l index.Lock, what string) error {
	if !c.bucket.Lock || d.md5 != nil || d.expected.Algorithm != "" {
		return nil
	}
	if l == (index.Lock{}) {
		s, err := w.currentSettings(c)
		if err != nil || s.ObjectLock == nil || s.ObjectLock.Rule == nil {
			return err
		}
	}
	return s3.Errorf(s3.InvalidRequest, "Content-MD5 OR x-amz-checksum- HTTP header is required for %s requests with Object Lock parameters", what)
}

func missingLock() error {
	return s3.Errorf(s3.InvalidRequest, "Bucket is missing Object Lock Configuration")
}

// lockNew gives a new object the retention its bucket has for those that ask
// for none.
func (w *Walrus) lockNew(tx *index.Tx, b index.Bucket, o *index.Object) error {
	if !b.Lock || o.Lock.Mode != "" {
		return nil
	}
	s, err := w.settings(tx, b)
	if err != nil || s.ObjectLock == nil || s.ObjectLock.Rule == nil {
		return err
	}
	r := s.ObjectLock.Rule.Retention
	o.Lock.Mode = r.Mode
	if r.Days != nil {
		o.Lock.Until = w.cfg.Now().UTC().AddDate(0, 0, *r.Days)
	} else {
		o.Lock.Until = w.cfg.Now().UTC().AddDate(*r.Years, 0, 0)
	}
	return nil
}

// checkLock returns an error if a lock keeps a version from being deleted.
// bypass is that governance is to be passed over, and may be.
func checkLock(l index.Lock, now time.Time, bypass bool) error {
	if l.Hold || retained(l, now) && (l.Mode != s3.Governance || !bypass) {
		return s3.Errorf(s3.AccessDenied, "Access Denied because object protected by object lock.")
	}
	return nil
}

func retained(l index.Lock, now time.Time) bool { return l.Mode != "" && now.Before(l.Until) }

// bypass reports whether the request asks to pass over governance locks; that
// the caller may is asked when the request is authorized. (botocore writes True.)
func (c *call) bypass() bool {
	return strings.EqualFold(c.Header.Get("X-Amz-Bypass-Governance-Retention"), "true")
}

// setLock tells in an answer how a version is locked.
func setLock(h http.Header, l index.Lock) {
	if l.Mode != "" {
		h.Set("X-Amz-Object-Lock-Mode", l.Mode)
		h.Set("X-Amz-Object-Lock-Retain-Until-Date", s3.FormatUntil(l.Until))
	}
	if l.Held {
		h.Set("X-Amz-Object-Lock-Legal-Hold", holdStatus(l))
	}
}

func holdStatus(l index.Lock) string {
	if l.Hold {
		return s3.HoldOn
	}
	return s3.HoldOff
}
