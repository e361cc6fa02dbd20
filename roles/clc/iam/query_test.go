package iam_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"ecc/internal/bufferedhttp"
	"ecc/roles/clc/ledger/ledgertest"
)

// args are a request's parameters.
type args map[string]string

// with returns the parameters with others added or replaced; a value of "-"
// takes one away.
func (a args) with(more args) args {
	out := args{}
	for k, v := range a {
		out[k] = v
	}
	for k, v := range more {
		if out[k] = v; v == "-" {
			delete(out, k)
		}
	}
	return out
}

// answer is a response as it came.
type answer struct {
	status int
	code   string // of the error, "" for success
	msg    string
	body   []byte
}

// query sends a request as it is written, so that what an SDK would refuse by
// itself arrives.
func (tn *tenant) query(action string, a args) answer {
	t := tn.f.t
	t.Helper()
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for k, v := range a {
		form.Set(k, v)
	}
	body := form.Encode()
	req := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, tn.f.url+"/", bytes.NewReader([]byte(body))))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(body))
	ok(t, v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: tn.key.ID, SecretAccessKey: tn.key.Secret}, req,
		hex.EncodeToString(sum[:]), "iam", region, time.Now()))
	resp := must[*http.Response](t)(bufferedhttp.Client{}.Do(req))
	defer func() { ok(t, resp.Body.Close()) }()
	b := must[[]byte](t)(io.ReadAll(resp.Body))
	var e struct {
		Code    string `xml:"Error>Code"`
		Message string `xml:"Error>Message"`
	}
	ok(t, xml.Unmarshal(b, &e))
	return answer{resp.StatusCode, e.Code, e.Message, b}
}

// does fails the test unless the request is answered.
func (tn *tenant) does(action string, a args) answer {
	tn.f.t.Helper()
	got := tn.query(action, a)
	if got.code != "" {
		tn.f.t.Errorf("%s %v: %d %q (%s)", action, a, got.status, got.code, got.msg)
	}
	return got
}

// refused fails the test unless the request is refused with the code, and
// changed nothing and left no event in the audit trail.
func (tn *tenant) refused(action string, a args, code string) {
	tn.f.t.Helper()
	before := ledgertest.Now(tn.f.t, tn.f.store)
	if got := tn.query(action, a); got.code != code {
		tn.f.t.Errorf("%s %v: %d %q (%s), want %q", action, a, got.status, got.code, got.msg, code)
	}
	before.Check(ledgertest.Call{Action: action, Failed: true, Params: a})
}

// wantCode fails the test unless the SDK's error has the code.
func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code {
		t.Errorf("got %v, want %q", err, code)
	}
}

// same fails the test unless got is want.
func same[T any](t testing.TB, what string, want, got T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}
