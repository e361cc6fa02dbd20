package auth

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm   = "AWS4-HMAC-SHA256"
	terminator  = "aws4_request"
	stampLayout = "20060102T150405Z"
	maxSkew     = 15 * time.Minute
	maxExpires  = 604800 // seconds, seven days

	maxAuthorization = 8 << 10
	maxSignedHeaders = 100
)

// claim is what a request says of its signature; nothing in it is believed
// until the signature was compared.
type claim struct {
	key                   string
	token                 string // of temporary credentials
	date, region, service string // of the credential scope
	signed                []string
	signature             string // 64 hex digits
	stamp                 string // time of signing, as stampLayout
	at                    time.Time
	presigned             bool
	expires               time.Duration // presigned only
}

func (c *claim) scope() string {
	return c.date + "/" + c.region + "/" + c.service + "/" + terminator
}

// claimOf finds the credentials of a request: nil if it has none.
func (w wording) claimOf(r *http.Request, query url.Values) (*claim, error) {
	headers := r.Header.Values("Authorization")
	inQuery := query.Has("X-Amz-Algorithm") || query.Has("X-Amz-Signature") || query.Has("X-Amz-Credential")
	oldQuery := query.Has("AWSAccessKeyId") && query.Has("Signature")
	switch {
	case len(headers) > 1:
		return nil, w.refuse(badHeader, "The authorization header must be sent once.")
	case len(headers) == 1 && (inQuery || oldQuery):
		return nil, w.refuse(twoMechanisms, "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified")
	case len(headers) == 1:
		return w.headerClaim(r, headers[0])
	case inQuery:
		return w.queryClaim(query)
	case oldQuery:
		return nil, w.refuse(oldSignature, "The authorization mechanism you have provided is not supported. Please use %s.", algorithm)
	}
	return nil, nil
}

func (w wording) headerClaim(r *http.Request, header string) (*claim, error) {
	name, rest, _ := strings.Cut(header, " ")
	if name != algorithm {
		return nil, w.refuse(oldSignature, "The authorization mechanism you have provided is not supported. Please use %s.", algorithm)
	}
	c, ok := parseAuthorization(rest)
	if !ok {
		return nil, w.refuse(badHeader, "The authorization header is malformed; it must have the form Credential=…/date/region/service/%s, SignedHeaders=…, Signature=….", terminator)
	}
	stamp := r.Header.Get("X-Amz-Date")
	if stamp == "" && slices.Contains(c.signed, "date") {
		if t, err := http.ParseTime(r.Header.Get("Date")); err == nil {
			stamp = t.UTC().Format(stampLayout)
		}
	}
	if !c.setStamp(stamp) {
		return nil, w.refuse(noDate, "AWS authentication requires a valid Date or x-amz-date header")
	}
	return c, nil
}

// parseAuthorization parses what follows the algorithm in an Authorization
// header.
func parseAuthorization(s string) (*claim, bool) {
	if len(s) > maxAuthorization {
		return nil, false
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(s, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := fields[name]; !ok || twice {
			return nil, false
		}
		fields[name] = value
	}
	c := &claim{signature: fields["Signature"]}
	ok := len(fields) == 3 && c.setCredential(fields["Credential"]) && c.setSigned(fields["SignedHeaders"]) && isHash(c.signature)
	return c, ok
}

// queryClaim reads the parameters of a presigned URL. Each must be there
// exactly once.
func (w wording) queryClaim(query url.Values) (*claim, error) {
	if query.Has("X-Amz-Algorithm") && query.Get("X-Amz-Algorithm") != algorithm {
		return nil, w.refuse(badParameters, "X-Amz-Algorithm only supports %q", algorithm)
	}
	// A key id without a signature proves nothing: it is an unsigned request,
	// and must never pass as anything better.
	if !query.Has("X-Amz-Signature") {
		return nil, w.refuse(missingToken, "Access Denied")
	}
	for _, name := range []string{"Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires"} {
		if len(query["X-Amz-"+name]) != 1 {
			return nil, w.refuse(badParameters, "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
		}
	}
	c := &claim{presigned: true, signature: query.Get("X-Amz-Signature")}
	if !c.setCredential(query.Get("X-Amz-Credential")) || !c.setSigned(query.Get("X-Amz-SignedHeaders")) || !isHash(c.signature) {
		return nil, w.refuse(badParameters, "Error parsing the X-Amz-Credential, X-Amz-SignedHeaders or X-Amz-Signature parameter.")
	}
	if !c.setStamp(query.Get("X-Amz-Date")) {
		return nil, w.refuse(badParameters, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
	}
	seconds, ok := number(query.Get("X-Amz-Expires"))
	if !ok || seconds < 1 || seconds > maxExpires {
		return nil, w.refuse(badParameters, "X-Amz-Expires must be a number from 1 to %d", maxExpires)
	}
	c.expires = time.Duration(seconds) * time.Second
	return c, nil
}

// number parses a number as clients write it: digits, no sign.
func number(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && s[0] >= '0' && s[0] <= '9'
}

// setCredential parses key/date/region/service/aws4_request.
func (c *claim) setCredential(s string) bool {
	f := strings.Split(s, "/")
	if len(f) != 5 || f[4] != terminator || slices.Contains(f, "") || len(s) > 512 {
		return false
	}
	c.key, c.date, c.region, c.service = f[0], f[1], f[2], f[3]
	return true
}

// setSigned parses the list of signed headers: lower case, sorted, no name
// twice.
func (c *claim) setSigned(s string) bool {
	c.signed = strings.Split(s, ";")
	if s == "" || len(c.signed) > maxSignedHeaders || strings.ToLower(s) != s {
		return false
	}
	for i, name := range c.signed {
		if name == "" || strings.ContainsAny(name, ":\n ") || (i > 0 && c.signed[i-1] >= name) {
			return false
		}
	}
	return true
}

func (c *claim) setStamp(s string) bool {
	t, err := time.Parse(stampLayout, s)
	if err != nil {
		return false
	}
	c.stamp, c.at = s, t
	return true
}

// isHash reports whether s is 32 bytes in lower-case hex.
func isHash(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// ScopeService returns the service ("ec2", "s3", …) a request says it is
// signed for, or "". It checks nothing: it serves to choose the front that
// will.
func ScopeService(r *http.Request) string {
	_, service := claimed(r)
	return service
}

// ClaimedKey returns the id of the access key a request says it is signed with,
// or "". It checks nothing: it serves those who look into refusals.
func ClaimedKey(r *http.Request) string {
	key, _ := claimed(r)
	return key
}

// claimed reads key and service of a request's credential.
func claimed(r *http.Request) (key, service string) {
	credential := ""
	if h := r.Header.Get("Authorization"); h != "" {
		_, after, _ := strings.Cut(h, "Credential=")
		credential, _, _ = strings.Cut(after, ",")
	} else if query, err := parseQuery(r.URL.RawQuery); err == nil {
		if isOld(r, query) && !query.Has("SignatureVersion") {
			return "", "s3" // the other services say which version it is
		}
		credential = query.Get("X-Amz-Credential")
	}
	var c claim
	if !c.setCredential(strings.TrimSpace(credential)) {
		return "", ""
	}
	return c.key, c.service
}
