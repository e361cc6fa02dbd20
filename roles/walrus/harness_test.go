package walrus_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/minio/minio-go/v7"
	miniocreds "github.com/minio/minio-go/v7/pkg/credentials"
	"go.uber.org/goleak"

	"ecc/cloud"
	"ecc/internal/frontdoor"
	"ecc/roles/walrus"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	goleak.VerifyTestMain(suite{m})
}

// identity is an rpc.Identity with two accounts, blue and green.
type identity struct{}

var accounts = []cloud.Account{
	{ID: "111111111111", Name: "blue", Canonical: strings.Repeat("b", 64)},
	{ID: "222222222222", Name: "green", Canonical: strings.Repeat("9", 64)},
}

const (
	blue   = "AKIABLUEBLUEBLUEBLUE"
	green  = "AKIAGREENGREENGREEN1"
	secret = "a secret of forty characters, more or less"
	region = "us-east-1"
)

func (identity) Credential(_ context.Context, id, _ string) (cloud.Credential, error) {
	for i, known := range []string{blue, green} {
		if id == known {
			return cloud.RootCredential(cloud.AccessKey{ID: id, Account: accounts[i].ID, Secret: secret, Active: true}, accounts[i]), nil
		}
	}
	return cloud.Credential{}, cloud.Errorf(cloud.NotFound, cloud.AnyResource, id, "no such key")
}

func (identity) Account(_ context.Context, id string) (cloud.Account, error) {
	for _, a := range accounts {
		if id == string(a.ID) || id == a.Canonical || id == a.Name+"@example.com" {
			return a, nil
		}
	}
	return cloud.Account{}, cloud.Errorf(cloud.NotFound, cloud.ResAccount, id, "no such account")
}

// server is a walrus behind a real listener.
type server struct {
	url    string
	walrus *walrus.Walrus // nil if it runs in another process
	dir    string
	forged bool // the test writes to the index what walrus would not
}

type logWriter struct{ tb testing.TB }

func (l logWriter) Write(p []byte) (int, error) {
	l.tb.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// mustServe starts a walrus; edit may change its configuration.
func mustServe(tb testing.TB, dir string, edit ...func(*walrus.Config)) *server {
	tb.Helper()
	cfg := config(tb, dir)
	cfg.Stall = 10 * time.Second
	for _, f := range edit {
		f(&cfg)
	}
	logger := slog.New(slog.NewTextHandler(logWriter{tb}, &slog.HandlerOptions{Level: slog.LevelError}))
	w, err := walrus.New(cfg, identity{}, logger)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := w.Run(ctx); err != nil {
			tb.Errorf("walrus: %v", err)
		}
	})
	front := httptest.NewUnstartedServer(w.Handler())
	front.Config.ReadHeaderTimeout = 10 * time.Second
	front.Listener = frontdoor.Guard(front.Config, front.Listener, frontdoor.Limits{})
	front.Start()
	s := &server{url: front.URL, walrus: w, dir: dir}
	tb.Cleanup(func() {
		front.Close()
		http.DefaultClient.CloseIdleConnections()
		cancel()
		wg.Wait()
		if !s.forged {
			s.wantSound(tb)
		}
		if err := w.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// sdk returns an AWS SDK client of one account.
func (s *server) sdk(key string) *s3.Client {
	return s3.New(s3.Options{
		Region: region, BaseEndpoint: aws.String(s.url), UsePathStyle: true,
		Credentials:      credentials.NewStaticCredentialsProvider(key, secret, ""),
		RetryMaxAttempts: 1, HTTPClient: http.DefaultClient,
		// As config.LoadDefaultConfig has it.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	})
}

// minio returns a minio-go client of one account.
func (s *server) minio(tb testing.TB, key string) *minio.Client {
	tb.Helper()
	c, err := s.client(key)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func (s *server) client(key string) (*minio.Client, error) {
	return minio.New(strings.TrimPrefix(s.url, "http://"), &minio.Options{
		Creds: miniocreds.NewStaticV4(key, secret, ""), Region: region, MaxRetries: 1, Transport: http.DefaultTransport,
	})
}

// mustBucket makes a bucket.
func (s *server) mustBucket(tb testing.TB, key, name string) {
	tb.Helper()
	if _, err := s.sdk(key).CreateBucket(tb.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		tb.Fatal(err)
	}
}

func (s *server) mustPut(tb testing.TB, bucket, key string, body []byte) {
	tb.Helper()
	_, err := s.sdk(blue).PutObject(tb.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body)})
	if err != nil {
		tb.Fatalf("put %q: %v", key, err)
	}
}

// get reads an object whole.
func (s *server) get(tb testing.TB, bucket, key string) ([]byte, error) {
	tb.Helper()
	out, err := s.sdk(blue).GetObject(tb.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	return io.ReadAll(out.Body)
}

// wantObject fails the test unless an object has these bytes.
func (s *server) wantObject(tb testing.TB, bucket, key string, want []byte) {
	tb.Helper()
	got, err := s.get(tb, bucket, key)
	if err != nil || !bytes.Equal(got, want) {
		tb.Errorf("get %q: %d bytes, %v; want %d bytes", key, len(got), err, len(want))
	}
}

// code returns the S3 code of an SDK error.
func code(err error) string {
	var e smithy.APIError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.ErrorCode()
	}
	return err.Error()
}

func wantCode(tb testing.TB, err error, want string) {
	tb.Helper()
	if got := code(err); got != want {
		tb.Errorf("code %q, want %q", got, want)
	}
}

// random returns n bytes that follow from the seed.
func random(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// wait polls until ok, for at most ten seconds.
func wait(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("waited in vain for %s", what)
		}
	}
}
