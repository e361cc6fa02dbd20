package remotefile_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/datafile/datafiletest"
	"ecc/roles/walrus/remotefile"
)

// fault stands before another S3 and spoils what it is told to.
type fault struct {
	http.Handler
	spoil atomic.Pointer[func(http.ResponseWriter, *http.Request) bool] // reports whether it has answered
}

func (f *fault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if spoil := f.spoil.Load(); spoil != nil && (*spoil)(w, r) {
		return
	}
	f.Handler.ServeHTTP(w, r)
}

func (f *fault) set(spoil func(http.ResponseWriter, *http.Request) bool) { f.spoil.Store(&spoil) }

func mustServeFaulty(tb testing.TB) (*external, *fault) {
	tb.Helper()
	f := &fault{}
	e := mustServe(tb, func(h http.Handler) http.Handler { f.Handler = h; return f })
	return e, f
}

// TestLargeFileInParts: what is too large for one request is sent as parts.
func TestLargeFileInParts(t *testing.T) {
	e := mustServe(t, nil)
	b := e.mustOpen(t, func(c *remotefile.Config) { c.Limits(6<<20, 5<<20) })
	for id, size := range []int{6 << 20, 10<<20 - 160, 10 << 20, 12<<20 + 1} { // one exactly two parts, with its table
		data := datafiletest.Bytes(size)
		datafiletest.Write(t, b, datafile.ID(id), data)
		if got, err := datafiletest.Read(b, datafile.ID(id), int64(size), 0, int64(size)); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes, %v; want %d", len(got), err, size)
		}
	}
	w, err := b.Create(9, 20<<20)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(datafiletest.Bytes(6 << 20)); err != nil {
		t.Fatal(err)
	}
	if n := e.uploads(t); n != 1 {
		t.Errorf("%d uploads under way, want 1", n)
	}
	w.Abort()
	if n := e.uploads(t); n != 0 {
		t.Errorf("%d uploads left", n)
	}
}

// TestRequests: a read asks in large pieces, the next before it is needed and
// no more than that.
func TestRequests(t *testing.T) {
	e, f := mustServeFaulty(t)
	b := e.mustOpen(t)
	data := datafiletest.Bytes(5*remotefile.Chunk + 12345)
	datafiletest.Write(t, b, 1, data)
	var mu sync.Mutex
	var ranges []string
	f.set(func(_ http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		ranges = append(ranges, r.Header.Get("Range"))
		return false
	})
	count := func() int { mu.Lock(); defer mu.Unlock(); return len(ranges) }
	r, err := b.Read(1, int64(len(data)), 0, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p...)
		if most := 1 + remotefile.Ahead + len(got)/remotefile.Chunk; count() > most {
			t.Errorf("%d requests after %d bytes, want %d at most", count(), len(got), most)
		}
	}
	if err := r.Close(); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if count() != 1+6 {
		t.Errorf("requests for %v, want the table and 6 pieces", ranges)
	}
}

// TestDown: while the other S3 is down everything says "try again", and after
// that everything works.
func TestDown(t *testing.T) {
	e, f := mustServeFaulty(t)
	b := e.mustOpen(t)
	data := datafiletest.Bytes(1 << 20)
	datafiletest.Write(t, b, 1, data)
	broken := map[string]func(http.ResponseWriter, *http.Request) bool{
		"503": func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		},
		"403": func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusForbidden); return true },
		"cut": func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) },
		"no bucket": func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "<Error><Code>NoSuchBucket</Code></Error>")
			return true
		},
	}
	for name, spoil := range broken {
		f.set(spoil)
		if _, err := datafiletest.Read(b, 1, 1<<20, 0, 1<<20); !errors.Is(err, cloud.Unavailable) || errors.Is(err, io.EOF) || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: read: %v", name, err)
		}
		if err := tryWrite(b, 2, data); !errors.Is(err, cloud.Unavailable) || errors.Is(err, io.EOF) {
			t.Errorf("%s: write: %v", name, err)
		}
		if err := b.Remove(1); !errors.Is(err, cloud.Unavailable) {
			t.Errorf("%s: remove: %v", name, err)
		}
		for _, err := range b.All() {
			if !errors.Is(err, cloud.Unavailable) {
				t.Errorf("%s: list: %v", name, err)
			}
		}
	}
	f.set(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusInsufficientStorage)
		return true
	})
	if err := tryWrite(b, 2, data); !errors.Is(err, cloud.Exhausted) {
		t.Errorf("full: %v", err)
	}
	f.spoil.Store(nil)
	if err := tryWrite(b, 2, data); err != nil {
		t.Errorf("back again: %v", err)
	}
	if got, err := datafiletest.Read(b, 1, 1<<20, 0, 1<<20); err != nil || !bytes.Equal(got, data) {
		t.Errorf("back again: %d bytes, %v", len(got), err)
	}
}

func tryWrite(b *remotefile.Bucket, id datafile.ID, data []byte) error {
	w, err := b.Create(id, int64(len(data)))
	if err != nil {
		return err
	}
	defer w.Abort()
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.Commit()
}

// TestOnceWrong: an answer that is cut short or has a wrong byte is asked for
// once more; the second time it is an error.
func TestOnceWrong(t *testing.T) {
	e, f := mustServeFaulty(t)
	b := e.mustOpen(t)
	data := datafiletest.Bytes(3 << 20)
	datafiletest.Write(t, b, 1, data)
	raw := e.raw(t, 1)
	for name, bad := range map[string]func(p []byte) []byte{
		"wrong byte": func(p []byte) []byte { p = bytes.Clone(p); p[700000] ^= 4; return p },
		"cut short":  func(p []byte) []byte { return p[:700000] },
	} {
		for _, times := range []int32{1, 1000} {
			var left atomic.Int32
			left.Store(times)
			f.set(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Header.Get("Range") != "bytes=0-3145727" && r.Header.Get("Range") != "bytes=524288-3145727" || left.Add(-1) < 0 {
					return false
				}
				from, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-")
				whole := bad(raw[:len(data)])
				w.Header().Set("Content-Range", strings.Replace(r.Header.Get("Range"), "=", " ", 1)+"/3145776")
				w.Header().Set("Content-Length", map[string]string{"0": "3145728", "524288": "2621440"}[from])
				w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
				w.Header().Set("Etag", `"x"`)
				w.WriteHeader(http.StatusPartialContent)
				if from != "0" {
					whole = whole[524288:]
				}
				_, _ = w.Write(whole)
				return true
			})
			got, err := datafiletest.Read(b, 1, int64(len(data)), 0, int64(len(data)))
			switch {
			case times == 1 && (err != nil || !bytes.Equal(got, data)):
				t.Errorf("%s once: %d bytes, %v", name, len(got), err)
			case times > 1 && (len(got) != 524288 || !bytes.HasPrefix(data, got)):
				t.Errorf("%s: %d bytes, %v", name, len(got), err)
			case times > 1 && (errors.Is(err, datafile.ErrCorrupt) != (name == "wrong byte") || errors.Is(err, io.EOF)):
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestStall: another S3 that neither takes nor gives a byte is given up on.
func TestStall(t *testing.T) {
	e, f := mustServeFaulty(t)
	b := e.mustOpen(t, func(c *remotefile.Config) { c.Stall = 300 * time.Millisecond })
	data := datafiletest.Bytes(32 << 20)
	datafiletest.Write(t, b, 1, data[:1<<20])
	over := make(chan struct{})
	defer close(over)
	f.set(func(http.ResponseWriter, *http.Request) bool { <-over; return true })
	if err := tryWrite(b, 2, data); !errors.Is(err, cloud.Unavailable) {
		t.Errorf("write: %v", err)
	}
	if _, err := datafiletest.Read(b, 1, 1<<20, 0, 1<<20); !errors.Is(err, cloud.Unavailable) {
		t.Errorf("read: %v", err)
	}
}

// TestMistakes: whatever is wrong at the start, the error says what to do.
func TestMistakes(t *testing.T) {
	e, f := mustServeFaulty(t)
	readOnly := func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut {
			w.WriteHeader(http.StatusForbidden)
			return true
		}
		return false
	}
	for name, c := range map[string]struct {
		edit  func(*remotefile.Config)
		spoil func(http.ResponseWriter, *http.Request) bool
		want  string
	}{
		"no scheme":     {func(c *remotefile.Config) { c.Endpoint = "s3.example.com" }, nil, "walrus.s3.endpoint"},
		"a path":        {func(c *remotefile.Config) { c.Endpoint += "/bucket" }, nil, "walrus.s3.endpoint"},
		"no bucket":     {func(c *remotefile.Config) { c.Bucket = "" }, nil, "walrus.s3.bucket"},
		"other bucket":  {func(c *remotefile.Config) { c.Bucket = "not-there" }, nil, "make it"},
		"no key":        {func(c *remotefile.Config) { c.AccessKey = "" }, nil, "walrus.s3.access_key"},
		"wrong key":     {func(c *remotefile.Config) { c.AccessKey = "AKIA0000000000000000" }, nil, "access_key"},
		"wrong secret":  {func(c *remotefile.Config) { c.SecretKey = "no" }, nil, "secret_key"},
		"bare prefix":   {func(c *remotefile.Config) { c.Prefix = "walrus" }, nil, "walrus.s3.prefix"},
		"nobody there":  {func(c *remotefile.Config) { c.Endpoint = "http://127.0.0.1:1" }, nil, "endpoint"},
		"may not write": {func(*remotefile.Config) {}, readOnly, "s3:PutObject"},
	} {
		f.spoil.Store(nil)
		if c.spoil != nil {
			f.set(c.spoil)
		}
		cfg := e.config()
		c.edit(&cfg)
		b, err := remotefile.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
		if err == nil {
			_ = b.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want something about %s", name, err, c.want)
		}
	}
}
