package walrus

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

const (
	logEarly = 1 << 20 // bytes of lines that wait for no period
	logMost  = 8 << 20 // bytes of lines that wait at all
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

// isLogged reports whether a bucket has logging. It does not ask the index:
// without a request that was authorized, or refused, there is nothing to log.
func (w *Walrus) isLogged(b index.Bucket) bool {
	known, ok := w.decoded.Load(b.ID)
	if !ok || b.ID == 0 {
		return false
	}
	s := known.(*settings)
	return s.Logging != nil && s.Logging.Enabled != nil
}

func (w *Walrus) record(b index.Bucket, line *s3.AccessRecord) {
	line.At, line.Owner, line.Bucket = w.cfg.Now(), b.Canonical, b.Name
	w.access.add(logged{b.ID, b.Name, line.At.UTC().Truncate(24 * time.Hour)}, line.Line())
}

// recordOwn notes what walrus itself did to a bucket with logging.
func (w *Walrus) recordOwn(b index.Bucket, line s3.AccessRecord) {
	if w.isLogged(b) {
		line.Requester, line.ID = "AmazonS3", w.requestID()
		w.record(b, &line)
	}
}

// recordDeletions notes what became of each key of DeleteObjects.
func (w *Walrus) recordDeletions(c *call, keys []s3.DeleteTarget, failed []s3.DeleteError) {
	if !w.isLogged(c.bucket) {
		return
	}
	codes := map[[2]string]string{}
	for _, f := range failed {
		codes[[2]string{f.Key, f.Version}] = f.Code
	}
	for _, k := range keys {
		line := &s3.AccessRecord{
			Remote: c.address(), Requester: requester(c), ID: c.id, Operation: "BATCH.DELETE.OBJECT", Key: k.Key, Version: k.Version,
			Status: http.StatusNoContent, Code: codes[[2]string{k.Key, k.Version}], Host: c.id,
		}
		if line.Code != "" {
			_, line.Status, _ = s3.Describe(s3.Errorf(s3.Code(line.Code), ""))
		}
		w.record(c.bucket, line)
	}
}

// recordAccess notes a request to a bucket with logging.
func (w *Walrus) recordAccess(c *call, r *http.Request, code string, begin time.Time) {
	if !w.isLogged(c.bucket) {
		return
	}
	line := accessRecord(c, r)
	if s3.WebsiteBucket(r.Host, w.cfg.Domain, w.cfg.Region) != "" {
		line.Operation = "WEBSITE" + strings.TrimPrefix(line.Operation, "REST")
	}
	line.Code, line.Took = code, time.Since(begin)
	w.record(c.bucket, line)
}

func accessRecord(c *call, r *http.Request) *s3.AccessRecord {
	h := c.out.Header()
	line := &s3.AccessRecord{
		Remote: c.address(), Requester: requester(c), ID: c.id,
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
