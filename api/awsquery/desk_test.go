package awsquery_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// desk is the service behind the dispatcher in tests.
type desk struct {
	call *awsquery.Call
	run  func(ctx context.Context, in *ec2.RunInstancesRequest) (*ec2.RunInstancesResult, error)
	got  any
}

func (d *desk) RunInstances(ctx context.Context, c *awsquery.Call, in *ec2.RunInstancesRequest) (*ec2.RunInstancesResult, error) {
	d.call, d.got = c, in
	if d.run == nil {
		return nil, nil
	}
	return d.run(ctx, in)
}

func (d *desk) DescribeInstances(_ context.Context, c *awsquery.Call, in *ec2.DescribeInstancesRequest) (*ec2.DescribeInstancesResult, error) {
	d.call, d.got = c, in
	return nil, nil
}

func (d *desk) RebootInstances(_ context.Context, c *awsquery.Call, in *ec2.RebootInstancesRequest) (*ec2.RebootInstancesResult, error) {
	d.call, d.got = c, in
	return nil, nil
}

func table() []awsquery.Action[*desk] {
	return []awsquery.Action[*desk]{
		awsquery.Handle("RunInstances", (*desk).RunInstances, awsquery.Write, awsquery.May("ec2:RunInstances")),
		awsquery.Handle("DescribeInstances", (*desk).DescribeInstances, awsquery.Read, awsquery.May("ec2:DescribeInstances")),
		awsquery.Handle("RebootInstances", (*desk).RebootInstances, awsquery.Write, awsquery.May("ec2:RebootInstances")),
	}
}

// believe authenticates everybody, except those who ask not to be.
func believe(r *http.Request) (awsquery.Verified, error) {
	if code := r.Header.Get("Refuse-Me"); code != "" {
		return awsquery.Verified{}, &cloud.Error{Kind: cloud.BadCredentials, ID: code, Msg: "no"}
	}
	return awsquery.Verified{Caller: cloud.Caller{Account: "123456789012"}, Query: r.URL.Query(), Body: r.Body}, nil
}

var then = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// config is EC2 with a standing clock and a known request id.
func config() awsquery.Config {
	return awsquery.Config{
		Service: ec2.Service(), Authenticate: believe,
		Now: func() time.Time { return then }, Entropy: zeros{},
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

const firstID = "00000000-0000-4000-8000-000000000000"

func dispatcher(t *testing.T, cfg awsquery.Config, d *desk) (*awsquery.Dispatcher, *bytes.Buffer) {
	t.Helper()
	log := new(bytes.Buffer)
	h, err := awsquery.New(cfg, d, table(), slog.New(slog.NewJSONHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return h, log
}

// post sends a form and returns the response.
func post(h http.Handler, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const version = "&Version=2016-11-15"

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, got, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
