package s3

import (
	"strings"

	"ecc/api/auth"
)

// SplitAddress finds the bucket and the key in a request, addressed by path or,
// if domain is not empty, by a host below that domain. path is decoded. Both
// results are empty for the service itself.
func SplitAddress(host, path, domain string) (bucket, key string) {
	path = strings.TrimPrefix(path, "/")
	if sub := auth.HostBucket(host, domain); sub != "" {
		return sub, path
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key
}

// WebsiteBucket finds the bucket whose website a host is: below the domain, as
// <bucket>.s3-website.<domain> or with the region behind "s3-website", after a
// dash or a dot. It returns "" for every other host.
func WebsiteBucket(host, domain, region string) string {
	label := auth.HostBucket(host, domain)
	for _, suffix := range []string{".s3-website", ".s3-website-" + region, ".s3-website." + region} {
		if bucket, ok := strings.CutSuffix(label, suffix); ok {
			return bucket
		}
	}
	return ""
}
