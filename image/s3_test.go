package image_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/image"
	"ecc/image/imagetest"
)

// bucket serves store as S3 and returns a client of it.
func bucket(tb testing.TB, h http.Handler) *image.S3Blobs {
	tb.Helper()
	srv := httptest.NewServer(h)
	tb.Cleanup(srv.Close)
	b, err := image.NewS3Blobs(srv.URL, "us-east-1", "AKIAEXAMPLE", "secret", "images")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { b.Close() })
	return b
}

func TestS3Blobs(t *testing.T) {
	var store imagetest.Store
	b, ctx := bucket(t, &store), t.Context()
	if err := b.EnsureBucket(ctx); err != nil {
		t.Fatal(err)
	}
	data := imagetest.Disk(3*mib, 9)
	for _, key := range []string{"a/1", "a/2", "ab/1"} {
		if err := b.Put(ctx, key, bytes.NewReader(data), int64(len(data))); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ off, n, want int64 }{{0, -1, 3 * mib}, {5, -1, 3*mib - 5}, {5, 10, 10}, {0, 1, 1}} {
		r, err := b.Get(ctx, "a/1", c.off, c.n)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		r.Close()
		if err != nil || !bytes.Equal(got, data[c.off:c.off+c.want]) {
			t.Errorf("%+v: got %d bytes, %v", c, len(got), err)
		}
	}
	if _, err := b.Get(ctx, "none", 0, -1); !errors.Is(err, cloud.NotFound) {
		t.Errorf("missing object: %v", err)
	}
	if _, err := b.Get(ctx, "a/1", 3*mib-5, 10); err == nil {
		t.Error("a range behind the end was answered")
	}
	if err := b.DeletePrefix(ctx, "a/"); err != nil {
		t.Fatal(err)
	}
	if got := store.Keys(); len(got) != 1 || got[0] != "ab/1" {
		t.Errorf("left %v", got)
	}
	if err := b.DeletePrefix(ctx, "a"); err == nil {
		t.Error("an open prefix was taken")
	}
	if err := b.Delete(ctx, "none"); err != nil {
		t.Errorf("delete of nothing: %v", err)
	}
	u, err := b.PresignGet(ctx, "ab/1", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, _ := io.ReadAll(resp.Body); !bytes.Equal(got, data) {
		t.Error("the URL gives something else")
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestNewS3BlobsRefusesBadEndpoints(t *testing.T) {
	for _, e := range []string{"", "localhost:9000", "ftp://x", "http://", "http://a b"} {
		if _, err := image.NewS3Blobs(e, "r", "k", "s", "b"); err == nil {
			t.Errorf("%q was taken", e)
		}
	}
}

// TestIngestFromObjectToS3 takes the whole way and counts what it costs: each
// byte of the upload is fetched once.
func TestIngestFromObjectToS3(t *testing.T) {
	disk := imagetest.Disk(40*mib+512, 10)
	raw := imagetest.File(t, disk)
	for _, format := range []string{"raw", "qcow2"} {
		t.Run(format, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "disk")
			if b, err := exec.Command("qemu-img", "convert", "-f", "raw", "-O", format, raw, path).CombinedOutput(); err != nil {
				t.Fatalf("qemu-img: %v\n%s", err, b)
			}
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var store imagetest.Store
			store.Set("upload", file)
			b := bucket(t, &store)
			src, err := image.OpenObject(t.Context(), b, "upload")
			if err != nil {
				t.Fatal(err)
			}
			defer src.Close()
			res, err := image.Ingest(t.Context(), src, b, prefix, image.IngestOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(assemble(t, b, res), disk) {
				t.Error("the disk differs")
			}
			n, gets := store.Fetched("upload")
			if n > int64(len(file))*102/100 || gets > 40 {
				t.Errorf("fetched %d bytes of %d in %d requests", n, len(file), gets)
			}
		})
	}
}

// TestObjectSurvivesBrokenConnections: every second answer ends in the middle.
func TestObjectSurvivesBrokenConnections(t *testing.T) {
	disk := imagetest.Disk(20*mib, 11)
	var store imagetest.Store
	store.Set("upload", disk)
	var n atomic.Int64
	b := bucket(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && n.Add(1)%2 == 0 {
			w = &breaking{ResponseWriter: w, left: 300 << 10}
		}
		store.ServeHTTP(w, r)
	}))
	src, err := image.OpenObject(t.Context(), b, "upload")
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var dst imagetest.Store
	res, err := image.Ingest(t.Context(), src, &dst, prefix, image.IngestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(assemble(t, &dst, res), disk) {
		t.Error("the disk differs")
	}
}

// breaking ends the connection after some bytes.
type breaking struct {
	http.ResponseWriter
	left int
}

func (b *breaking) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		panic(http.ErrAbortHandler)
	}
	return b.ResponseWriter.Write(p)
}

func TestOpenObjectOfNothing(t *testing.T) {
	var store imagetest.Store
	store.Set("empty", nil)
	store.Set("text", []byte("not a disk"))
	b := bucket(t, &store)
	for key, want := range map[string]error{"none": cloud.NotFound, "empty": cloud.Invalid, "text": cloud.Invalid,
		strings.Repeat("k", 1100): cloud.NotFound, "bad\xff": cloud.NotFound} {
		if _, err := image.OpenObject(t.Context(), b, key); !errors.Is(err, want) {
			t.Errorf("%.20q: got %v, want %v", key, err, want)
		}
	}
	for _, name := range []string{"x", "..", "http:", "_"} {
		nowhere, err := image.NewS3Blobs("http://127.0.0.1:1", "us-east-1", "k", "s", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := image.OpenObject(t.Context(), nowhere, "key"); !errors.Is(err, cloud.NotFound) {
			t.Errorf("bucket %q: got %v, want not found", name, err)
		}
	}
}

// TestObjectChangedWhileRead: the upload is overwritten in the middle.
func TestObjectChangedWhileRead(t *testing.T) {
	var store imagetest.Store
	store.Set("upload", bytes.Repeat(imagetest.Disk(512, 1), 80*2048))
	b := bucket(t, &store)
	src, err := image.OpenObject(t.Context(), b, "upload")
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	store.Set("upload", bytes.Repeat(imagetest.Disk(512, 1), 90*2048))
	_, err = image.Ingest(t.Context(), src, &imagetest.Store{}, prefix, image.IngestOptions{})
	if !errors.Is(err, cloud.Invalid) {
		t.Errorf("got %v, want it refused", err)
	}
}
