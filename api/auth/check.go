package auth

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// checkTime holds the signing time against the clock.
func (w wording) checkTime(c *claim, now time.Time) error {
	age := now.Sub(c.at)
	switch {
	case c.presigned && age < -maxSkew:
		return w.refuse(expired, "Request is not valid yet")
	case c.presigned && age > c.expires:
		return explain(w.refuse(expired, "Request has expired"), "X-Amz-Expires", strconv.Itoa(int(c.expires.Seconds())),
			"Expires", moment(c.at.Add(c.expires)), "ServerTime", moment(now))
	case c.presigned:
		return nil
	case w != s3 && age > maxSkew:
		return w.refuse(skewed, "Signature expired: %s is now earlier than %s (%s - 15 min.)", c.stamp, stampOf(now.Add(-maxSkew)), stampOf(now))
	case w != s3 && age < -maxSkew:
		return w.refuse(skewed, "Signature not yet current: %s is still later than %s (%s + 15 min.)", c.stamp, stampOf(now.Add(maxSkew)), stampOf(now))
	case age > maxSkew || age < -maxSkew:
		return explain(w.refuse(skewed, "The difference between the request time and the current time is too large."),
			"RequestTime", c.stamp, "ServerTime", moment(now), "MaxAllowedSkewMilliseconds", strconv.FormatInt(maxSkew.Milliseconds(), 10))
	}
	return nil
}

func stampOf(t time.Time) string { return t.UTC().Format(stampLayout) }

// checkSigned sees that nothing that matters was left out of the signature:
// the host, and every x-amz-* header, because each of them can change what a
// request means (x-amz-copy-source turns an upload into a read).
func (w wording) checkSigned(c *claim, h http.Header) error {
	if !slices.Contains(c.signed, "host") {
		return w.refuse(unsignedHeader, "The host header must be signed.")
	}
	for name := range h {
		if !isAmz(name) {
			continue
		}
		if name = strings.ToLower(name); !slices.Contains(c.signed, name) {
			return explain(w.refuse(unsignedHeader, "There were headers present in the request which were not signed"), "HeadersNotSigned", name)
		}
	}
	return nil
}

// isAmz reports whether a header's name begins with x-amz-, however it is
// written.
func isAmz(name string) bool { return len(name) >= 6 && strings.ToLower(name[:6]) == "x-amz-" }

// checkScope refuses a signature that is right but was made for elsewhere. It
// comes after the comparison, so that a client of another region is told which
// one to use, and a tampered scope is told nothing.
func (w wording) checkScope(c *claim, region string) error {
	switch {
	case c.service != string(w):
		return w.refuse(badService, "Credential should be scoped to correct service: '%s'.", string(w))
	case c.date != c.stamp[:8]:
		return w.refuse(badScope, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s'.", c.date, c.stamp[:8])
	case c.region == region, w == "iam" && c.region == "us-east-1":
		return nil
	case w == s3 && c.presigned:
		return w.refuse(badParameters, "Error parsing the X-Amz-Credential parameter; the region '%s' is wrong; expecting '%s'", c.region, region)
	case w == s3:
		return w.refuse(badScope, "The authorization header is malformed; the region '%s' is wrong; expecting '%s'", c.region, region)
	}
	return w.refuse(badScope, "Credential should be scoped to a valid region, not '%s'.", c.region)
}

// foldQuery returns the headers with the x-amz-* parameters of a presigned URL
// among them: clients move headers there, and the signature covers both.
func foldQuery(h http.Header, query url.Values) http.Header {
	folded := h.Clone()
	for name, values := range query {
		if !strings.HasPrefix(strings.ToLower(name), "x-amz-") || presignParameter[name] || folded.Get(name) != "" {
			continue
		}
		folded[http.CanonicalHeaderKey(name)] = values
	}
	return folded
}

var presignParameter = map[string]bool{
	"X-Amz-Algorithm": true, "X-Amz-Credential": true, "X-Amz-Signature": true,
	"X-Amz-Date": true, "X-Amz-SignedHeaders": true, "X-Amz-Expires": true,
}
