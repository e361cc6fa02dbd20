package s3

import "testing"

func TestSplitAddress(t *testing.T) {
	for _, tc := range []struct{ host, path, domain, bucket, key string }{
		{"h:80", "/", "d.test", "", ""},
		{"h:80", "//k", "d.test", "", "k"},
		{"b.d.test", "/x/k", "", "x", "k"},
		{"h:80", "/b", "d.test", "b", ""},
		{"h:80", "/b/", "d.test", "b", ""},
		{"h:80", "/b/a//b/", "d.test", "b", "a//b/"},
		{"b.d.test", "/", "d.test", "b", ""},
		{"b.d.test:8773", "/k/l", "d.test", "b", "k/l"},
		{"B.D.TEST:8773", "/K", "d.test", "b", "K"},
		{"b.d.test.", "/k", "d.test", "b", "k"},
		{"b.d.test.:8773", "/k", "D.Test", "b", "k"},
		{"b.d.test.", "/k", "d.test.", "b", "k"},
		{"a.b.d.test", "//k", "d.test", "a.b", "/k"},
		{"d.test", "/b/k", "d.test", "b", "k"},
		{"d.test.:1", "/b/k", "d.test", "b", "k"},
		{".d.test", "/b/k", "d.test", "b", "k"},
		{"bd.test", "/b/k", "d.test", "b", "k"},
		{"b.d.test.evil", "/b/k", "d.test", "b", "k"},
		{"b.", "/c/k", "", "c", "k"},
		{"[::1]:8773", "/c/k", "d.test", "c", "k"},
		{"[::1]", "/c/k", "d.test", "c", "k"},
		{"127.0.0.1:8773", "/c/k", "d.test", "c", "k"},
	} {
		if bucket, key := SplitAddress(tc.host, tc.path, tc.domain); bucket != tc.bucket || key != tc.key {
			t.Errorf("%s%s below %q: %q %q, want %q %q", tc.host, tc.path, tc.domain, bucket, key, tc.bucket, tc.key)
		}
	}
}

func TestWebsiteBucket(t *testing.T) {
	for host, want := range map[string]string{
		"b.s3-website.d.test": "b", "b.s3-website-here.d.test:80": "b", "B.s3-website.here.d.test.": "b", "a.b.s3-website.d.test": "a.b",
		"b.s3-website-there.d.test": "", "s3-website.d.test": "", "b.d.test": "", "b.s3-website.other": "", "d.test": "",
	} {
		if got := WebsiteBucket(host, "d.test", "here"); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}
