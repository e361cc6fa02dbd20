package s3

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// CORS is a bucket's configuration of what pages of other origins may do, and
// the answer of GetBucketCors.
type CORS struct {
	XMLName xml.Name   `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CORSConfiguration" json:"-"`
	Rules   []CORSRule `xml:"CORSRule"`
}

// CORSRule allows some origins some methods. Origins and headers may have one
// "*" each, for any characters.
type CORSRule struct {
	ID      string   `xml:"ID,omitempty"`
	Headers []string `xml:"AllowedHeader"`
	Methods []string `xml:"AllowedMethod"`
	Origins []string `xml:"AllowedOrigin"`
	Expose  []string `xml:"ExposeHeader"`
	MaxAge  *int     `xml:"MaxAgeSeconds"`
}

const (
	maxCORSRules = 100
	maxCORSBytes = 64 << 10
)

// ReadCORS reads the body of PutBucketCors.
func ReadCORS(d Document) (CORS, error) {
	var c CORS
	if err := d.DecodeStrict(&c); err != nil {
		return c, err
	}
	if len(c.Rules) == 0 || len(c.Rules) > maxCORSRules {
		return c, Errorf(MalformedXML, "")
	}
	size := 0
	for _, r := range c.Rules {
		if err := r.check(); err != nil {
			return c, err
		}
		size += r.size()
	}
	if size > maxCORSBytes {
		return c, Errorf(MalformedXML, "")
	}
	return c, nil
}

func (r CORSRule) size() int {
	n := len(r.ID)
	for _, list := range [][]string{r.Headers, r.Methods, r.Origins, r.Expose} {
		for _, s := range list {
			n += len(s)
		}
	}
	return n
}

func (r CORSRule) check() error {
	if len(r.Methods) == 0 || len(r.Origins) == 0 || len(r.ID) > 255 || (r.MaxAge != nil && *r.MaxAge < 0) {
		return Errorf(MalformedXML, "")
	}
	for _, m := range r.Methods {
		if !slices.Contains([]string{"GET", "PUT", "HEAD", "POST", "DELETE"}, m) {
			return Errorf(InvalidRequest, "Found unsupported HTTP method in CORS config. Unsupported method is %s", m)
		}
	}
	for _, o := range r.Origins {
		if strings.Count(o, "*") > 1 {
			return Errorf(InvalidRequest, `AllowedOrigin "%s" can not have more than one wildcard.`, o)
		}
	}
	for _, h := range r.Headers {
		if strings.Count(h, "*") > 1 {
			return Errorf(InvalidRequest, `AllowedHeader "%s" can not have more than one wildcard.`, h)
		}
	}
	for _, h := range r.Expose {
		if strings.Contains(h, "*") {
			return Errorf(InvalidRequest, `ExposeHeader "%s" contains wildcard. We currently do not support wildcard for ExposeHeader.`, h)
		}
	}
	return nil
}

// CORSGrant is what a page of some origin may do.
type CORSGrant struct {
	rule    *CORSRule
	origin  string   // "*" if that is what the rule says
	headers []string // that were asked for
}

// Match finds the first rule for a page of an origin that wants to send a
// method, and headers.
func (c *CORS) Match(origin, method string, headers []string) (CORSGrant, bool) {
	for i := range c.Rules {
		r := &c.Rules[i]
		o := slices.IndexFunc(r.Origins, func(p string) bool { return wildMatch(p, origin) })
		if o < 0 || !slices.Contains(r.Methods, method) || !r.allowsHeaders(headers) {
			continue
		}
		if r.Origins[o] == "*" {
			origin = "*"
		}
		return CORSGrant{rule: r, origin: origin, headers: headers}, true
	}
	return CORSGrant{}, false
}

func (r *CORSRule) allowsHeaders(headers []string) bool {
	for _, h := range headers {
		if !slices.ContainsFunc(r.Headers, func(p string) bool { return wildMatch(strings.ToLower(p), h) }) {
			return false
		}
	}
	return true
}

// wildMatch matches a pattern with at most one "*".
func wildMatch(pattern, s string) bool {
	before, after, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == s
	}
	return len(s) >= len(before)+len(after) && strings.HasPrefix(s, before) && strings.HasSuffix(s, after)
}

// SplitHeaders reads Access-Control-Request-Headers: names in lower case.
func SplitHeaders(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Write sets the headers that tell a browser what its page may do.
func (g CORSGrant) Write(h http.Header) {
	h.Set("Access-Control-Allow-Origin", g.origin)
	if g.origin != "*" {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	h.Set("Access-Control-Allow-Methods", strings.Join(g.rule.Methods, ", "))
	for name, list := range map[string][]string{"Access-Control-Allow-Headers": g.headers, "Access-Control-Expose-Headers": g.rule.Expose} {
		if len(list) > 0 {
			h.Set(name, strings.Join(list, ", "))
		}
	}
	if g.rule.MaxAge != nil {
		h.Set("Access-Control-Max-Age", strconv.Itoa(*g.rule.MaxAge))
	}
	h.Set("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")
}
