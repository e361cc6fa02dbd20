package s3

import (
	"net/http"
	"strings"
	"time"
)

// Conditions are the headers that make a request depend on the state of an
// object.
type Conditions struct {
	IfMatch, IfNoneMatch               string
	IfModifiedSince, IfUnmodifiedSince time.Time
}

// ReadConditions reads the conditions of a request; prefix is "" or
// "X-Amz-Copy-Source-" for those on the source of a copy. A date that is none
// is ignored, as HTTP demands.
func ReadConditions(h http.Header, prefix string) Conditions {
	date := func(name string) time.Time {
		v := h.Get(prefix + name)
		if v == "" {
			return time.Time{}
		}
		t, err := http.ParseTime(v)
		if err != nil {
			return time.Time{}
		}
		return t
	}
	return Conditions{
		IfMatch: h.Get(prefix + "If-Match"), IfNoneMatch: h.Get(prefix + "If-None-Match"),
		IfModifiedSince: date("If-Modified-Since"), IfUnmodifiedSince: date("If-Unmodified-Since"),
	}
}

// CheckRead applies the conditions to an object that exists, in the order of
// RFC 9110: an ETag condition silences the date condition beside it. It returns
// a PreconditionFailed or NotModified failure.
func (c Conditions) CheckRead(etag string, modified time.Time) error {
	modified = modified.Truncate(time.Second)
	switch {
	case c.IfMatch != "":
		if !matchETag(c.IfMatch, etag) {
			return failedCondition("If-Match")
		}
	case !c.IfUnmodifiedSince.IsZero() && modified.After(c.IfUnmodifiedSince):
		return failedCondition("If-Unmodified-Since")
	}
	switch {
	case c.IfNoneMatch != "":
		if matchETag(c.IfNoneMatch, etag) {
			return Errorf(NotModified, "")
		}
	case !c.IfModifiedSince.IsZero() && !modified.After(c.IfModifiedSince):
		return Errorf(NotModified, "")
	}
	return nil
}

// CheckSource is CheckRead for the source of a copy, where nothing is ever
// "not modified".
func (c Conditions) CheckSource(etag string, modified time.Time) error {
	err := c.CheckRead(etag, modified)
	switch {
	case Is(err, NotModified) && c.IfNoneMatch != "":
		return failedCondition("x-amz-copy-source-If-None-Match")
	case Is(err, NotModified):
		return failedCondition("x-amz-copy-source-If-Modified-Since")
	case err != nil && c.IfMatch != "":
		return failedCondition("x-amz-copy-source-If-Match")
	case err != nil:
		return failedCondition("x-amz-copy-source-If-Unmodified-Since")
	}
	return nil
}

// CheckWrite applies the conditions to the object a write would replace, whose
// ETag is "" if there is none.
func (c Conditions) CheckWrite(etag string) error {
	switch {
	case c.IfNoneMatch != "" && c.IfNoneMatch != "*":
		return With(Errorf(NotImplemented, ""), "Header", "If-None-Match")
	case c.IfNoneMatch == "*" && etag != "":
		return failedCondition("If-None-Match")
	case c.IfMatch != "" && etag == "":
		return Errorf(NoSuchKey, "")
	case c.IfMatch != "" && !matchETag(c.IfMatch, etag):
		return failedCondition("If-Match")
	}
	return nil
}

func failedCondition(name string) error {
	return With(Errorf(PreconditionFailed, ""), "Condition", name)
}

// matchETag reports whether a list of entity tags, quoted or not, has the
// object's.
func matchETag(list, etag string) bool {
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || strings.Trim(tag, `"`) == etag {
			return true
		}
	}
	return false
}
