package walrus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"ecc/api/auth"
	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// operations are the operations walrus offers, by their names in s3.Routes.
// One that is not here is answered with NotImplemented.
var operations = map[string]func(*Walrus, *call) error{
	"ListBuckets":                        (*Walrus).listBuckets,
	"CreateBucket":                       (*Walrus).createBucket,
	"HeadBucket":                         (*Walrus).headBucket,
	"DeleteBucket":                       (*Walrus).deleteBucket,
	"GetBucketLocation":                  (*Walrus).getBucketLocation,
	"GetBucketCors":                      (*Walrus).getBucketCORS,
	"PutBucketCors":                      (*Walrus).putBucketCORS,
	"DeleteBucketCors":                   (*Walrus).deleteBucketCORS,
	"GetBucketWebsite":                   (*Walrus).getBucketWebsite,
	"PutBucketWebsite":                   (*Walrus).putBucketWebsite,
	"DeleteBucketWebsite":                (*Walrus).deleteBucketWebsite,
	"GetBucketVersioning":                (*Walrus).getBucketVersioning,
	"PutBucketVersioning":                (*Walrus).putBucketVersioning,
	"GetObjectLockConfiguration":         (*Walrus).getObjectLockConfiguration,
	"PutObjectLockConfiguration":         (*Walrus).putObjectLockConfiguration,
	"GetBucketTagging":                   (*Walrus).getBucketTagging,
	"PutBucketTagging":                   (*Walrus).putBucketTagging,
	"DeleteBucketTagging":                (*Walrus).deleteBucketTagging,
	"GetBucketRequestPayment":            (*Walrus).getBucketRequestPayment,
	"PutBucketRequestPayment":            (*Walrus).putBucketRequestPayment,
	"GetBucketLogging":                   (*Walrus).getBucketLogging,
	"PutBucketLogging":                   (*Walrus).putBucketLogging,
	"GetBucketLifecycleConfiguration":    (*Walrus).getBucketLifecycle,
	"PutBucketLifecycleConfiguration":    (*Walrus).putBucketLifecycle,
	"DeleteBucketLifecycle":              (*Walrus).deleteBucketLifecycle,
	"GetBucketAccelerateConfiguration":   (*Walrus).getBucketAccelerate,
	"GetBucketReplication":               (*Walrus).getBucketReplication,
	"DeleteBucketReplication":            (*Walrus).deleteBucketReplication,
	"GetBucketEncryption":                (*Walrus).getBucketEncryption,
	"PutBucketEncryption":                (*Walrus).putBucketEncryption,
	"DeleteBucketEncryption":             (*Walrus).deleteBucketEncryption,
	"GetBucketNotificationConfiguration": (*Walrus).getBucketNotification,
	"PutBucketNotificationConfiguration": (*Walrus).putBucketNotification,
	"ListObjects":                        (*Walrus).listObjects,
	"ListObjectsV2":                      (*Walrus).listObjectsV2,
	"ListObjectVersions":                 (*Walrus).listVersions,
	"PutObject":                          (*Walrus).putObject,
	"PostObject":                         (*Walrus).postObject,
	"GetObject":                          (*Walrus).getObject,
	"HeadObject":                         (*Walrus).getObject,
	"GetObjectTagging":                   (*Walrus).getObjectTagging,
	"GetObjectAttributes":                (*Walrus).getObjectAttributes,
	"RestoreObject":                      (*Walrus).restoreObject,
	"PutObjectTagging":                   (*Walrus).putObjectTagging,
	"DeleteObjectTagging":                (*Walrus).deleteObjectTagging,
	"GetObjectRetention":                 (*Walrus).getObjectRetention,
	"PutObjectRetention":                 (*Walrus).putObjectRetention,
	"GetObjectLegalHold":                 (*Walrus).getObjectLegalHold,
	"PutObjectLegalHold":                 (*Walrus).putObjectLegalHold,
	"DeleteObject":                       (*Walrus).deleteObject,
	"DeleteObjects":                      (*Walrus).deleteObjects,
	"UpdateObjectEncryption":             (*Walrus).updateObjectEncryption,
	"CopyObject":                         (*Walrus).copyObject,
	"CreateMultipartUpload":              (*Walrus).createUpload,
	"UploadPart":                         (*Walrus).uploadPart,
	"UploadPartCopy":                     (*Walrus).uploadPartCopy,
	"CompleteMultipartUpload":            (*Walrus).completeUpload,
	"AbortMultipartUpload":               (*Walrus).abortUpload,
	"ListParts":                          (*Walrus).listParts,
	"ListMultipartUploads":               (*Walrus).listUploads,

	"GetBucketPolicy":               (*Walrus).getBucketPolicy,
	"PutBucketPolicy":               (*Walrus).putBucketPolicy,
	"DeleteBucketPolicy":            (*Walrus).deleteBucketPolicy,
	"GetBucketPolicyStatus":         (*Walrus).getBucketPolicyStatus,
	"GetPublicAccessBlock":          (*Walrus).getPublicAccessBlock,
	"PutPublicAccessBlock":          (*Walrus).putPublicAccessBlock,
	"DeletePublicAccessBlock":       (*Walrus).deletePublicAccessBlock,
	"GetBucketOwnershipControls":    (*Walrus).getBucketOwnershipControls,
	"PutBucketOwnershipControls":    (*Walrus).putBucketOwnershipControls,
	"DeleteBucketOwnershipControls": (*Walrus).deleteBucketOwnershipControls,
	"GetBucketAcl":                  (*Walrus).getBucketACL,
	"PutBucketAcl":                  (*Walrus).putBucketACL,
	"GetObjectAcl":                  (*Walrus).getObjectACL,
	"PutObjectAcl":                  (*Walrus).putObjectACL,
}

// call is one request on its way through walrus.
type call struct {
	*auth.Request
	form    *auth.Form // nil if it is none
	ctx     context.Context
	out     *answer
	host    string
	route   s3.Route
	name    string // of the bucket, as addressed
	key     string
	version which
	bucket  index.Bucket // once authorized; zero if the operation needs none

	remote   string   // address of the client's end of the connection
	secure   bool     // TLS
	tags     []s3.Tag // that the body of the request is to give an object; nil for those in its headers
	byObject bool     // the permission depended on the object

	id   string // of the request
	told bool   // events were written for webhooks

	waits bool // the client is kept alive: the headers of the answer are not ours, see lively

	writeError func(http.ResponseWriter, error, s3.Subject) int // nil for s3.WriteError
}

// serve answers one request and logs one line about it.
func (w *Walrus) serve(rw http.ResponseWriter, r *http.Request) {
	begin := time.Now()
	continueEmpty(rw, r)
	c := &call{ctx: r.Context(), out: newAnswer(rw, w.cfg.Stall), id: w.requestID(), host: r.Host, remote: r.RemoteAddr, secure: r.TLS != nil}
	c.out.Header().Set("X-Amz-Request-Id", c.id)
	c.out.Header().Set("X-Amz-Id-2", c.id)
	c.out.Header().Set("Server", "ecc")
	body := newProgress(r, c.out)
	r = r.WithContext(r.Context()) // a copy: the server must go on seeing its own body
	r.Body = body
	err := w.safely(c, r)
	code := ""
	if err != nil {
		code = w.fail(c, r, err)
	}
	if c.told {
		w.wakeWebhooks()
	}
	c.out.finish(body)
	w.recordAccess(c, r, code, begin)
	w.log(c, r, code, err, begin)
	w.meters.count(c, begin)
	if err != nil && c.out.broken {
		panic(http.ErrAbortHandler) // an answer was begun that cannot be ended well
	}
}

// continueEmpty sends "100 Continue" for a request that waits for it with an
// empty body. net/http does not, and botocore (1.43) takes a final answer that
// comes first for the last one of the connection, which it then goes on using.
func continueEmpty(rw http.ResponseWriter, r *http.Request) {
	if r.ContentLength == 0 && r.ProtoAtLeast(1, 1) && strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		rw.WriteHeader(http.StatusContinue)
	}
}

// safely turns a panic of one request into its failure.
func (w *Walrus) safely(c *call, r *http.Request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return w.handle(c, r)
}

// handle authenticates first and looks at nothing but the outcome after that:
// the operation, the bucket and the key all come from what was signed.
func (w *Walrus) handle(c *call, r *http.Request) error {
	if s3.IsControl(r) {
		return w.control(c, r)
	}
	site := s3.WebsiteBucket(r.Host, w.cfg.Domain, w.cfg.Region)
	if c.name, c.key = s3.SplitAddress(r.Host, r.URL.Path, w.cfg.Domain); site != "" {
		c.name = site
	}
	if r.Method == http.MethodOptions {
		return w.preflight(c, r)
	}
	w.allowOrigin(c, r)
	if site != "" {
		return w.site(c, r)
	}
	err := w.identify(c, r)
	if err != nil {
		return err
	}
	w.cfg.Used(c.Caller.AccessKey)
	if c.route, err = s3.Match(r.Method, c.scope(), c.Query, c.Header); err != nil {
		return err
	}
	if c.form != nil {
		c.key = c.form.Key
	}
	if c.version, err = readVersion(c.Query.Get("versionId"), c.Query.Has("versionId")); err != nil {
		return err
	}
	if err := w.authorize(c); err != nil {
		return err
	}
	if err := c.checkParameters(); err != nil {
		return err
	}
	if err := w.checkEncryption(c, r); err != nil {
		return err
	}
	op, ok := operations[c.route.Op]
	if !ok {
		return s3.Errorf(s3.NotImplemented, "The operation %s is not implemented.", c.route.Op)
	}
	return op(w, c)
}

func (c *call) scope() s3.Scope {
	switch {
	case c.name == "" && c.key == "":
		return s3.Service
	case c.key == "":
		return s3.Bucket
	}
	return s3.Object
}

// fail answers with an error and returns its code.
func (w *Walrus) fail(c *call, r *http.Request, err error) string {
	code, _, _ := s3.Describe(err)
	subject := s3.Subject{
		Method: r.Method, Resource: r.URL.Path, Bucket: c.name, Key: c.key,
		RequestID: c.id, HostID: c.id, Region: w.cfg.Region,
	}
	if c.out.begun {
		c.out.broken = s3.ContinueError(c.out, err, subject) != nil
		return code
	}
	if c.out.status != 0 {
		c.out.broken = true
		if errors.Is(err, errGone) {
			return "" // nobody's fault: it was going well
		}
		return code
	}
	write := s3.WriteError
	if c.writeError != nil {
		write = c.writeError
	}
	write(c.out, err, subject)
	return code
}

// requestID makes a request's id: 16 hex digits.
func (w *Walrus) requestID() string {
	var b [8]byte
	if _, err := io.ReadFull(w.cfg.Entropy, b[:]); err != nil {
		w.logger.Error("no entropy for a request id", "error", err)
	}
	return fmt.Sprintf("%016X", b)
}
