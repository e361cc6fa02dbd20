package walrus

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"ecc/api/auth"
	"ecc/api/s3"
	"ecc/cloud"
	"ecc/roles/walrus/index"
)

const (
	logPeriod = 5 * time.Minute // S3 takes hours
	logLast   = 10 * time.Second
)

// logRound delivers the lines that wait.
func (w *Walrus) logRound(ctx context.Context) error {
	lines, lost := w.access.take()
	if lost > 0 {
		w.logger.Warn("lines of access logs are lost: too many wait", "lost", lost)
	}
	for to, b := range lines {
		err := w.deliverLog(ctx, to, b.Bytes())
		if err != nil && !errors.Is(err, cloud.NotFound) {
			w.logger.Warn("lines of an access log are lost", "bucket", to.name, "error", err)
		}
	}
	return nil
}

// lastLogs delivers what waits when the process stops.
func (w *Walrus) lastLogs(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logLast)
	defer cancel()
	_ = w.logRound(ctx) // it has logged what it could not do
}

// deliverLog puts lines into the bucket that the configuration of theirs names
// now.
func (w *Walrus) deliverLog(ctx context.Context, of logged, lines []byte) error {
	var source, target index.Bucket
	var e *s3.LoggingEnabled
	plain := false
	err := w.index.View(func(tx *index.Tx) (err error) {
		if source, err = tx.Now(index.Bucket{ID: of.bucket, Name: of.name}); err != nil {
			return err
		}
		s, err := w.settings(tx, source)
		if err != nil || s.Logging == nil || s.Logging.Enabled == nil {
			return err
		}
		if target, err = tx.Bucket(s.Logging.Enabled.Bucket); err != nil {
			return err
		}
		t, err := w.settings(tx, target)
		if err == nil {
			e, plain = s.Logging.Enabled, t.enforced()
		}
		return err
	})
	if err != nil || e == nil || target.Account != source.Account {
		return err
	}
	key := e.LogKey(string(source.Account), w.cfg.Region, source.Name, of.day, w.cfg.Now(), w.requestID())
	return w.putLog(ctx, target, key, lines, e, plain)
}

// putLog puts an object as a request of the bucket's owner would.
func (w *Walrus) putLog(ctx context.Context, b index.Bucket, key string, body []byte, e *s3.LoggingEnabled, plain bool) error {
	c := &call{
		ctx: ctx, out: newAnswer(unread{http.Header{}}, w.cfg.Stall), id: w.requestID(), name: b.Name, key: key, bucket: b,
		route: s3.Route{Op: "PutObject", Method: http.MethodPut, Scope: s3.Object},
		Request: &auth.Request{
			Caller: cloud.Caller{Account: b.Account, UserID: "s3-log-service"}, Account: cloud.Account{ID: b.Account, Canonical: b.Canonical},
			Query: url.Values{}, Header: http.Header{"Content-Type": {"text/plain"}}, Body: bytes.NewReader(body), Length: int64(len(body)),
		},
	}
	if e.Grants != nil && !plain {
		e.Grants.WriteHeaders(c.Header)
	}
	err := w.putObject(c)
	if c.told {
		w.wakeWebhooks()
	}
	return err
}

// unread takes an answer that nobody waits for.
type unread struct{ header http.Header }

func (u unread) Header() http.Header         { return u.header }
func (u unread) Write(b []byte) (int, error) { return len(b), nil }
func (u unread) WriteHeader(int)             {}
