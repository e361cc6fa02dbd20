package s3

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"ecc/cloud"
)

// TestEveryKind walks the error table: every kind with every resource has a
// code that has a status and a sentence.
func TestEveryKind(t *testing.T) {
	resources := []cloud.Resource{cloud.AnyResource, cloud.ResBucket, cloud.ResObject, cloud.ResUpload, cloud.ResAccount}
	for _, k := range cloud.Kinds() {
		if _, ok := kinds[k][cloud.AnyResource]; !ok {
			t.Errorf("kind %v has no line", k)
		}
		for _, r := range resources {
			code, status, msg := Describe(fmt.Errorf("wrapped: %w", &cloud.Error{Kind: k, Resource: r}))
			if codes[Code(code)].status != status || status < 300 || msg == "" {
				t.Errorf("%v %s: %s %d %q", k, r, code, status, msg)
			}
			if (code == "InternalError") != (k == cloud.Internal) {
				t.Errorf("%v %s: %s", k, r, code)
			}
		}
	}
}

func TestDescribe(t *testing.T) {
	for _, tc := range []struct {
		err    error
		code   string
		status int
		msg    string
	}{
		{errors.New("secret path /x"), "InternalError", 500, codes[InternalError].msg},
		{&cloud.Error{Kind: cloud.Internal, Msg: "inside"}, "InternalError", 500, codes[InternalError].msg},
		{&cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResBucket}, "NoSuchBucket", 404, codes[NoSuchBucket].msg},
		{cloud.Errorf(cloud.BadCredentials, "", "SignatureDoesNotMatch", "no"), "SignatureDoesNotMatch", 403, "no"},
		{cloud.Errorf(cloud.Exhausted, "", "", "full"), "InsufficientStorage", 507, "full"},
		{Errorf(InvalidRange, ""), "InvalidRange", 416, codes[InvalidRange].msg},
		{Errorf("NoSuchCode", "x"), "InternalError", 500, codes[InternalError].msg},
	} {
		if code, status, msg := Describe(tc.err); code != tc.code || status != tc.status || msg != tc.msg {
			t.Errorf("%v: %s %d %q, want %s %d %q", tc.err, code, status, msg, tc.code, tc.status, tc.msg)
		}
	}
}

func TestEveryCode(t *testing.T) {
	for c, d := range codes {
		if (d.msg == "" && c != NotModified) || d.status < 300 || d.status > 599 {
			t.Errorf("%s: %d %q", c, d.status, d.msg)
		}
	}
}

func TestWriteError(t *testing.T) {
	s := Subject{Method: "GET", Resource: "/b/k", Bucket: "b", Key: "k\x01", RequestID: "1", HostID: "2", Region: "here"}
	w := httptest.NewRecorder()
	if got := WriteError(w, Errorf(NoSuchKey, ""), s); got != 404 || w.Code != 404 {
		t.Errorf("status %d, %d", got, w.Code)
	}
	var doc errorDocument
	if err := xml.Unmarshal(w.Body.Bytes(), &doc); err != nil || doc.Code != "NoSuchKey" || doc.Bucket != "b" || doc.RequestID != "1" || doc.HostID != "2" || doc.Region != "" {
		t.Errorf("%s: %+v, %v", w.Body, doc, err)
	}
	for _, method := range []string{"HEAD", "GET"} {
		w, s.Method = httptest.NewRecorder(), method
		WriteError(w, Errorf(NotModified, ""), s)
		if w.Code != 304 || w.Body.Len() != 0 {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
	}
}

// TestRouteTable: no two lines answer the same request, and a line with a
// header comes before the one without.
func TestRouteTable(t *testing.T) {
	seen, ops := map[string]bool{}, map[string]bool{}
	for _, r := range Routes {
		where := fmt.Sprint(r.Method, r.Scope, r.Sub)
		if seen[where+r.Header] || (r.Header != "" && seen[where]) || ops[r.Op] || r.Action == "" || !strings.Contains(r.Action, ":") {
			t.Errorf("%+v: twice, behind its plainer form or without a permission", r)
		}
		seen[where+r.Header], ops[r.Op] = true, true
	}
}
