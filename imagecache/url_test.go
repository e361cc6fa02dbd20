package imagecache_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/image/imagetest"
	"ecc/imagecache"
)

// fetchFrom reads bytes 100 … 1100 of what h serves.
func fetchFrom(t *testing.T, h http.Handler, change func(*imagecache.URLSource)) ([]byte, error) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	client := imagecache.NewClient()
	t.Cleanup(client.CloseIdleConnections)
	s := urlSource(srv.URL, []string{"k"}, client)
	if change != nil {
		change(s)
	}
	r, err := s.Data(t.Context(), "k", 100, 1000)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// TestURLSourceGoesOn: every kind of passing failure, in a row.
func TestURLSourceGoesOn(t *testing.T) {
	var store imagetest.Store
	data := imagetest.Disk(4096, 30)
	store.Set("k", data)
	var n atomic.Int64
	got, err := fetchFrom(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			panic(http.ErrAbortHandler)
		case 3: // a part, then the connection breaks
			w.Header().Set("Content-Range", "bytes 100-1099/4096")
			w.Header().Set("Content-Length", "1000")
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(data[100:400])
		case 4:
			w.WriteHeader(http.StatusTooManyRequests)
		case 5: // answers and then stalls
			w.Header().Set("Content-Range", "bytes 400-1099/4096")
			w.WriteHeader(http.StatusPartialContent)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case 6: // does not even answer
			<-r.Context().Done()
		default:
			if got, want := r.Header.Get("Range"), "bytes=400-1099"; got != want {
				t.Errorf("range %s, want %s: it did not go on behind what came", got, want)
			}
			store.ServeHTTP(w, r)
		}
	}), func(s *imagecache.URLSource) { s.Stall = 50 * time.Millisecond })
	if err != nil || !bytes.Equal(got, data[100:1100]) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

func TestURLSourceGivesUp(t *testing.T) {
	var n atomic.Int64
	for name, c := range map[string]struct {
		h        http.HandlerFunc
		attempts int64
		kind     cloud.Kind
	}{
		"server error": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, 6, cloud.Internal},
		"stalls":       {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 6, cloud.Internal},
		"forbidden":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, 1, cloud.Internal},
		"gone":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, 1, cloud.NotFound},
		"redirect":     {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) }, 1, cloud.Internal},
		"whole object": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 4096)) }, 1, cloud.Internal},
		"other range":  {ranged("bytes 0-999/4096", 1000), 1, cloud.Internal},
		"other length": {ranged("bytes 100-1099/4096", 999), 1, cloud.Internal},
	} {
		n.Store(0)
		_, err := fetchFrom(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n.Add(1)
			c.h(w, r)
		}), func(s *imagecache.URLSource) { s.Stall = 20 * time.Millisecond })
		if err == nil || cloud.AsError(err).Kind != c.kind || n.Load() != c.attempts {
			t.Errorf("%s: %v after %d attempts, want %s after %d", name, err, n.Load(), c.kind, c.attempts)
		}
		if err != nil && strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: the error tells the signature: %v", name, err)
		}
	}
}

func ranged(contentRange string, n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Range", contentRange)
		w.Header().Set("Content-Length", fmt.Sprint(n))
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(make([]byte, n))
	}
}

func TestURLSourceKeepsSignaturesOutOfErrors(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nobody listens there now
	for _, base := range []string{"http://" + l.Addr().String(), "http://\x7f"} {
		s := urlSource(base, []string{"k"}, imagecache.NewClient())
		s.Attempts = 2
		_, err := s.Data(t.Context(), "k", 0, 1)
		if err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v", base, err)
		}
	}
}

func TestURLSourceIndexIsResumed(t *testing.T) {
	s := store(t, imagetest.Disk(9*mib, 31), nil)
	index, _ := s.Bytes(s.res.IndexKey)
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			w.Header().Set("Content-Length", fmt.Sprint(len(index)))
			_, _ = w.Write(index[:100])
			return
		}
		s.ServeHTTP(w, r)
	}))
	defer srv.Close()
	client := imagecache.NewClient()
	defer client.CloseIdleConnections()
	r, err := urlSource(srv.URL, nil, client).Index(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, index) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	if _, err := urlSource(srv.URL, nil, client).Data(t.Context(), "other", 0, 1); !errors.Is(err, cloud.Invalid) {
		t.Errorf("an object without URL: %v", err)
	}
}
