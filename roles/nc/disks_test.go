package nc_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"ecc/cloud"
	imageformat "ecc/image"
	"ecc/image/imagetest"
	"ecc/image/overlay"
	"ecc/imagecache"
	"ecc/roles/nc"
	"ecc/rpc"
)

// bench is the disks of a real host with one image in a store.
type bench struct {
	disks  *nc.Overlays
	cache  *imagecache.Cache
	in     rpc.InstanceIntent
	folder string
	url    string
	keys   []string
	grants int
	before func() // the store answers
}

func newBench(t *testing.T) *bench {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	store := &imagetest.Store{}
	src, err := imageformat.OpenFile(imagetest.File(t, imagetest.Disk(1<<20, 1)))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	res, err := imageformat.Ingest(t.Context(), src, store, "i/", imageformat.IngestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{folder: t.TempDir(), keys: store.Keys(), in: intent(1), before: func() {}}
	b.in.Blob = cloud.ImageBlob{Digest: res.Digest, Size: res.Size}
	b.in.Disk = 2 << 20
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.before()
		store.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	b.url = srv.URL
	if b.cache, err = imagecache.New(t.TempDir(), imagecache.Options{}, log); err != nil {
		t.Fatal(err)
	}
	if b.disks, err = nc.NewDisks(nc.DisksConfig{QEMUUser: "root"}, b.cache, log); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.disks.Close() })
	return b
}

func (b *bench) grant(context.Context) (rpc.ImageGrant, error) {
	b.grants++
	g := rpc.ImageGrant{Index: b.url + "/b/i/index", Data: map[string]string{}}
	for _, k := range b.keys {
		g.Data[k] = b.url + "/b/" + k
	}
	return g, nil
}

func (b *bench) pins(t *testing.T) []string {
	t.Helper()
	users, err := b.disks.Pins()
	if err != nil {
		t.Fatal(err)
	}
	return users
}

// An overlay a guest has used is kept when it is started again, without a word
// to the image's store.
func TestOverlaysAreMadeOnce(t *testing.T) {
	b := newBench(t)
	disk, err := b.disks.Ensure(t.Context(), b.in, b.folder, b.grant)
	if err != nil {
		t.Fatal(err)
	}
	if size, err := overlay.Size(disk.Path); err != nil || size != 2<<20 || disk.Base != b.cache.Path(image) {
		t.Errorf("disk %+v of %d bytes, %v", disk, size, err)
	}
	before, err := os.Stat(disk.Path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.disks.Ensure(t.Context(), b.in, b.folder, b.grant)
	if err != nil || again != disk {
		t.Fatalf("again: %+v, %v", again, err)
	}
	after, err := os.Stat(disk.Path)
	if err != nil || !os.SameFile(before, after) || b.grants != 1 {
		t.Errorf("made again: %v, %d grants", err, b.grants)
	}
	if pins := b.pins(t); len(pins) != 1 || pins[0] != string(b.in.ID) {
		t.Errorf("pins %v", pins)
	}
	for range 2 {
		if err := b.disks.Remove(t.Context(), b.in); err != nil {
			t.Fatal(err)
		}
	}
	if pins := b.pins(t); len(pins) != 0 {
		t.Errorf("pins left: %v", pins)
	}
}

// A disk that is not on its base is not started: its guest could read any file.
func TestAForeignOverlayIsRefused(t *testing.T) {
	b := newBench(t)
	if err := os.WriteFile(filepath.Join(b.folder, "disk.qcow2"), []byte("not a disk"), 0o600); err != nil {
		t.Fatal(err)
	}
	if disk, err := b.disks.Ensure(t.Context(), b.in, b.folder, b.grant); err == nil {
		t.Errorf("got %+v", disk)
	}
}

func TestACancelledFetchLeavesNoPin(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	b.before = cancel
	if _, err := b.disks.Ensure(ctx, b.in, b.folder, b.grant); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if pins := b.pins(t); len(pins) != 0 {
		t.Errorf("pins left: %v", pins)
	}
	b.before = func() {}
	if _, err := b.disks.Ensure(t.Context(), b.in, b.folder, b.grant); err != nil {
		t.Errorf("after a fetch that was cancelled: %v", err)
	}
}

// An instance whose record was lost lets go of its image all the same.
func TestRemoveWithoutARecord(t *testing.T) {
	b := newBench(t)
	if _, err := b.disks.Ensure(t.Context(), b.in, b.folder, b.grant); err != nil {
		t.Fatal(err)
	}
	if err := b.disks.Remove(t.Context(), rpc.InstanceIntent{ID: b.in.ID}); err != nil {
		t.Fatal(err)
	}
	if pins := b.pins(t); len(pins) != 0 {
		t.Errorf("pins left: %v", pins)
	}
}
