package s3

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readCORS(t *testing.T, body string) (CORS, error) {
	t.Helper()
	return ReadCORS(Document{Body: strings.NewReader("<CORSConfiguration>" + body + "</CORSConfiguration>"), Header: http.Header{}})
}

func TestReadCORS(t *testing.T) {
	const least = "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>"
	for body, want := range map[string]Code{
		"<CORSRule>" + least + "</CORSRule>": "",
		"<CORSRule><ID>a</ID>" + least + "<AllowedHeader>x-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>0</MaxAgeSeconds></CORSRule>": "",
		strings.Repeat("<CORSRule>"+least+"</CORSRule>", 100): "",
		strings.Repeat("<CORSRule>"+least+"</CORSRule>", 101): MalformedXML,
		"":            MalformedXML,
		"<CORSRule/>": MalformedXML,
		"<CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule>":                                            MalformedXML,
		"<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>":                                              MalformedXML,
		"<CORSRule>" + least + "<MaxAgeSeconds>-1</MaxAgeSeconds></CORSRule>":                                MalformedXML,
		"<CORSRule>" + least + "<MaxAgeSeconds>soon</MaxAgeSeconds></CORSRule>":                              MalformedXML,
		"<CORSRule>" + least + "<Frobnicate/></CORSRule>":                                                    MalformedXML,
		"<CORSRule>" + least + "<AllowedMethod>PATCH</AllowedMethod></CORSRule>":                             InvalidRequest,
		"<CORSRule>" + least + "<AllowedMethod>get</AllowedMethod></CORSRule>":                               InvalidRequest,
		"<CORSRule>" + least + "<AllowedOrigin>http://*.*</AllowedOrigin></CORSRule>":                        InvalidRequest,
		"<CORSRule>" + least + "<AllowedHeader>**</AllowedHeader></CORSRule>":                                InvalidRequest,
		"<CORSRule>" + least + "<ExposeHeader>x-*</ExposeHeader></CORSRule>":                                 InvalidRequest,
		"<CORSRule><ID>" + strings.Repeat("i", 256) + "</ID>" + least + "</CORSRule>":                        MalformedXML,
		"<CORSRule>" + least + "<ExposeHeader>" + strings.Repeat("i", 64<<10) + "</ExposeHeader></CORSRule>": MalformedXML,
	} {
		if _, err := readCORS(t, body); (want == "") != (err == nil) || (want != "" && !Is(err, want)) {
			t.Errorf("%.200s: %v, want %q", body, err, want)
		}
	}
}

func TestCORSMatch(t *testing.T) {
	rules, err := readCORS(t, `<CORSRule><AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod>
		<AllowedOrigin>https://*.shop.test</AllowedOrigin><AllowedOrigin>http://a.test</AllowedOrigin>
		<AllowedHeader>x-amz-*</AllowedHeader><AllowedHeader>Content-Type</AllowedHeader>
		<ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-amz-request-id</ExposeHeader><MaxAgeSeconds>30</MaxAgeSeconds></CORSRule>
		<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>`)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ origin, method, headers, want string }{
		{"http://a.test", "PUT", "", "http://a.test"},
		{"https://x.shop.test", "POST", "X-Amz-Date, content-type", "https://x.shop.test"},
		{"https://.shop.test", "POST", "", "https://.shop.test"},
		{"https://shop.test", "POST", "", ""},
		{"http://x.shop.test", "POST", "", ""},
		{"http://a.test.evil", "PUT", "", ""},
		{"HTTP://A.TEST", "PUT", "", ""},
		{"http://a.test", "DELETE", "", ""},
		{"http://a.test", "PUT", "authorization", ""},
		{"http://a.test", "GET", "", "*"},
		{"null", "GET", "", "*"},
		{"http://a.test", "GET", "x-amz-date", ""},
	} {
		g, ok := rules.Match(tc.origin, tc.method, SplitHeaders(tc.headers))
		if ok != (tc.want != "") {
			t.Errorf("%+v: %v", tc, ok)
			continue
		}
		if !ok {
			continue
		}
		h := http.Header{}
		g.Write(h)
		if h.Get("Access-Control-Allow-Origin") != tc.want || (h.Get("Access-Control-Allow-Credentials") == "true") == (tc.want == "*") {
			t.Errorf("%+v: %v", tc, h)
		}
		if tc.method != "GET" && (h.Get("Access-Control-Max-Age") != "30" || h.Get("Access-Control-Expose-Headers") != "ETag, x-amz-request-id" || h.Get("Access-Control-Allow-Methods") != "PUT, POST") {
			t.Errorf("%+v: %v", tc, h)
		}
		if got := h.Get("Access-Control-Allow-Headers"); got != strings.ToLower(tc.headers) {
			t.Errorf("%+v: allowed headers %q", tc, got)
		}
	}
}

// FuzzCORS: rules that are taken can be told again, and never allow an origin
// that no rule names.
func FuzzCORS(f *testing.F) {
	f.Add("<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>http://*.test</AllowedOrigin><AllowedHeader>*</AllowedHeader><MaxAgeSeconds>1</MaxAgeSeconds></CORSRule>", "http://a.test", "x-a")
	f.Add("<CORSRule><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>", "null", "")
	f.Fuzz(func(t *testing.T, body, origin, headers string) {
		rules, err := readCORS(t, body)
		if err != nil {
			return
		}
		told, err := xml.Marshal(rules)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ReadCORS(Document{Body: bytes.NewReader(told), Header: http.Header{}})
		if diff := cmp.Diff(rules.Rules, again.Rules); diff != "" || err != nil {
			t.Errorf("%s reads back otherwise: %v\n%s", told, err, diff)
		}
		g, ok := rules.Match(origin, "GET", SplitHeaders(headers))
		if ok && g.origin != "*" && g.origin != origin {
			t.Errorf("%q is allowed as %q", origin, g.origin)
		}
	})
}
