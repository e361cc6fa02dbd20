// Package s3 is the wire protocol of S3: which operation a request is (a route
// table), the XML shapes, the error table, and the parsers of headers, keys
// and ranges.
//
// It stores nothing and decides nothing about permission. Only roles/walrus,
// which serves S3, imports it.
package s3

import (
	"net/netip"
	"strings"
	"unicode/utf8"
)

// Namespace is the XML namespace of every answer.
const Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// Limits of the protocol.
const (
	MaxKey      = 1024    // bytes of a key
	MaxPart     = 10000   // highest part number
	MinPart     = 5 << 20 // bytes of a part that is not the last
	MaxPut      = 5 << 30 // bytes of one upload
	MaxObject   = 5 << 40 // bytes of an object
	MaxList     = 1000    // entries in a page
	MaxDelete   = 1000    // keys in one DeleteObjects
	MaxUserMeta = 2048    // bytes of names and values of x-amz-meta-*
)

// CheckBucketName returns an error unless a new bucket may have the name.
func CheckBucketName(s string) error {
	_, ip := netip.ParseAddr(s)
	bad := len(s) < 3 || len(s) > 63 ||
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" ||
		strings.ContainsAny(s[:1]+s[len(s)-1:], ".-") || strings.Contains(s, "..") || ip == nil ||
		strings.HasPrefix(s, "xn--") || strings.HasPrefix(s, "sthree-") ||
		strings.HasSuffix(s, "-s3alias") || strings.HasSuffix(s, "--ol-s3")
	if bad {
		return Errorf(InvalidBucketName, "The specified bucket is not valid: %q", s)
	}
	return nil
}

// CheckKey returns an error unless s may be a key: any UTF-8 up to 1,024 bytes.
func CheckKey(s string) error {
	switch {
	case len(s) > MaxKey:
		return With(With(Errorf(KeyTooLongError, ""), "Size", len(s)), "MaxSizeAllowed", MaxKey)
	case !utf8.ValidString(s):
		return Errorf(InvalidURI, "The key is not valid UTF-8.")
	}
	return nil
}
