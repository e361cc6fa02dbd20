package s3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// capture is an HTTP client that keeps the request and answers nothing.
type capture struct{ sent *http.Request }

var errCaptured = errors.New("captured")

func (c *capture) Do(r *http.Request) (*http.Response, error) {
	c.sent = r
	return nil, errCaptured
}

// fill gives every member of a request a value.
func fill(v reflect.Value, depth int) {
	switch {
	case depth > 20:
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(0, 0)))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() && v.Type().Field(i).Name != "ResultMetadata" {
				fill(f, depth+1)
			}
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth+1)
	case v.Type() == reflect.TypeFor[types.ChecksumAlgorithm]():
		v.Set(reflect.ValueOf(types.ChecksumAlgorithmCrc32))
	case v.Type() == reflect.TypeFor[types.ObjectEncryption]():
		v.Set(reflect.ValueOf(&types.ObjectEncryptionMemberSSEKMS{Value: types.SSEKMSEncryption{KMSKeyArn: aws.String("value")}}))
	case v.Kind() == reflect.String:
		v.SetString("value")
	case v.Kind() == reflect.Int32 || v.Kind() == reflect.Int64:
		v.SetInt(1)
	case v.Type() == reflect.TypeFor[io.Reader]():
		v.Set(reflect.ValueOf(strings.NewReader("body")))
	}
}

// TestEveryOperation asks the AWS SDK for the request of every operation it
// has, and wants each to be one of ours by the same name: none may be taken
// for another.
func TestEveryOperation(t *testing.T) {
	wire := &capture{}
	client := sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://s3.test"), UsePathStyle: true, HTTPClient: wire,
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""), RetryMaxAttempts: 1,
		DisableS3ExpressSessionAuth: aws.Bool(true), RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
	})
	seen := map[string]bool{}
	v := reflect.ValueOf(client)
	for i := range v.NumMethod() {
		name, m := v.Type().Method(i).Name, v.Method(i)
		if m.Type().NumIn() != 3 || m.Type().In(0) != reflect.TypeFor[context.Context]() {
			continue
		}
		in := reflect.New(m.Type().In(1).Elem())
		fill(in.Elem(), 0)
		wire.sent = nil
		out := m.Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
		if wire.sent == nil {
			t.Errorf("%s: not sent: %v", name, out[1])
			continue
		}
		seen[name] = true
		wantRoute(t, name, wire.sent)
	}
	if len(seen) < 100 {
		t.Errorf("only %d operations", len(seen))
	}
	for _, r := range Routes {
		if !seen[r.Op] && r.Op != "PostObject" {
			t.Errorf("%s: the SDK has no such operation", r.Op)
		}
	}
}

func wantRoute(t *testing.T, name string, r *http.Request) {
	t.Helper()
	bucket, key := SplitAddress(r.URL.Host, r.URL.Path, "")
	scope := Service
	if bucket != "" {
		scope = Bucket
	}
	if key != "" {
		scope = Object
	}
	route, err := Match(r.Method, scope, r.URL.Query(), r.Header)
	if err != nil || route.Op != name {
		t.Errorf("%s: %s %s is %q, %v", name, r.Method, r.URL, route.Op, err)
	}
}

// TestNoFallThrough: what no operation is, is none.
func TestNoFallThrough(t *testing.T) {
	for _, c := range []struct {
		method string
		scope  Scope
		query  string
		code   Code
	}{
		{"GET", Bucket, "frobnicate", NotImplemented},
		{"GET", Object, "lifecycle", NotImplemented},
		{"GET", Bucket, "legal-hold", NotImplemented},
		{"DELETE", Bucket, "versioning", MethodNotAllowed},
		{"PUT", Bucket, "location", MethodNotAllowed},
		{"POST", Bucket, "lifecycle", MethodNotAllowed},
		{"PUT", Service, "", MethodNotAllowed},
		{"GET", Bucket, "tagging&lifecycle", InvalidArgument},
		{"PUT", Object, "acl&uploadId=x", InvalidArgument},
		{"PATCH", Object, "", MethodNotAllowed},
	} {
		q, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Match(c.method, c.scope, q, http.Header{}); !Is(err, c.code) {
			t.Errorf("%+v: %q, %v", c, r.Op, err)
		}
	}
}

// TestEmptyCopySource: a copy that names no source is refused as one. Taken for
// an upload it would replace the object by nothing.
func TestEmptyCopySource(t *testing.T) {
	for query, want := range map[string]string{"": "CopyObject", "uploadId=x&partNumber=1": "UploadPartCopy"} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Match("PUT", Object, q, http.Header{"X-Amz-Copy-Source": {""}}); err != nil || r.Op != want {
			t.Errorf("%q: %q, %v", query, r.Op, err)
		}
	}
	if _, _, _, err := ParseCopySource(""); !Is(err, InvalidArgument) {
		t.Error(err)
	}
}

// TestRoutesDiffer: no two lines of the table are for the same request.
func TestRoutesDiffer(t *testing.T) {
	ops, requests := map[string]bool{}, map[Route]bool{}
	for _, r := range Routes {
		if ops[r.Op] || r.Action == "" {
			t.Errorf("%s: twice, or without a permission", r.Op)
		}
		ops[r.Op] = true
		request := Route{Method: r.Method, Scope: r.Scope, Sub: r.Sub, Header: r.Header}
		if requests[request] {
			t.Errorf("%s: another line is for the same request", r.Op)
		}
		requests[request] = true
		less := request
		if less.Header = ""; r.Header != "" && requests[less] {
			t.Errorf("%s: never reached, behind the line without its header", r.Op)
		}
	}
}
