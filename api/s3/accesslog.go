package s3

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// AccessRecord is one request in a server access log. Zero values are written
// as "-".
type AccessRecord struct {
	Owner     string // canonical id of the bucket's owner
	Bucket    string
	At        time.Time
	Remote    string // address
	Requester string // canonical id or ARN; "" for nobody
	ID        string // of the request
	Operation string // as AccessOperation gives it
	Key       string
	Method    string
	URI       string // as it was sent
	Proto     string
	Status    int
	Code      string // of the error
	Sent      int64
	Size      int64 // of the object
	Took      time.Duration
	Referer   string
	Agent     string
	Version   string
	Host      string // the host id of the answer
	Signature string // SigV2 or SigV4
	Cipher    string
	Auth      string // AuthHeader or QueryString
	Endpoint  string // as the client addressed it
	TLS       string
}

// Line writes the record in S3's form, with a line break at its end. Nothing a
// client sends can break the line or pass for another field.
func (r *AccessRecord) Line() string {
	request := "-"
	if r.Method != "" {
		request = quoted(r.Method + " " + r.URI + " " + r.Proto)
	}
	return strings.Join([]string{
		field(r.Owner), field(r.Bucket), r.At.UTC().Format("[02/Jan/2006:15:04:05 -0700]"), field(r.Remote), field(r.Requester),
		field(r.ID), field(r.Operation), field(strings.ReplaceAll(url.PathEscape(r.Key), "%2F", "/")), request,
		count(int64(r.Status)), field(r.Code), count(r.Sent), count(r.Size), strconv.FormatInt(r.Took.Milliseconds(), 10), "-",
		quoted(r.Referer), quoted(r.Agent), field(r.Version), field(r.Host), field(r.Signature), field(r.Cipher), field(r.Auth),
		field(r.Endpoint), field(r.TLS), "-", "-",
	}, " ") + "\n"
}

func count(n int64) string {
	if n == 0 {
		return "-"
	}
	return strconv.FormatInt(n, 10)
}

// field writes a value that stands between spaces.
func field(s string) string {
	if s == "" {
		return "-"
	}
	return escaped(s, " \"")
}

// quoted writes a value that stands between quotes.
func quoted(s string) string {
	if s == "" {
		return `"-"`
	}
	return `"` + escaped(s, `"`) + `"`
}

// escaped writes control characters, and those in special, like a URL does.
func escaped(s, special string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || strings.IndexByte(special, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// accessNames are what access logs call what an operation is about, where that
// is not its sub-resource.
var accessNames = map[string]string{
	"": "", "versions": "BUCKETVERSIONS", "policy": "BUCKETPOLICY", "policyStatus": "BUCKET_POLICY_STATUS",
	"publicAccessBlock": "PUBLIC_ACCESS_BLOCK", "ownershipControls": "OWNERSHIP_CONTROLS", "requestPayment": "REQUEST_PAYMENT",
	"logging": "LOGGING_STATUS", "delete": "MULTI_OBJECT_DELETE", "object-lock": "OBJECT_LOCK_CONFIGURATION",
	"uploadId": "UPLOAD", "list-type": "BUCKET", "legal-hold": "OBJECT_LOCK_LEGALHOLD", "retention": "OBJECT_LOCK_RETENTION",
	"attributes": "OBJECT_ATTRIBUTES", "intelligent-tiering": "INTELLIGENT_TIERING",
}

// AccessOperation is what access logs call an operation.
func AccessOperation(r Route) string {
	method, name := r.Method, accessNames[r.Sub]
	switch {
	case r.Op == "CopyObject":
		method, name = "COPY", "OBJECT"
	case r.Op == "UploadPartCopy":
		method, name = "COPY", "PART"
	case r.Op == "UploadPart":
		name = "PART"
	case r.Sub == "tagging" && r.Scope == Object:
		name = "OBJECT_TAGGING"
	case r.Sub == "tagging":
		name = "BUCKETTAGGING"
	case r.Sub == "" && r.Scope == Object:
		name = "OBJECT"
	case r.Sub == "" && r.Scope == Bucket:
		name = "BUCKET"
	case r.Sub == "":
		name = "SERVICE"
	case name == "":
		name = strings.ToUpper(strings.ReplaceAll(r.Sub, "-", "_"))
	}
	return "REST." + method + "." + name
}

// LogKey is the key of an object of a log: where the configuration has it, and
// unlike every other. source is the bucket the log is of, in an account and a
// region; event is when its first record was made, and unique is 16 letters or
// digits.
func (e *LoggingEnabled) LogKey(account, region, source string, event, now time.Time, unique string) string {
	prefix := ""
	if e.Prefix != nil {
		prefix = *e.Prefix
	}
	const layout = "2006-01-02-15-04-05-"
	if e.Format == nil || e.Format.Partitioned == nil {
		return prefix + now.UTC().Format(layout) + unique
	}
	day := now.UTC()
	if e.ByEvent() {
		day = event.UTC().Truncate(24 * time.Hour)
	}
	return prefix + account + "/" + region + "/" + source + "/" + day.Format("2006/01/02/") + day.Format(layout) + unique
}

// ByEvent reports whether the keys of the log have the day of the requests in
// them: then the requests of two days cannot share an object.
func (e *LoggingEnabled) ByEvent() bool {
	return e.Format != nil && e.Format.Partitioned != nil && e.Format.Partitioned.Source == "EventTime"
}
