package imagecache_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"ecc/cloud"
	"ecc/image"
	"ecc/image/imagetest"
	"ecc/imagecache"
)

func TestMain(m *testing.M) {
	child() // runs another program when told to by the environment
	goleak.VerifyTestMain(m)
}

const (
	mib    = 1 << 20
	ami    = cloud.ImageID("ami-0123456789abcdef0")
	user   = "i-0123456789abcdef0"
	prefix = "images/ami-0123456789abcdef0/"
)

// stored is an image in a store that is served over HTTP.
type stored struct {
	imagetest.Store
	disk []byte
	ref  imagecache.Ref
	res  image.Result
	url  string
}

// store ingests a disk and serves it. The handler, if any, stands before the
// store.
func store(tb testing.TB, disk []byte, before func(http.Handler) http.Handler) *stored {
	tb.Helper()
	s := &stored{disk: disk}
	src, err := image.OpenFile(imagetest.File(tb, disk))
	if err != nil {
		tb.Fatal(err)
	}
	defer src.Close()
	if s.res, err = image.Ingest(tb.Context(), src, s, prefix, image.IngestOptions{}); err != nil {
		tb.Fatal(err)
	}
	s.ref = imagecache.Ref{Image: ami, Digest: s.res.Digest, Size: s.res.Size}
	var h http.Handler = s
	if before != nil {
		h = before(s)
	}
	srv := httptest.NewServer(h)
	tb.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

// source reads s by URLs, as a node does.
func (s *stored) source(tb testing.TB) *imagecache.URLSource {
	client := imagecache.NewClient()
	tb.Cleanup(client.CloseIdleConnections)
	return urlSource(s.url, s.Keys(), client)
}

func urlSource(base string, keys []string, client *http.Client) *imagecache.URLSource {
	u := &imagecache.URLSource{IndexURL: base + "/b/" + prefix + "index", DataURLs: map[string]string{}, Client: client, Backoff: 1}
	for _, k := range keys {
		u.DataURLs[k] = base + "/b/" + k + "?X-Amz-Signature=SECRET"
	}
	return u
}

// sent is how many bytes of data objects were sent.
func (s *stored) sent() int64 {
	total := int64(0)
	for _, k := range s.Keys() {
		n, _ := s.Fetched(k)
		total += n
	}
	return total
}

// damage changes a byte in the middle of the last data object.
func (s *stored) damage() {
	key := s.dataKey()
	b, _ := s.Bytes(key)
	b = bytes.Clone(b)
	b[len(b)/2] ^= 1
	s.Set(key, b)
}

func (s *stored) dataKey() string {
	keys := s.Keys()
	return keys[len(keys)-2] // the index sorts behind data
}

func open(tb testing.TB, dir string, o imagecache.Options) *imagecache.Cache {
	tb.Helper()
	c, err := imagecache.New(dir, o, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func ensure(tb testing.TB, c *imagecache.Cache, s *stored) string {
	tb.Helper()
	path, err := c.Ensure(tb.Context(), s.ref, user, s.source(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

func (s *stored) check(tb testing.TB, path string) {
	tb.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	if !bytes.Equal(got, s.disk) {
		tb.Error("the disk differs")
	}
}

// names lists the files in a cache folder.
func names(tb testing.TB, dir string) string {
	tb.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, strings.TrimPrefix(p, dir+"/"))
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Join(out, " ")
}

func TestEnsure(t *testing.T) {
	s := store(t, imagetest.Disk(40*mib+512, 1), nil)
	dir := filepath.Join(t.TempDir(), "cache")
	var last imagecache.Progress
	c := open(t, dir, imagecache.Options{Progress: func(p imagecache.Progress) { last = p }})
	path := ensure(t, c, s)
	s.check(t, path)
	if path != filepath.Join(dir, string(ami)+".raw") || path != c.Path(ami) {
		t.Errorf("path %s", path)
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm() != 0o444 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	if last.Done != last.Total || last.Done == 0 || last.Waiting {
		t.Errorf("last progress %+v", last)
	}
	if got, want := names(t, dir), string(ami)+".digest "+string(ami)+".raw pins/"+string(ami)+"/"+user; got != want {
		t.Errorf("files %s, want %s", got, want)
	}
	before := s.sent()
	ensure(t, c, s)
	ensure(t, open(t, dir, imagecache.Options{}), s) // after a restart
	if s.sent() != before {
		t.Error("it was fetched again")
	}
	if before > s.res.StoredBytes {
		t.Errorf("%d bytes sent of %d", before, s.res.StoredBytes)
	}
}

// TestEnsureIsSparse: what is zero takes no room.
func TestEnsureIsSparse(t *testing.T) {
	disk := make([]byte, 256*mib)
	copy(disk, imagetest.Disk(4*mib, 2))
	s := store(t, disk, nil)
	c := open(t, t.TempDir(), imagecache.Options{})
	ensure(t, c, s)
	stats, err := c.Stats()
	if err != nil || stats.Bytes > 5*mib || stats.Images != 1 || stats.Pinned != 1 || stats.Fills != 1 {
		t.Errorf("%+v, %v", stats, err)
	}
}

// TestOneFills: of many callers in two caches on one folder, one fetches.
func TestOneFills(t *testing.T) {
	s := store(t, imagetest.Disk(20*mib, 3), nil)
	dir := t.TempDir()
	caches := []*imagecache.Cache{open(t, dir, imagecache.Options{}), open(t, dir, imagecache.Options{})}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := caches[i%2].Ensure(t.Context(), s.ref, user+string(rune('a'+i)), s.source(t)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s.check(t, caches[0].Path(ami))
	a, _ := caches[0].Stats()
	b, _ := caches[1].Stats()
	if a.Fills+b.Fills != 1 || a.Hits+b.Hits != 19 || a.Pinned != 1 {
		t.Errorf("%+v, %+v", a, b)
	}
	if _, gets := s.Fetched(s.res.IndexKey); gets != 1 {
		t.Errorf("the index was fetched %d times", gets)
	}
}

func TestDamagePublishesNothing(t *testing.T) {
	for name, damage := range map[string]func(*stored){
		"data changed":  (*stored).damage,
		"data missing":  func(s *stored) { _ = s.Delete(context.Background(), s.dataKey()) },
		"index changed": func(s *stored) { b, _ := s.Bytes(s.res.IndexKey); s.Set(s.res.IndexKey, append(bytes.Clone(b), 0)) },
		"index cut":     func(s *stored) { b, _ := s.Bytes(s.res.IndexKey); s.Set(s.res.IndexKey, b[:len(b)-1]) },
		"index huge":    func(s *stored) { s.Set(s.res.IndexKey, make([]byte, 64*mib)) },
		"index missing": func(s *stored) { _ = s.Delete(context.Background(), s.res.IndexKey) },
		"wrong digest":  func(s *stored) { s.ref.Digest = strings.Repeat("0", 64) },
		"wrong size":    func(s *stored) { s.ref.Size += 512 },
	} {
		t.Run(name, func(t *testing.T) {
			s := store(t, imagetest.Disk(9*mib, 4), nil)
			src := s.source(t)
			damage(s)
			c := open(t, t.TempDir(), imagecache.Options{})
			_, err := c.Ensure(t.Context(), s.ref, user, src)
			if k := cloud.AsError(err).Kind; k != cloud.Invalid && k != cloud.NotFound {
				t.Errorf("got %v", err)
			}
			if _, err := os.Stat(c.Path(ami)); !errors.Is(err, fs.ErrNotExist) {
				t.Error("a disk was published")
			}
			if pins, err := c.Pins(); err != nil || len(pins) != 0 {
				t.Errorf("pins are left: %v, %v", pins, err)
			}
		})
	}
}

// TestTruncatedData: the object got shorter. That may be the network's fault,
// so it is tried again, and not for ever.
func TestTruncatedData(t *testing.T) {
	s := store(t, imagetest.Disk(9*mib, 5), nil)
	b, _ := s.Bytes(s.dataKey())
	s.Set(s.dataKey(), b[:len(b)/2])
	c := open(t, t.TempDir(), imagecache.Options{})
	if _, err := c.Ensure(t.Context(), s.ref, user, s.source(t)); err == nil {
		t.Error("it was taken")
	}
	if _, err := os.Stat(c.Path(ami)); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a disk was published")
	}
}

// TestUngrantedObject: an index that speaks of an object without URL.
func TestUngrantedObject(t *testing.T) {
	s := store(t, imagetest.Disk(9*mib, 6), nil)
	src := s.source(t)
	clear(src.DataURLs)
	c := open(t, t.TempDir(), imagecache.Options{})
	if _, err := c.Ensure(t.Context(), s.ref, user, src); !errors.Is(err, cloud.Invalid) {
		t.Errorf("got %v", err)
	}
}

// TestResume: a fill that failed goes on where it ended, and what is wrong in
// the partial file is fetched again.
func TestResume(t *testing.T) {
	s := store(t, imagetest.Disk(60*mib, 7), nil)
	good, _ := s.Bytes(s.dataKey())
	s.damage()
	dir := t.TempDir()
	c := open(t, dir, imagecache.Options{Fetches: 1})
	if _, err := c.Ensure(t.Context(), s.ref, user, s.source(t)); !errors.Is(err, cloud.Invalid) {
		t.Fatalf("got %v", err)
	}
	s.Set(s.dataKey(), good)
	partial, err := filepath.Glob(filepath.Join(dir, "*.partial"))
	if err != nil || len(partial) != 1 {
		t.Fatalf("partial files %v, %v", partial, err)
	}
	spoil(t, partial[0], s.disk)
	first := s.sent()
	s.check(t, ensure(t, c, s))
	if again := s.sent() - first; again > s.res.StoredBytes*3/4 {
		t.Errorf("%d bytes fetched again of %d", again, s.res.StoredBytes)
	}
	if got := names(t, dir); strings.Contains(got, "partial") {
		t.Errorf("files %s", got)
	}
}

// spoil writes garbage over a block that has data, zeros in its parts included.
func spoil(t *testing.T, path string, disk []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for off := 0; off < len(disk); off += image.BlockSize {
		if b := disk[off : off+image.BlockSize]; !image.IsZero(b) {
			if _, err := f.WriteAt(bytes.Repeat([]byte{0xee}, image.BlockSize), int64(off)); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
}

// TestChangedDiskIsNotUsed: somebody wrote to the file, cut it, or put another
// in its place.
func TestChangedDiskIsNotUsed(t *testing.T) {
	s := store(t, imagetest.Disk(9*mib, 8), nil)
	for name, change := range map[string]func(path string) error{
		"edited": func(p string) error {
			if err := os.Chmod(p, 0o600); err != nil {
				return err
			}
			f, err := os.OpenFile(p, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt([]byte("edited"), mib)
			return errors.Join(err, f.Close())
		},
		"cut": func(p string) error { return os.Truncate(p, mib) },
		"link": func(p string) error {
			return errors.Join(os.Remove(p), os.Symlink("/etc/passwd", p))
		},
		"gone": os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, t.TempDir(), imagecache.Options{})
			if err := change(ensure(t, c, s)); err != nil {
				t.Fatal(err)
			}
			s.check(t, ensure(t, c, s))
		})
	}
}

// TestOtherDigestIsNotUsed: the file is complete, but of other bytes.
func TestOtherDigestIsNotUsed(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir, imagecache.Options{})
	ensure(t, c, store(t, imagetest.Disk(9*mib, 9), nil))
	s := store(t, imagetest.Disk(9*mib, 10), nil)
	s.check(t, ensure(t, c, s))
}

func TestMalformedNames(t *testing.T) {
	s := store(t, imagetest.Disk(512, 1), nil)
	c := open(t, t.TempDir(), imagecache.Options{})
	for _, u := range []string{"", "..", "../x", "a/b", ".hidden", "A", strings.Repeat("i", 200)} {
		if _, err := c.Ensure(t.Context(), s.ref, u, s.source(t)); !errors.Is(err, cloud.Malformed) {
			t.Errorf("user %q: got %v", u, err)
		}
	}
	for _, id := range []cloud.ImageID{"", "../x", "ami-", "ami-0123456789abcdef0/../x"} {
		ref := s.ref
		ref.Image = id
		if _, err := c.Ensure(t.Context(), ref, user, s.source(t)); !errors.Is(err, cloud.Malformed) {
			t.Errorf("image %q: got %v", id, err)
		}
	}
}

// TestCancelledWaiter: who waits for another filler can be called off.
func TestCancelledWaiter(t *testing.T) {
	reached, blocked := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s := store(t, imagetest.Disk(9*mib, 11), func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			once.Do(func() { close(reached) })
			select {
			case <-blocked:
			case <-r.Context().Done():
			}
			h.ServeHTTP(w, r)
		})
	})
	dir := t.TempDir()
	var wg sync.WaitGroup
	first := open(t, dir, imagecache.Options{})
	wg.Go(func() {
		if _, err := first.Ensure(t.Context(), s.ref, user, s.source(t)); err != nil {
			t.Error(err)
		}
	})
	<-reached
	for _, c := range []*imagecache.Cache{first, open(t, dir, imagecache.Options{})} { // by gate and by lock
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { _, err := c.Ensure(ctx, s.ref, "i-waits", s.source(t)); done <- err }()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	close(blocked)
	wg.Wait()
	if pins, _ := first.Pins(); len(pins[ami]) != 1 {
		t.Errorf("pins %v", pins)
	}
}

func TestBlobSource(t *testing.T) {
	s := store(t, imagetest.Disk(9*mib, 12), nil)
	c := open(t, t.TempDir(), imagecache.Options{})
	path, err := c.Ensure(t.Context(), s.ref, user, imagecache.BlobSource{Blobs: s, Key: s.res.IndexKey})
	if err != nil {
		t.Fatal(err)
	}
	s.check(t, path)
}
