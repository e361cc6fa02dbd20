package s3

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func readWebsite(body string) (Website, error) {
	return ReadWebsite(Document{Body: strings.NewReader("<WebsiteConfiguration>" + body + "</WebsiteConfiguration>"), Header: http.Header{}})
}

func TestReadWebsite(t *testing.T) {
	const index = "<IndexDocument><Suffix>i</Suffix></IndexDocument>"
	rule := func(s string) string {
		return index + "<RoutingRules><RoutingRule>" + s + "</RoutingRule></RoutingRules>"
	}
	const to = "<Redirect><HostName>h.test</HostName></Redirect>"
	for body, want := range map[string]Code{
		index: "",
		index + "<ErrorDocument><Key>e</Key></ErrorDocument>":                                                     "",
		"<RedirectAllRequestsTo><HostName>h.test:80</HostName><Protocol>https</Protocol></RedirectAllRequestsTo>": "",
		rule(to): "",
		rule("<Condition><KeyPrefixEquals>a</KeyPrefixEquals></Condition>" + to):                           "",
		rule("<Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>" + to): "",
		"": InvalidArgument,
		"<IndexDocument><Suffix></Suffix></IndexDocument>":                                                            InvalidArgument,
		"<IndexDocument><Suffix>a/b</Suffix></IndexDocument>":                                                         InvalidArgument,
		index + "<ErrorDocument><Key></Key></ErrorDocument>":                                                          InvalidArgument,
		index + "<RedirectAllRequestsTo><HostName>h</HostName></RedirectAllRequestsTo>":                               InvalidRequest,
		"<RedirectAllRequestsTo/>":                                                                                    MalformedXML,
		"<RedirectAllRequestsTo><HostName>h/../x</HostName></RedirectAllRequestsTo>":                                  MalformedXML,
		"<RedirectAllRequestsTo><HostName>user@h</HostName></RedirectAllRequestsTo>":                                  MalformedXML,
		"<RedirectAllRequestsTo><HostName>h</HostName><Protocol>ftp</Protocol></RedirectAllRequestsTo>":               InvalidRequest,
		index + "<RoutingRules/>":                                                                                     MalformedXML,
		rule(""):                                                                                                      MalformedXML,
		rule("<Redirect/>"):                                                                                           MalformedXML,
		rule("<Condition/>" + to):                                                                                     InvalidRequest,
		rule("<Condition><HttpErrorCodeReturnedEquals>302</HttpErrorCodeReturnedEquals></Condition>" + to):            InvalidRequest,
		rule("<Redirect><HttpRedirectCode>200</HttpRedirectCode></Redirect>"):                                         InvalidRequest,
		rule("<Redirect><HttpRedirectCode>+31</HttpRedirectCode></Redirect>"):                                         InvalidRequest,
		rule("<Redirect><ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith></Redirect>"): InvalidRequest,
		index + "<RoutingRules>" + strings.Repeat("<RoutingRule>"+to+"</RoutingRule>", 51) + "</RoutingRules>":        InvalidRequest,
	} {
		if _, err := readWebsite(body); (want == "") != (err == nil) || (want != "" && !Is(err, want)) {
			t.Errorf("%.200s: %v, want %q", body, err, want)
		}
	}
}

// TestRedirectIsOneLine: whatever a key holds, where it leads is one address on
// the host of the rule.
func TestRedirectIsOneLine(t *testing.T) {
	for key, want := range map[string]string{
		"a b": "http://h/a%20b", "//evil.test/": "http://h///evil.test/", "a\r\nSet-Cookie: b": "http://h/a%0D%0ASet-Cookie:%20b",
		"a?b#c": "http://h/a?b#c", "a?b\r\nc": "http://h/a?bc", "": "http://h/",
	} {
		if got := address("http", "h", key); got != want {
			t.Errorf("%q: %q, want %q", key, got, want)
		}
	}
}

// FuzzWebsite: wherever a configuration that is taken sends a visitor, it is one
// address on the host that the rule, or the visitor, names.
func FuzzWebsite(f *testing.F) {
	const index = "<IndexDocument><Suffix>i</Suffix></IndexDocument>"
	f.Add(index+"<RoutingRules><RoutingRule><Condition><KeyPrefixEquals>a/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>b?c=</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>", "a/b", 0)
	f.Add("<RedirectAllRequestsTo><HostName>h.test:80</HostName></RedirectAllRequestsTo>", "//x", 0)
	f.Fuzz(func(t *testing.T, body, key string, status int) {
		w, err := readWebsite(body)
		if err != nil {
			return
		}
		v := Visit{Scheme: "http", Host: "visited.test", Key: key}
		to := w.Elsewhere(v)
		if to == "" {
			if to, _ = w.Route(v, status); to == "" {
				return
			}
		}
		u, err := url.Parse(to)
		if err != nil || u.Host == "" || strings.ContainsAny(to, "\r\n \x00") || (u.Host != v.Host && !strings.Contains(body, "HostName")) {
			t.Errorf("%q is sent to %q, %v", key, to, err)
		}
	})
}
