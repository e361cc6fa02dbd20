package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// canonicalRequest writes a request down the one way both sides sign it.
func canonicalRequest(r *http.Request, path string, query url.Values, c *claim, payloadHash string) string {
	var b strings.Builder
	b.Grow(512)
	b.WriteString(r.Method)
	b.WriteByte('\n')
	b.WriteString(path)
	b.WriteByte('\n')
	b.WriteString(canonicalQuery(query, c.presigned))
	b.WriteByte('\n')
	writeHeaders(&b, r, c.signed)
	b.WriteByte('\n')
	for i, name := range c.signed {
		if i > 0 {
			b.WriteByte(';')
		}
		b.WriteString(name)
	}
	b.WriteByte('\n')
	b.WriteString(payloadHash)
	return b.String()
}

// canonicalPaths returns the forms in which the path may be signed: encoded
// once for S3, whose keys may hold any segment, or as it was sent; twice and
// without dot segments for the others.
func canonicalPaths(u *url.URL, isS3 bool) []string {
	if u.Path == "" {
		return []string{"/"}
	}
	sent := u.EscapedPath()
	if !isS3 {
		return []string{uriEncode(cleanPath(sent), true)}
	}
	encoded := uriEncode(u.Path, true)
	if encoded == sent {
		return []string{sent}
	}
	return []string{encoded, sent}
}

// cleanPath removes dot segments and double slashes, and keeps a final slash.
func cleanPath(p string) string {
	clean := path.Clean(p)
	if clean != "/" && strings.HasSuffix(p, "/") {
		return clean + "/"
	}
	return clean
}

// canonicalQuery sorts the parameters by encoded name, then value.
func canonicalQuery(query url.Values, presigned bool) string {
	if len(query) == 0 {
		return ""
	}
	var pairs [][2]string
	for name, values := range query {
		if presigned && name == "X-Amz-Signature" {
			continue
		}
		for _, v := range values {
			pairs = append(pairs, [2]string{uriEncode(name, false), uriEncode(v, false)})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int {
		if d := strings.Compare(a[0], b[0]); d != 0 {
			return d
		}
		return strings.Compare(a[1], b[1])
	})
	out := make([]string, len(pairs))
	for i, p := range pairs {
		out[i] = p[0] + "=" + p[1]
	}
	return strings.Join(out, "&")
}

// canonicalHeaders writes one line per signed header, with a final newline.
func canonicalHeaders(r *http.Request, signed []string) string {
	var b strings.Builder
	writeHeaders(&b, r, signed)
	return b.String()
}

func writeHeaders(b *strings.Builder, r *http.Request, signed []string) {
	for _, name := range signed {
		b.WriteString(name)
		b.WriteByte(':')
		for i, v := range headerValues(r, name) {
			if i > 0 {
				b.WriteByte(',')
			}
			writeWords(b, v)
		}
		b.WriteByte('\n')
	}
}

// writeWords writes a value with one space between words and none around them.
func writeWords(b *strings.Builder, v string) {
	if !strings.ContainsFunc(v, unicode.IsSpace) {
		b.WriteString(v)
		return
	}
	for i, word := range strings.Fields(v) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
}

// headerValues returns a header's values, also of those that net/http keeps
// elsewhere. They are not to be changed.
func headerValues(r *http.Request, name string) []string {
	if name == "host" {
		return []string{r.Host}
	}
	values := r.Header.Values(name)
	switch {
	case name == "content-length" && len(values) == 0 && r.ContentLength >= 0:
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	case name == "transfer-encoding" && len(values) == 0:
		return r.TransferEncoding
	}
	return values
}

// uriEncode percent-encodes everything but RFC 3986's unreserved characters,
// and slashes if keepSlash.
func uriEncode(s string, keepSlash bool) string {
	const hexDigits = "0123456789ABCDEF"
	plain := 0
	for plain < len(s) && isPlain(s[plain], keepSlash) {
		plain++
	}
	if plain == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:plain])
	for i := plain; i < len(s); i++ {
		if c := s[i]; isPlain(c, keepSlash) {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String()
}

func isPlain(c byte, keepSlash bool) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '_' || c == '.' || c == '~' || c == '/' && keepSlash
}

// parseQuery decodes a query once. Unlike url.ParseQuery it takes a semicolon
// for a character, as S3 does, and it forgives nothing.
func parseQuery(raw string) (url.Values, error) {
	query := url.Values{}
	if raw == "" {
		return query, nil
	}
	if strings.Count(raw, "&") > 10000 {
		return nil, fmt.Errorf("parse query: too many parameters")
	}
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		n, err := url.QueryUnescape(name)
		if err != nil {
			return nil, fmt.Errorf("parse query: %w", err)
		}
		v, err := url.QueryUnescape(value)
		if err != nil {
			return nil, fmt.Errorf("parse query: %w", err)
		}
		query.Add(n, v)
	}
	return query, nil
}

func stringToSign(c *claim, canonical string) string {
	return algorithm + "\n" + c.stamp + "\n" + c.scope() + "\n" + hexHash([]byte(canonical))
}

func sign(key []byte, s string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(s))
	return m.Sum(nil)
}

func hexHash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
