package walrus

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"ecc/api/auth"
	"ecc/api/s3"
	"ecc/cloud"
	"ecc/roles/walrus/index"
)

const (
	logPeriod = 5 * time.Minute // S3 takes hours
	logEarly  = 1 << 20         // bytes of lines that wait for no period
	logMost   = 8 << 20         // bytes of lines that wait at all
	logLast   = 10 * time.Second
)

// accessLog collects the lines of buckets with logging until they are
// delivered. As in S3 that is done as well as can be: what there is no room
// for, or cannot be delivered, is lost.
type accessLog struct {
	mu    sync.Mutex
	lines map[logged]*bytes.Buffer
	size  int
	lost  int
	kick  func()
}

// logged is what lines go into one object.
type logged struct {
	bucket index.ID
	name   string
	day    time.Time
}

func newAccessLog() *accessLog { return &accessLog{lines: map[logged]*bytes.Buffer{}} }

func (l *accessLog) add(to logged, line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size+len(line) > logMost {
		l.lost++
		return
	}
	b := l.lines[to]
	if b == nil {
		b = new(bytes.Buffer)
		l.lines[to] = b
	}
	b.WriteString(line)
	if l.size += len(line); l.size >= logEarly {
		l.kick()
	}
}

// take returns all lines and how many were lost, and begins anew.
func (l *accessLog) take() (map[logged]*bytes.Buffer, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines, lost := l.lines, l.lost
	l.lines, l.size, l.lost = map[logged]*bytes.Buffer{}, 0, 0
	return lines, lost
}

// recordAccess notes a request to a bucket with logging.
func (w *Walrus) recordAccess(c *call, r *http.Request, code string, begin time.Time) {
	known, ok := w.decoded.Load(c.bucket.ID)
	if !ok || c.bucket.ID == 0 {
		return // no request to it was authorized, or refused, since logging was turned on
	}
	if s := known.(*settings); s.Logging == nil || s.Logging.Enabled == nil {
		return
	}
	now := w.cfg.Now()
	line := accessRecord(c, r)
	if s3.WebsiteBucket(r.Host, w.cfg.Domain, w.cfg.Region) != "" {
		line.Operation = "WEBSITE" + strings.TrimPrefix(line.Operation, "REST")
	}
	line.At, line.Code, line.Took = now, code, time.Since(begin)
	w.access.add(logged{c.bucket.ID, c.bucket.Name, now.UTC().Truncate(24 * time.Hour)}, line.Line())
}

func accessRecord(c *call, r *http.Request) *s3.AccessRecord {
	h := c.out.Header()
	line := &s3.AccessRecord{
		Owner: c.bucket.Canonical, Bucket: c.bucket.Name, Remote: c.address(), Requester: requester(c), ID: c.id,
		Operation: s3.AccessOperation(c.route), Key: c.key, Method: r.Method, URI: withoutSecrets(r.URL), Proto: r.Proto,
		Status: c.out.status, Sent: c.out.sent, Size: sizeIn(c, h), Referer: r.Referer(), Agent: r.UserAgent(),
		Version: h.Get("X-Amz-Version-Id"), Host: c.id, Endpoint: r.Host,
	}
	if c.Request == nil || c.Anonymous {
		return line
	}
	line.Auth, line.Signature = "AuthHeader", "SigV4"
	if c.Presigned {
		line.Auth = "QueryString"
	}
	if c.isOldSignature() {
		line.Signature = "SigV2"
	}
	if r.TLS != nil {
		line.Cipher, line.TLS = tls.CipherSuiteName(r.TLS.CipherSuite), strings.Replace(tls.VersionName(r.TLS.Version), "TLS ", "TLSv", 1)
	}
	return line
}

// requester is who sent a request: an account by its canonical id, one of its
// users by name.
func requester(c *call) string {
	switch {
	case c.Request == nil || c.Anonymous:
		return ""
	case c.userName() != "":
		return c.Caller.ARN
	}
	return c.Account.Canonical
}

// sizeIn finds the size of the object a request was about, 0 if it was about
// none.
func sizeIn(c *call, h http.Header) int64 {
	if c.key == "" || c.Request == nil {
		return 0
	}
	size := h.Get("Content-Length")
	if _, whole, ok := strings.Cut(h.Get("Content-Range"), "/"); ok {
		size = whole
	}
	switch c.route.Op {
	case "PutObject", "UploadPart":
		return max(c.Length, 0)
	case "GetObject", "HeadObject":
		if n, err := strconv.ParseInt(size, 10, 64); err == nil && c.out.status < 300 {
			return n
		}
	}
	return 0
}

// withoutSecrets is the URI of a request without what lets others send it
// again.
func withoutSecrets(u *url.URL) string {
	uri, query, ok := strings.Cut(u.RequestURI(), "?")
	if !ok {
		return uri
	}
	parts := strings.Split(query, "&")
	for i, p := range parts {
		name, _, _ := strings.Cut(p, "=")
		switch strings.ToLower(name) {
		case "x-amz-signature", "x-amz-security-token", "signature":
			parts[i] = name + "=XXXXX"
		}
	}
	return uri + "?" + strings.Join(parts, "&")
}

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
