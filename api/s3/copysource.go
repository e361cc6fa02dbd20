package s3

import (
	"net/url"
	"strings"
)

// ParseCopySource reads x-amz-copy-source: bucket/key, percent-encoded and
// decoded exactly once, with an optional ?versionId=. The version is split off
// before decoding, so that an encoded question mark stays part of the key; the
// bucket after, because some clients encode the whole, slashes too.
func ParseCopySource(header string) (bucket, key, version string, err error) {
	bad := Errorf(InvalidArgument, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
	path, version, _ := strings.Cut(header, "?versionId=")
	path, err = url.PathUnescape(path)
	if err != nil {
		return "", "", "", bad
	}
	path = strings.TrimPrefix(path, "/")
	bucket, key, _ = strings.Cut(path, "/")
	switch {
	case strings.HasPrefix(path, "arn:"):
		return "", "", "", Errorf(NotImplemented, "Access points are not implemented.")
	case bucket == "" || key == "":
		return "", "", "", bad
	}
	return bucket, key, version, CheckKey(key)
}
