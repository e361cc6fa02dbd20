package remotefile_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"go.uber.org/goleak"

	"ecc/cloud"
	"ecc/roles/walrus"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/datafile/datafiletest"
	"ecc/roles/walrus/remotefile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	accessKey = "AKIAEXTERNAL00000001"
	secretKey = "a secret of forty characters, more or less"
	bucket    = "files"
	region    = "eu-central-1"
)

// identity knows one account, with one key.
type identity struct{}

var site = cloud.Account{ID: "111111111111", Name: "site", Canonical: strings.Repeat("5", 64)}

func (identity) Credential(_ context.Context, id, _ string) (cloud.Credential, error) {
	if id != accessKey {
		return cloud.Credential{}, cloud.Errorf(cloud.NotFound, cloud.AnyResource, id, "no such key")
	}
	return cloud.RootCredential(cloud.AccessKey{ID: id, Account: site.ID, Secret: secretKey, Active: true}, site), nil
}

func (identity) Account(_ context.Context, id string) (cloud.Account, error) { return site, nil }

// external is another S3: a walrus of its own.
type external struct {
	front  *httptest.Server
	client *minio.Client
}

// mustServe starts an S3 with an empty bucket. wrap may stand between.
func mustServe(tb testing.TB, wrap func(http.Handler) http.Handler) *external {
	tb.Helper()
	w, err := walrus.New(walrus.Config{Dir: tb.TempDir(), Region: region, Stall: 10 * time.Second}, identity{}, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = w.Run(ctx) })
	h := w.Handler()
	if wrap != nil {
		h = wrap(h)
	}
	e := &external{front: httptest.NewServer(h)}
	tb.Cleanup(func() {
		e.front.Close()
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		cancel()
		wg.Wait()
		if err := w.Close(); err != nil {
			tb.Error(err)
		}
	})
	e.client, err = minio.New(strings.TrimPrefix(e.front.URL, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(accessKey, secretKey, ""), Region: region, Transport: http.DefaultTransport, MaxRetries: 1,
	})
	if err != nil {
		tb.Fatal(err)
	}
	if err := e.client.MakeBucket(tb.Context(), bucket, minio.MakeBucketOptions{Region: region}); err != nil {
		tb.Fatal(err)
	}
	return e
}

func (e *external) config() remotefile.Config {
	return remotefile.Config{Endpoint: e.front.URL, Region: region, Bucket: bucket, Prefix: "walrus/one/", AccessKey: accessKey, SecretKey: secretKey}
}

func (e *external) mustOpen(tb testing.TB, edit ...func(*remotefile.Config)) *remotefile.Bucket {
	tb.Helper()
	cfg := e.config()
	for _, f := range edit {
		f(&cfg)
	}
	b, err := remotefile.Open(tb.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = b.Close() })
	return b
}

// name is where a file must lie.
func (e *external) name(id datafile.ID) string {
	s := id.String()
	return "walrus/one/data/" + s[14:] + "/" + s
}

func (e *external) raw(tb testing.TB, id datafile.ID) []byte {
	tb.Helper()
	o, err := e.client.GetObject(tb.Context(), bucket, e.name(id), minio.GetObjectOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	defer o.Close()
	b, err := io.ReadAll(o)
	if minio.ToErrorResponse(err).Code == "NoSuchKey" {
		return nil
	}
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func (e *external) setRaw(tb testing.TB, id datafile.ID, raw []byte) {
	tb.Helper()
	_, err := e.client.PutObject(tb.Context(), bucket, e.name(id), bytes.NewReader(raw), int64(len(raw)), minio.PutObjectOptions{})
	if err != nil {
		tb.Fatal(err)
	}
}

func (e *external) uploads(tb testing.TB) (n int) {
	tb.Helper()
	for u := range e.client.ListIncompleteUploads(tb.Context(), bucket, "", true) {
		if u.Err != nil {
			tb.Fatal(u.Err)
		}
		n++
	}
	return n
}

func TestConformance(t *testing.T) {
	datafiletest.Run(t, func(t *testing.T) datafiletest.Place {
		e := mustServe(t, nil)
		return datafiletest.Place{
			Files:  e.mustOpen(t),
			Reopen: func() datafile.Files { return e.mustOpen(t) },
			Raw:    func(id datafile.ID) []byte { return e.raw(t, id) },
			SetRaw: func(id datafile.ID, raw []byte) { e.setRaw(t, id, raw) },
			Loose:  func() int { return e.uploads(t) },
			Litter: func() {
				if _, err := (minio.Core{Client: e.client}).NewMultipartUpload(t.Context(), bucket, e.name(99), minio.PutObjectOptions{}); err != nil {
					t.Fatal(err)
				}
			},
			Hidden: func(id datafile.ID) bool {
				_, err := e.client.StatObject(t.Context(), bucket, "walrus/one/quarantine/"+id.String(), minio.StatObjectOptions{})
				return err == nil
			},
		}
	})
}
