package walrus

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"ecc/api/s3"
	"ecc/cloud/policy"
	"ecc/roles/walrus/index"
)

// facts are the condition keys of an errand. They come from the connection, the
// caller and the index; of the request only from what was signed, and under
// S3's own names: nothing that a client sends can stand for another key.
type facts struct {
	*judge
	errand *errand
	failed error // of the index
}

var _ policy.Keys = (*facts)(nil)

// Values implements policy.Keys.
func (f *facts) Values(key string) ([]string, bool) {
	if name, tag, ok := strings.Cut(key, "/"); ok && name != "aws:principaltag" {
		return f.tagged(name, tag), policy.KnownKey(key)
	}
	if fact, ok := known[key]; ok {
		return fact(f), true
	}
	if values, ok := policy.CallerKey(&f.c.Caller, key); ok {
		return values, true
	}
	if header, ok := strings.CutPrefix(key, "s3:x-amz-"); ok && f.asks() && policy.KnownKey(key) {
		return some(f.c.Header.Get("X-Amz-" + header)), true
	}
	return nil, policy.KnownKey(key)
}

// known are the keys that some request has, besides those that are headers.
var known = map[string]func(*facts) []string{
	"aws:sourceip":        func(f *facts) []string { return some(f.c.address()) },
	"aws:securetransport": func(f *facts) []string { return truth(f.c.secure) },
	"aws:referer":         func(f *facts) []string { return some(f.c.Header.Get("Referer")) },
	"aws:useragent":       func(f *facts) []string { return some(f.c.Header.Get("User-Agent")) },
	"aws:currenttime":     func(f *facts) []string { return some(f.w.cfg.Now().UTC().Format(time.RFC3339)) },
	"aws:epochtime":       func(f *facts) []string { return some(strconv.FormatInt(f.w.cfg.Now().Unix(), 10)) },
	"aws:requestedregion": func(f *facts) []string { return some(f.w.cfg.Region) },
	"aws:resourceaccount": func(f *facts) []string { return some(string(f.errand.bucket.Account)) },
	"s3:resourceaccount":  func(f *facts) []string { return some(string(f.errand.bucket.Account)) },

	"s3:authtype":             func(f *facts) []string { return some(f.c.authType()) },
	"s3:signatureversion":     func(f *facts) []string { return some(f.c.signatureVersion()) },
	"s3:signatureage":         func(f *facts) []string { return some(f.c.signatureAge(f.w.cfg.Now())) },
	"s3:x-amz-content-sha256": func(f *facts) []string { return some(f.c.Header.Get("X-Amz-Content-Sha256")) },
	"s3:x-amz-copy-source":    (*facts).copySource,

	"s3:prefix":    func(f *facts) []string { return f.listing("prefix") },
	"s3:delimiter": func(f *facts) []string { return f.listing("delimiter") },
	"s3:max-keys":  func(f *facts) []string { return f.listing("max-keys") },
	"s3:versionid": (*facts).versionID,

	"s3:requestobjecttagkeys": func(f *facts) []string {
		var keys []string
		for _, t := range f.requestTags() {
			keys = append(keys, t.Key)
		}
		return keys
	},
	"s3:object-lock-mode":                     func(f *facts) []string { return f.header("X-Amz-Object-Lock-Mode") },
	"s3:object-lock-legal-hold":               func(f *facts) []string { return f.header("X-Amz-Object-Lock-Legal-Hold") },
	"s3:object-lock-retain-until-date":        func(f *facts) []string { return f.header("X-Amz-Object-Lock-Retain-Until-Date") },
	"s3:object-lock-remaining-retention-days": (*facts).retentionDays,
	"s3:if-match":                             func(f *facts) []string { return f.header("If-Match") },
	"s3:if-none-match":                        func(f *facts) []string { return f.header("If-None-Match") },
}

// some is a key with one value, or without.
func some(v string) []string {
	if v == "" {
		return nil
	}
	return []string{v}
}

func truth(b bool) []string { return []string{strconv.FormatBool(b)} }

// asks reports whether the request's headers are about the errand, and not,
// say, about what is to be made of the copy while this is its source.
func (f *facts) asks() bool {
	return f.errand.bucket.ID == f.c.bucket.ID && f.errand.key == f.c.key
}

func (f *facts) header(name string) []string {
	if !f.asks() {
		return nil
	}
	return some(f.c.Header.Get(name))
}

// listing returns a parameter of a listing. One that is there may be empty.
func (f *facts) listing(name string) []string {
	switch f.c.route.Op {
	case "ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads":
		if f.c.Query.Has(name) {
			return []string{f.c.Query.Get(name)}
		}
	}
	return nil
}

func (f *facts) versionID() []string {
	v := f.errand.version
	if !v.given {
		return nil
	}
	return []string{index.Summary{Version: v.id, Null: v.id == index.NullVersion}.VersionID()}
}

// copySource is bucket/key of the source, decoded, without a version.
func (f *facts) copySource() []string {
	value := f.c.Header.Get("X-Amz-Copy-Source")
	if value == "" || !f.errand.creates {
		return nil
	}
	bucket, key, _, err := s3.ParseCopySource(value)
	if err != nil {
		return nil
	}
	return []string{bucket + "/" + key}
}

// tagged returns the value of one tag.
func (f *facts) tagged(name, tag string) []string {
	var tags []s3.Tag
	switch name {
	case "s3:requestobjecttag":
		tags = f.requestTags()
	case "s3:existingobjecttag":
		f.c.byObject = f.c.byObject || f.errand.own
		o, err := f.look(f.errand)
		if err != nil {
			f.failed = err
		}
		if o != nil {
			tags = o.Tags
		}
	}
	for _, t := range tags {
		if t.Key == tag {
			return []string{t.Value}
		}
	}
	return nil
}

// requestTags are the tags an object is to have.
func (f *facts) requestTags() []s3.Tag {
	if !f.asks() {
		return nil
	}
	if f.c.tags != nil {
		return f.c.tags
	}
	tags, err := s3.ParseTagging(f.c.Header.Get("X-Amz-Tagging"))
	if err != nil {
		return nil // the operation will say so
	}
	return tags
}

func (f *facts) retentionDays() []string {
	until, err := time.Parse(time.RFC3339, f.c.Header.Get("X-Amz-Object-Lock-Retain-Until-Date"))
	if err != nil || !f.asks() {
		return nil
	}
	days := int(until.Sub(f.w.cfg.Now()).Hours()+23) / 24
	return []string{strconv.Itoa(days)}
}

// address is where the connection comes from. What proxies write into headers
// is anybody's word.
func (c *call) address() string {
	a, err := netip.ParseAddrPort(c.remote)
	if err != nil {
		return ""
	}
	return a.Addr().Unmap().WithZone("").String()
}

func (c *call) userID() string {
	if c.Anonymous {
		return "anonymous"
	}
	return c.Caller.UserID
}

// userName is the name of a user; an account itself has none.
func (c *call) userName() string {
	_, path, ok := strings.Cut(c.Caller.ARN, ":user/")
	if !ok {
		return ""
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

func (c *call) authType() string {
	switch {
	case c.Anonymous:
		return ""
	case c.form != nil:
		return "POST"
	case c.Presigned:
		return "REST-QUERY-STRING"
	}
	return "REST-HEADER"
}

func (c *call) signatureVersion() string {
	switch {
	case c.Anonymous:
		return ""
	case c.isOldSignature():
		return "AWS"
	}
	return "AWS4-HMAC-SHA256"
}

func (c *call) isOldSignature() bool {
	return c.Query.Has("AWSAccessKeyId") || strings.HasPrefix(c.Header.Get("Authorization"), "AWS ")
}

// signatureAge is how old a presigned URL of version 4 is, in milliseconds.
func (c *call) signatureAge(now time.Time) string {
	at, err := time.Parse("20060102T150405Z", c.Query.Get("X-Amz-Date"))
	if err != nil || !c.Presigned || c.isOldSignature() {
		return ""
	}
	return strconv.FormatInt(now.Sub(at).Milliseconds(), 10)
}
