package s3

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestCopySource(t *testing.T) {
	for in, want := range map[string][3]string{
		"b/k":                            {"b", "k", ""},
		"/b/k/x":                         {"b", "k/x", ""},
		"b/a%20b%2Fc":                    {"b", "a b/c", ""},
		"b/a+b":                          {"b", "a+b", ""},
		"b/k?versionId=1":                {"b", "k", "1"},
		"b/k%3FversionId=1":              {"b", "k?versionId=1", ""},
		"b/k%253FversionId%253D":         {"b", "k%3FversionId%3D", ""}, // decoded once
		"b/%2e%2e/%2e%2e/etc":            {"b", "../../etc", ""},
		"b":                              {},
		"":                               {},
		"b/":                             {},
		"b/%zz":                          {},
		"b/%ff":                          {"b", "\xff", ""},
		"arn:aws:s3:::x/object/k":        {},
		"b/" + strings.Repeat("k", 1025): {"b", strings.Repeat("k", 1025), ""},
	} {
		b, k, v, err := ParseCopySource(in)
		if [3]string{b, k, v} != want {
			t.Errorf("%q: %q, %q, %q", in, b, k, v)
		}
		if good := CheckKey(k) == nil && b != ""; (err == nil) != good {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestCombine(t *testing.T) {
	data := make([]byte, 3000)
	_, _ = rand.NewChaCha8([32]byte{}).Read(data)
	sum := func(a Algorithm, b []byte) []byte { h := a.New(); h.Write(b); return h.Sum(nil) }
	for _, a := range []Algorithm{CRC32, CRC32C, CRC64NVME} {
		for _, cut := range []int{0, 1, 7, 1500, 2999, 3000} {
			got := a.Combine(sum(a, data[:cut]), sum(a, data[cut:]), int64(len(data)-cut))
			if !bytes.Equal(got, sum(a, data)) {
				t.Errorf("%s at %d: %x, want %x", a, cut, got, sum(a, data))
			}
		}
	}
}

// TestKnownSums checks each algorithm against the published check value of
// "123456789".
func TestKnownSums(t *testing.T) {
	for a, want := range map[Algorithm]string{
		CRC32: "cbf43926", CRC32C: "e3069283", CRC64NVME: "ae8b14860a799888",
		SHA1:   "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
		SHA256: "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
	} {
		h := a.New()
		h.Write([]byte("123456789"))
		if got := hex.EncodeToString(h.Sum(nil)); got != want {
			t.Errorf("%s: %s, want %s", a, got, want)
		}
	}
}

func TestReadExpected(t *testing.T) {
	const crc = "NhCmhg=="
	for name, tc := range map[string]struct {
		header map[string]string
		want   Expected
		ok     bool
	}{
		"none":           {nil, Expected{}, true},
		"header":         {map[string]string{"X-Amz-Checksum-Crc32": crc}, Expected{Algorithm: CRC32, Value: crc}, true},
		"trailer":        {map[string]string{"X-Amz-Trailer": "x-amz-checksum-crc32"}, Expected{Algorithm: CRC32, Trailed: true}, true},
		"announced":      {map[string]string{"X-Amz-Sdk-Checksum-Algorithm": "SHA1"}, Expected{Algorithm: SHA1}, true},
		"contradicted":   {map[string]string{"X-Amz-Sdk-Checksum-Algorithm": "SHA1", "X-Amz-Checksum-Crc32": crc}, Expected{}, false},
		"two":            {map[string]string{"X-Amz-Checksum-Crc32c": crc, "X-Amz-Checksum-Crc32": crc}, Expected{}, false},
		"both":           {map[string]string{"X-Amz-Trailer": "x-amz-checksum-crc32", "X-Amz-Checksum-Crc32": crc}, Expected{}, false},
		"too long":       {map[string]string{"X-Amz-Checksum-Crc32": "AAAAAAAAAAA="}, Expected{}, false},
		"not base64":     {map[string]string{"X-Amz-Checksum-Crc32": "!"}, Expected{}, false},
		"unknown":        {map[string]string{"X-Amz-Checksum-Xxhash64": crc}, Expected{}, false},
		"unknown behind": {map[string]string{"X-Amz-Trailer": "x-amz-checksum-sha512"}, Expected{}, false},
	} {
		h := http.Header{}
		for k, v := range tc.header {
			h.Set(k, v)
		}
		got, err := ReadExpected(h)
		if (err == nil) != tc.ok || (tc.ok && got != tc.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzRange(f *testing.F) {
	f.Add("bytes=0-1", int64(10))
	f.Add("bytes=-5", int64(3))
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		for _, parse := range []func(string, int64) (Range, error){ParseRange, ParseCopyRange} {
			r, err := parse(header, size)
			if err == nil && (r.Offset < 0 || r.Length < 0 || r.Offset+r.Length > size) {
				t.Errorf("%q of %d: %+v", header, size, r)
			}
		}
	})
}

func FuzzCopySource(f *testing.F) {
	f.Add("b/k?versionId=1")
	f.Add("/b/%2e%2e%2f")
	f.Fuzz(func(t *testing.T, header string) {
		b, k, v, err := ParseCopySource(header)
		if err != nil {
			return
		}
		// Written down again, it means the same.
		again := (&url.URL{Path: "/" + b + "/" + k}).EscapedPath()
		again = strings.NewReplacer("?", "%3F").Replace(again)
		if v != "" {
			again += "?versionId=" + v
		}
		b2, k2, v2, err := ParseCopySource(again)
		if err != nil || b2 != b || k2 != k || v2 != v {
			t.Errorf("%q: %q %q %q, again %q %q %q, %v", header, b, k, v, b2, k2, v2, err)
		}
	})
}

func FuzzDocument(f *testing.F) {
	f.Add([]byte("<Delete><Object><Key>k</Key></Object></Delete>"))
	f.Add([]byte("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>e</ETag></Part></CompleteMultipartUpload>"))
	f.Add([]byte("<!DOCTYPE x [<!ENTITY e 'f'>]><Delete/>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range []any{&Delete{}, &Complete{}, &CreateBucketConfiguration{}} {
			_, err := Document{Body: bytes.NewReader(b), Header: http.Header{}}.Decode(v)
			if err != nil && !Is(err, MalformedXML) {
				t.Errorf("%v", err)
			}
			if err == nil && bytes.Contains(b, []byte("<!DOCTYPE")) && !bytes.Contains(b, []byte("<!--")) && !bytes.Contains(b, []byte("CDATA")) && !bytes.Contains(b, []byte("<?")) {
				t.Errorf("a document type was accepted: %q", b)
			}
		}
	})
}
