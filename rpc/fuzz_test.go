package rpc_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ecc/rpc"
)

// FuzzRequest sends any body to any method as a node would: nothing panics,
// nothing but the node's own name gets through.
func FuzzRequest(f *testing.F) {
	f.Add("hello", `{"node":"h1","capacity":{"vcpu":1}}`)
	f.Add("watch", `{"node":"h1","after":18446744073709551615}`)
	f.Add("report", `{"node":"h1","instances":[{"id":"i-1","changed":"2026-01-01T00:00:00Z"}]}`)
	f.Add("answer", `{"node":"h2","answer":{"data":"AAAA"}}`)
	f.Add("grant-image", `[[[[`)
	f.Fuzz(func(t *testing.T, method, body string) {
		if strings.ContainsAny(method, "/ ?#%\x00\r\n") || strings.ContainsFunc(method, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Skip("not a path")
		}
		b := &bell{}
		h := rpc.NewHandler(rpc.Services{Node: bellNode{b}}, quiet)
		w := deadlineRecorder{httptest.NewRecorder()}
		h.ServeHTTP(w, asNode(t, "/rpc/v1/node/"+method, body))
		if w.Code == http.StatusInternalServerError {
			t.Errorf("%s %q: %s", method, body, w.Body)
		}
		if b.rung.Load() > 0 && !strings.Contains(body, "h1") && !strings.Contains(body, `\u`) {
			t.Errorf("%s %q got through", method, body)
		}
	})
}
